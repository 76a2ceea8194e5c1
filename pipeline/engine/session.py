"""The session of one song: what its stages gave is noted, and read back by name whatever happens in between."""

import itertools
import secrets
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from pipeline.engine.order import Order
from pipeline.errors import ShelfError
from pipeline.library import disk

T = TypeVar("T")
_ASIDE, _SPENT = "aside-", "spent-"


@cache
def _adapter(kind: Hashable) -> Any:
    """Give the codec of a kind of note; making one takes as long as writing a hundred notes."""
    return TypeAdapter(cast("Any", kind))


def _nobody_minds() -> None:
    """Let the work go on."""


class Session:
    """A song's notes in the order in which they were made, and its working folder.

    `notes` are those of earlier runs, `note` puts one down for good (name, JSON). Notes are found by their
    name, never by their number: a later version with other stages, or other settings, still finds them.
    `heed` raises Interrupted when the work was called off.
    """

    def __init__(
        self,
        song_id: str,
        folder: Path,
        order: Order,
        notes: Iterable[tuple[str, str]],
        note: Callable[[str, str], None],
        *,
        heed: Callable[[], None] = _nobody_minds,
        most_usd: float | None = None,
    ) -> None:
        self.id = song_id
        self.folder = folder
        self.order = order
        self._note, self._heed = note, heed
        self._known: dict[str, str] = {}
        for name, text in notes:
            self._take_in(name, text)
        self.most_usd = None if most_usd is None else most_usd + self.spent_usd

    @property
    def is_fresh(self) -> bool:
        """Nothing has been done for this song that could be lost."""
        return not self._known

    def once(self, name: str, kind: type[T], do: Callable[..., T], *args: Any) -> T:
        """Run a stage and note what it gave, or read the note of an earlier run.

        A stage that fails leaves no note, so it runs again. Raises ShelfError, and Interrupted before a
        stage when the work was called off.
        """
        adapter: TypeAdapter[T] = _adapter(cast("Hashable", kind))
        if name in self._known:
            return self._read(name, adapter)
        self._heed()
        result = do(*args)
        self._put(name, adapter.dump_json(result).decode())
        return result

    def keep(self, name: str, text: str) -> Path:
        """Save a text of this song as `name-1.txt`, or under the next number that is free, and give its path.

        A text that is there already is not saved again, and one that the user has edited is never touched.
        Raises ShelfError.
        """
        content = text.encode("utf-8", errors="backslashreplace")
        for path in (self.folder / f"{name}-{number}.txt" for number in itertools.count(1)):
            with disk.failures_told(f"save {path.name}", self.folder):
                if not path.exists():
                    _write(path, content)
                    return path
                if path.read_bytes() == content:
                    return path
        raise AssertionError  # the numbers never end

    @property
    def spent_usd(self) -> float:
        """What the song has cost so far, at most: failed and forgotten requests count as well."""
        return sum(float(text) for name, text in self._known.items() if name.startswith(_SPENT))

    def spend(self, usd: float) -> None:
        """Add to what the song has cost. Raises ShelfError."""
        if usd:
            self._put(self._free(_SPENT), repr(usd))

    def set_aside(self, stage: str) -> Path:
        """Forget the notes of the stages with that prefix, and put the takes into a folder of their own.

        Going on from here does those stages anew; nothing is lost. Returns that folder. Raises ShelfError.
        """
        aside = next(
            folder for n in itertools.count(1) if not (folder := self.folder / f"{_ASIDE}{n}").exists()
        )
        with disk.failures_told(f"write {aside.name}", self.folder):
            aside.mkdir(parents=True)
            for path in (self.folder / "takes").glob("*"):
                path.replace(aside / path.name)
        self._put(self._free(_ASIDE), TypeAdapter(str).dump_json(stage).decode())
        return aside

    def _free(self, prefix: str) -> str:
        return next(name for n in itertools.count(1) if (name := f"{prefix}{n}") not in self._known)

    def _put(self, name: str, text: str) -> None:
        self._note(name, text)
        self._take_in(name, text)

    def _take_in(self, name: str, text: str) -> None:
        if name.startswith(_ASIDE):
            stage = TypeAdapter(str).validate_json(text)
            self._known = {known: kept for known, kept in self._known.items() if not known.startswith(stage)}
        self._known[name] = text

    def _read(self, name: str, adapter: TypeAdapter[T]) -> T:
        try:
            return adapter.validate_json(self._known[name])
        except ValidationError as error:
            hint = f"songpipe jobs cancel {self.id} gives the song up; its drafts and takes stay in {self.folder}"
            raise ShelfError(f"the note {name!r} of song {self.id!r} cannot be read", hint=hint) from error


def _write(path: Path, content: bytes) -> None:
    """Put a file down, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        disk.write(temporary, content)
        temporary.replace(path)
        disk.sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()
