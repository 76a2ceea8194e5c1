"""The journal of one song on disk: a stage that finished is read back, never paid for twice."""

import itertools
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from pipeline.brief import Brief
from pipeline.errors import InputError, ShelfError

T = TypeVar("T")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter is taken for a digit
_DONE = "done"
_ROOM = "free some space or name another folder with --output"


@dataclass(frozen=True, slots=True)
class Order:
    """What the user wants: the brief, the draft if a person brought one, words only, and which studio."""

    brief: Brief
    draft: str = ""
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
        """Save a text of this song, such as a draft, and give its path. Raises ShelfError."""
        path = self.folder / name
        _write(path, text.encode("utf-8", errors="backslashreplace"))
        return path

    def set_aside(self, stage: str) -> Path:
        """Put the notes of the stages with that prefix and the takes into a folder of their own.

        Going on from here plays anew; nothing is lost. Returns that folder. Raises ShelfError.
        """
        number = next(n for n in itertools.count(1) if not (self.folder / f"aside-{n}").exists())
        aside = self.folder / f"aside-{number}"
        try:
            aside.mkdir()
            for path in (
                *(self.folder / "journal").glob(f"{stage}*.json"),
                *(self.folder / "takes").glob("*"),
            ):
                path.replace(aside / path.name)
        except OSError as error:
            raise ShelfError(f"cannot write {aside}: {error.strerror}", hint=_ROOM) from error
        return aside

    def close(self) -> None:
        """Mark the order as done; the takes are on the shelf by now, so their working copies go."""
        _write(self.folder / _DONE, b"")
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
        order = self.order(session_id)
        folder = self.root / session_id
        lock = FileLock(folder / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise InputError(f"song {session_id!r} is being worked on by another process") from error
        try:
            yield Session(session_id, folder, order)
        finally:
            lock.release()

    def order(self, session_id: str) -> Order:
        """Read what a session was opened for. Raises InputError when there is no such session."""
        order = self.root / session_id / "order.json"
        if Path(session_id).name != session_id or not order.exists():
            raise InputError(f"there is no unfinished song {session_id!r}", hint="see songpipe resume --list")
        return _read(order, TypeAdapter(Order))

    def unfinished(self) -> tuple[str, ...]:
        """Name the sessions whose track is not on the shelf, oldest first."""
        orders = sorted(self.root.glob("*/order.json"), key=lambda order: order.stat().st_mtime_ns)
        return tuple(order.parent.name for order in orders if not (order.parent / _DONE).exists())


def _read(note: Path, adapter: TypeAdapter[T]) -> T:
    try:
        return adapter.validate_json(note.read_bytes())
    except OSError as error:
        raise ShelfError(f"cannot read {note}: {error.strerror}") from error
    except ValidationError as error:
        raise ShelfError(
            f"the journal entry {note} is damaged", hint="remove it to have that stage done again"
        ) from error


def _write(note: Path, content: bytes) -> None:
    temporary = note.with_name(f".{note.name}.{secrets.token_hex(4)}.tmp")
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(note)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise ShelfError(
            f"cannot write {note}: {error.strerror}",
            hint=_ROOM,
        ) from error
