"""The journal of one song on disk: a stage that finished is read back, never paid for twice."""

import itertools
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from pipeline.brief import Brief
from pipeline.errors import InputError, ShelfError
from pipeline.library import disk

T = TypeVar("T")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter is taken for a digit
_ID = re.compile(f"[{_ALPHABET}]{{1,40}}")
_DONE, _SPENT = "done", "spent.json"


@dataclass(frozen=True, slots=True)
class Order:
    """What the user wants: the brief, the draft if a person brought one, words only, and which studio."""

    brief: Brief
    draft: str | None = None
    words_only: bool = False
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One song on its way. `folder` holds its order, journal, drafts and takes."""

    id: str
    folder: Path
    order: Order

    def once(self, name: str, kind: type[T], do: Callable[..., T], *args: Any) -> T:
        """Run a stage and note what it gave, or read the note of an earlier run. Raises ShelfError."""
        note = self.folder / "journal" / f"{name}.json"
        adapter = TypeAdapter(kind)
        if note.exists():
            return _read(note, adapter)
        result = do(*args)
        _write(note, adapter.dump_json(result, indent=1))
        return result

    def keep(self, name: str, text: str) -> Path:
        """Save a text of this song as `name-1.txt`, or under the next number that is free, and give its path.

        A text that is there already is not saved again, and one that the user has edited is never touched.
        Raises ShelfError.
        """
        content = text.encode("utf-8", errors="backslashreplace")
        for path in (self.folder / f"{name}-{number}.txt" for number in itertools.count(1)):
            if not path.exists():
                _write(path, content)
                return path
            if path.read_bytes() == content:
                return path
        raise AssertionError  # the numbers never end

    @property
    def spent_usd(self) -> float:
        """What the song has cost so far, at most: failed and forgotten requests count as well."""
        note = self.folder / _SPENT
        return _read(note, TypeAdapter(float)) if note.exists() else 0.0

    def spend(self, usd: float) -> None:
        """Add to what the song has cost. Raises ShelfError."""
        if usd:
            _write(self.folder / _SPENT, repr(self.spent_usd + usd).encode())

    def set_aside(self, stage: str) -> Path:
        """Put the notes of the stages with that prefix and the takes into a folder of their own.

        Going on from here plays anew; nothing is lost. Returns that folder. Raises ShelfError.
        """
        number = next(n for n in itertools.count(1) if not (self.folder / f"aside-{n}").exists())
        aside = self.folder / f"aside-{number}"
        with disk.failures_told(f"write {aside.name}", self.folder):
            aside.mkdir()
            notes, takes = (self.folder / "journal").glob(f"{stage}*.json"), (self.folder / "takes").glob("*")
            for path in (*notes, *takes):
                path.replace(aside / path.name)
        return aside

    @property
    def stage(self) -> str:
        """How far it has come: "ordered" (nothing is there yet), "written", or "playing"."""
        notes = {note.name for note in (self.folder / "journal").glob("*.json")}
        if any(name.startswith("playing-ticket") for name in notes):
            return "playing"
        return "written" if notes or any(self.folder.glob("aside-*")) else "ordered"

    @property
    def age_s(self) -> float:
        """Seconds since it was ordered."""
        return max(0.0, time.time() - (self.folder / "order.json").stat().st_mtime)

    def drop(self) -> None:
        """Mark the order as done without anything more to do; all it has stays in its folder."""
        _write(self.folder / _DONE, b"")

    def close(self) -> None:
        """Mark the order as done; the takes are on the shelf by now, so their working copies go."""
        self.drop()
        shutil.rmtree(self.folder / "takes", ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Journal:
    """All sessions of a workspace, under `root` (`output/.songpipe/songs`)."""

    root: Path

    @contextmanager
    def begin(self, order: Order) -> Iterator[Session]:
        """Open a session for a new song; it is ours until the block ends. Raises ShelfError."""
        session_id = "".join(secrets.choice(_ALPHABET) for _ in range(16))
        _write(self.root / session_id / "order.json", TypeAdapter(Order).dump_json(order, indent=1))
        with self.reopen(session_id) as session:
            yield session

    @contextmanager
    def reopen(self, session_id: str) -> Iterator[Session]:
        """Take up a song again. Raises InputError when another process has it, or when there is none."""
        session = self.look(session_id)
        lock = FileLock(session.folder / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            hint = "wait until it is done, or stop the other one"
            raise InputError(
                f"song {session_id!r} is being worked on by another process", hint=hint
            ) from error
        try:
            yield session
        finally:
            lock.release()

    def look(self, session_id: str) -> Session:
        """Look at a session without taking it up. Raises InputError when there is no such session."""
        order = self.root / session_id / "order.json"
        if not (_ID.fullmatch(session_id) and order.exists()):
            raise InputError(f"there is no unfinished song {session_id!r}", hint="see songpipe resume --list")
        return Session(session_id, order.parent, _read(order, TypeAdapter(Order)))

    def ordered_as(self, draft: Path) -> Brief | None:
        """Find the brief that a draft was written for; None when it does not lie in its song's folder."""
        folder = draft.resolve().parent
        if folder.parent != self.root.resolve() or folder.name not in self._all():
            return None
        try:
            return self.look(folder.name).order.brief
        except ShelfError:  # the draft can be played without it
            return None

    def unfinished(self) -> tuple[str, ...]:
        """Name the sessions that are not done, oldest first."""
        return tuple(
            session_id for session_id in self._all() if not (self.root / session_id / _DONE).exists()
        )

    def _all(self) -> tuple[str, ...]:
        orders = sorted(self.root.glob("*/order.json"), key=lambda order: order.stat().st_mtime_ns)
        return tuple(order.parent.name for order in orders if _ID.fullmatch(order.parent.name))


def _read(note: Path, adapter: TypeAdapter[T]) -> T:
    with disk.failures_told("read the journal", note):
        content = note.read_bytes()
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        hint = "remove it to have that stage done again; an order that is damaged goes with its whole folder"
        raise ShelfError(f"the journal entry {note} is damaged", hint=hint) from error


def _write(note: Path, content: bytes) -> None:
    """Put a note down, whole or not at all."""
    temporary = note.with_name(f".{note.name}.{secrets.token_hex(4)}.tmp")
    with disk.failures_told(f"write {note.name}", note.parent):
        note.parent.mkdir(parents=True, exist_ok=True)
        try:
            disk.write(temporary, content)
            temporary.replace(note)
            disk.sync_folder(note.parent)
        finally:
            with suppress(OSError):
                temporary.unlink()
