"""The index's database: one connection to the file in the workspace, and its failures in our words."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipeline.errors import ShelfError
from pipeline.library import migrations

FILE = "library.sqlite3"
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# What a folder answers that may be looked at but not written: then the sidecars are read into memory.
_NOT_KEPT = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
}
_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",  # a power cut may lose the last songs of the index, which the next look finds again
    "wal_autocheckpoint=16384",  # pages: a rebuild writes each page several times
    "cache_size=-65536",
    "temp_store=MEMORY",
)


class DamagedIndexError(ShelfError):
    """The index cannot be read any more. Nothing is lost: it is made anew from the sidecars."""


@dataclass(slots=True)
class Store:
    """A connection that only the thread which made it uses. `was_empty`: there was no index before."""

    home: Path  # output/.songpipe
    busy_s: float
    db: sqlite3.Connection
    was_empty: bool
    is_kept: bool = True

    @classmethod
    def open(
        cls, output: Path, busy_s: float, note: Callable[[str], None], *, must_be_kept: bool = False
    ) -> Self:
        """Open the index of a library, made if there is none. Raises DamagedIndexError and other ShelfErrors.

        Where there is no folder it lies in memory and is gone afterwards; and where none may be written, unless it
        must be kept.
        """
        home = output / ".songpipe"
        if not output.is_dir():
            return cls(home, busy_s, *_opened(":memory:", busy_s), is_kept=False)
        try:
            home.mkdir(exist_ok=True)
            with alone(home, busy_s):
                return cls(home, busy_s, *_opened(str(home / FILE), busy_s))
        except (OSError, sqlite3.OperationalError) as error:
            if isinstance(error, sqlite3.OperationalError) and _code(error) not in _NOT_KEPT:
                raise failure(error, home) from error
            if must_be_kept:
                raise ShelfError(
                    f"the library's index cannot be kept in {str(home)!r}: {_reason(error)}",
                    hint="make the folder writable; songpipe library list shows the songs without it",
                ) from error
            note(f"the index cannot be kept ({_reason(error)}); reading the sidecars instead")
            return cls(home, busy_s, *_opened(":memory:", busy_s), is_kept=False)
        except sqlite3.DatabaseError as error:
            raise failure(error, home) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; failures of the block become ours."""
        try:
            yield self.db
        except sqlite3.DatabaseError as error:
            raise failure(error, self.home) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one transaction, which other processes wait for."""
        with self.reading():
            self.db.execute("BEGIN IMMEDIATE")
            with self.db:
                yield self.db

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()


@contextmanager
def alone(home: Path, busy_s: float) -> Iterator[None]:
    """Keep others from opening the index meanwhile. Raises ShelfError, OSError."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 -- where there is no library there is nothing to lock

    try:
        with FileLock(home / "library.lock", timeout=busy_s):
            yield
    except Timeout as error:
        raise ShelfError(
            f"another songpipe has been opening the library's index in {str(home)!r} for {busy_s:.0f} s",
            hint="try again when it is done",
        ) from error


def discard(output: Path, busy_s: float, *, only_if_damaged: bool) -> None:
    """Take the file of an index away, unless another process has put a sound one in its place.

    Whoever has the old one open goes on with a file without a name; the next look at the folders finds what
    it took in. Raises ShelfError, OSError.
    """
    home = output / ".songpipe"
    with alone(home, busy_s):
        if only_if_damaged and is_sound(home / FILE, busy_s):
            return
        for suffix in ("", "-wal", "-shm", "-journal"):
            (home / f"{FILE}{suffix}").unlink(missing_ok=True)


def is_sound(file: Path, busy_s: float) -> bool:
    """Say whether every page of an index can be read, and all of it is there."""
    try:
        db, _ = _opened(str(file), busy_s)
        try:
            db.execute("SELECT 1 FROM song, fault, folder, serial, words LIMIT 0")
            db.execute("INSERT INTO words (words) VALUES ('integrity-check')")
            return _names(db) >= _wanted() and db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        finally:
            db.close()
    except (sqlite3.Error, ShelfError):
        return False


def _names(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master")}


def _wanted() -> set[str]:
    """Name the tables and indexes that a whole index has."""
    db, _ = _opened(":memory:", 0.0)
    try:
        return _names(db)
    finally:
        db.close()


def failure(error: sqlite3.DatabaseError, home: Path) -> ShelfError:
    """Say in our words what the database said."""
    if _code(error) in _DAMAGE or str(error).startswith(("no such", "malformed", "table ")):
        return DamagedIndexError(f"the library's index is damaged ({error})", hint="songpipe library rebuild")
    if _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return ShelfError(
            f"another program holds the library's index ({home / FILE})", hint="try again when it has let go"
        )
    place = f"check that {str(home)!r} can be written to and its disk has room"
    return ShelfError(f"the library's index cannot be used: {error} ({home / FILE})", hint=place)


def _opened(file: str, busy_s: float) -> tuple[sqlite3.Connection, bool]:
    db = sqlite3.connect(file, timeout=busy_s, isolation_level=None)
    try:
        for setting in _SETTINGS:
            db.execute(f"PRAGMA {setting}")
        return db, migrations.apply(db)
    except BaseException:
        db.close()
        raise


def _code(error: sqlite3.DatabaseError) -> int:
    """Give the primary code; the extended ones only say more."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
