"""The herald: tells the terminal of this process how a song goes, and every other process that asks."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.studio import Watch

FILE = "now.json"
_EVERY_S = 2.0  # news that are older than that are replaced


class Herald:
    """A watch that passes everything on to another, and leaves the latest news in the song's folder.

    `heed` raises Interrupted when the song was called off; it is asked with every piece of news.
    """

    def __init__(
        self,
        watch: Watch,
        folder: Path,
        heed: Callable[[], None],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._watch, self._file, self._heed, self._now = watch, folder / FILE, heed, now
        self._stage = ""
        self._told_at = float("-inf")

    def stage(self, name: str) -> None:
        """A stage begins."""
        self._heed()
        self._stage = name
        self._leave(None, "", None)
        self._watch.stage(name)

    def words(self, text: str) -> None:
        """A piece of the model's reply has come; it is paid for, so nobody calls it off in the middle."""
        self._watch.words(text)

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Tell how far the stage is."""
        self._heed()
        if self._now() - self._told_at >= _EVERY_S:
            self._leave(fraction, label, left_s)
        self._watch.progress(fraction, label, left_s)

    def note(self, text: str) -> None:
        """Tell a line."""
        self._watch.note(text)

    def _leave(self, fraction: float | None, label: str, left_s: float | None) -> None:
        self._told_at = self._now()
        news = {
            "stage": self._stage,
            "label": label,
            "fraction": fraction,
            "left_s": left_s,
            "at": self._told_at,
        }
        with suppress(OSError):  # nobody's song fails because its news cannot be told
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft = self._file.with_suffix(".part")
            draft.write_text(json.dumps(news), encoding="utf-8")
            draft.replace(self._file)


def news(folder: Path) -> dict[str, Any]:
    """Read what was last told of the song in that folder; nothing when nobody told anything."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
