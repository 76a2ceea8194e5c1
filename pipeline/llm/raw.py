"""Raw replies on disk, saved before anything reads them, and a journal line for every attempt."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from pipeline.errors import ShelfError
from pipeline.track import Attempt

SCHEMA = "songpipe.reply/1"
JOURNAL = "attempts.jsonl"
_MOST_NAMES = 10_000


class Page:
    """One reply as it arrives: `….txt.part` until it is whole, then `….txt` with its `….json` beside it."""

    def __init__(self, part: Path, file: IO[str]) -> None:
        self._part = part
        self._file = file

    @property
    def path(self) -> str:
        """Where the text lies now; "" when nothing came and nothing was kept."""
        whole = self._part.with_suffix("")
        return str(whole if whole.exists() else self._part) if self._part.exists() or whole.exists() else ""

    def append(self, piece: str) -> None:
        """Write a piece through to the disk, so that a crash loses nothing. Raises `ShelfError`."""
        with _telling(self._part):
            self._file.write(piece)
            self._file.flush()

    def close(self) -> None:
        """Leave the page as it is: an unfinished reply keeps its `.part` name, an empty one goes."""
        with _telling(self._part):
            self._file.close()
            if self._part.exists() and not self._part.stat().st_size:
                self._part.unlink()

    def finish(self) -> None:
        """Give a whole reply its final name."""
        with _telling(self._part):
            self._file.close()
            self._part.replace(self._part.with_suffix(""))

    def describe(self, facts: Mapping[str, Any]) -> None:
        """Write the metadata beside a finished reply; they come last and mark it as complete."""
        whole = self._part.with_suffix("")
        with _telling(whole):
            draft = whole.with_suffix(".json.part")
            draft.write_text(json.dumps({"schema": SCHEMA, **facts}, ensure_ascii=True, indent=1), "utf-8")
            draft.replace(whole.with_suffix(".json"))


class RawStore:
    """A folder of raw replies. `now` gives the time with its zone."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self._now = now

    @contextmanager
    def page(self, key: str) -> Iterator[Page]:
        """Open a new page for one attempt; it is closed whatever happens. Raises `ShelfError`."""
        with _telling(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self._fresh(key)
            # Half a character may arrive alone; it must not cost us the reply.
            file = part.open("x", encoding="utf-8", errors="backslashreplace", newline="")
        page = Page(part, file)
        try:
            yield page
        finally:
            page.close()

    def record(self, key: str, attempt: Attempt, detail: str) -> None:
        """Append one attempt to the journal. Raises `ShelfError`."""
        line = {"at": self._now().isoformat(), "key": key, "detail": detail, **asdict(attempt)}
        with _telling(self.folder / JOURNAL):
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / JOURNAL).open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(line) + "\n")

    def _fresh(self, key: str) -> Path:
        stem = f"{self._now():%Y%m%dT%H%M%S}-{key[:12]}"
        names = (self.folder / f"{stem}-{number}.txt.part" for number in range(1, _MOST_NAMES))
        return next(name for name in names if not name.exists() and not name.with_suffix("").exists())


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as reason:
        raise ShelfError(
            f"the model's reply cannot be saved in {str(path)!r}: {reason.strerror or reason}",
            hint="free some space or choose another folder with --output",
        ) from reason
