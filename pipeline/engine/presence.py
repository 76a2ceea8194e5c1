"""Presence: every process that works on songs holds a lock that dies with it, so that all know who lives."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg
from filelock import FileLock, Timeout

from pipeline.engine.database import Database
from pipeline.errors import ShelfError
from pipeline.library import disk

PREFIX = "run-"
_PATIENCE_S = (
    60.0  # for the lock that only one process at a time moves songs under; it is held for milliseconds
)
# A machine that lost its power says no goodbye: the server asks after 10 s of silence, and gives up 10 s later.
_NOTICES_SILENCE: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
_ALIVE = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2"

# A server that was away has dropped everybody's lock; the others look every 5 s, and take theirs again then.
_REUNION_S = 15.0


class Presence(Protocol):
    """A process that is there. Its name is new every time, so the dead are never mistaken for the living."""

    name: str

    def dead(self, names: Iterable[str]) -> list[str]:
        """Tell which of these processes are no more; never this one."""
        ...

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only process that moves songs from hand to hand. Raises ShelfError."""
        ...

    def renew(self) -> bool:
        """Take the lock again if it was lost on the way; says whether it was. Raises ShelfError."""
        ...

    def leave(self) -> None:
        """Let go: from now on this process counts as dead."""
        ...


def arrive(database: Database) -> Presence:
    """Announce this process. Raises ShelfError."""
    name = PREFIX + secrets.token_hex(8)
    with database.failures_told():
        if database.postgres is None:
            return FilePresence(name, database.home / "presence")
        return PostgresPresence(name, database.postgres, database.failures_told)


class FilePresence:
    """A locked file; the system unlocks it when the process ends, however it ends."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self._file(name), timeout=_PATIENCE_S, thread_local=False)
        with self.alone():
            self._sweep()
            self._lock.acquire()

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def dead(self, names: Iterable[str]) -> list[str]:
        """Tell which of these processes are no more; never this one."""
        return [name for name in names if name != self.name and self._is_free(name)]

    def _is_free(self, name: str) -> bool:
        with disk.failures_told("see who works on songs", self._folder):
            if not self._file(name).exists():
                return True
            try:
                with FileLock(self._file(name), timeout=0):
                    return True
            except Timeout:
                return False

    def _sweep(self) -> None:
        """Take away the locks that the dead left behind."""
        for file in self._folder.glob(f"{PREFIX}*.lock"):
            if self._is_free(file.stem):
                file.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only process that moves songs from hand to hand. Raises ShelfError."""
        lock = FileLock(self._folder / "moving.lock", timeout=_PATIENCE_S)
        try:
            with disk.failures_told("lock the journal", self._folder):
                lock.acquire()
        except Timeout as error:
            hint = "stop the process that hangs; songpipe jobs shows what is in the works"
            raise ShelfError("another songpipe has held the journal for a minute", hint=hint) from error
        try:
            yield
        finally:
            lock.release()

    def renew(self) -> bool:
        """A locked file stays locked."""
        return False

    def leave(self) -> None:
        """Let go: from now on this process counts as dead."""
        self._lock.release()
        with suppress(OSError):
            self._file(self.name).unlink()


class PostgresPresence:
    """An advisory lock of a session of its own; the server frees it when the connection ends."""

    def __init__(
        self,
        name: str,
        url: str,
        failures_told: Callable[[], AbstractContextManager[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._url = url
        self._failures_told, self._clock = failures_told, clock
        self._turn = threading.Lock()
        self._judges_from = clock()
        self._connection = self._arrived()

    def _arrived(self) -> psycopg.Connection:
        connection = psycopg.connect(
            self._url, autocommit=True, connect_timeout=10, application_name="songpipe", **_NOTICES_SILENCE
        )
        connection.execute(_ALIVE)
        connection.execute("SELECT pg_advisory_lock(%s)", (_number(self.name),))
        return connection

    def dead(self, names: Iterable[str]) -> list[str]:
        """Tell which of these processes are no more; never this one, and nobody while it is doubtful."""
        with self._failures_told(), self._turn:
            if self._clock() < self._judges_from:
                return []
            return [name for name in names if name != self.name and self._is_free(name)]

    def _is_free(self, name: str) -> bool:
        free = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (_number(name),)).fetchone()
        if free is None or not free[0]:
            return False
        self._connection.execute("SELECT pg_advisory_unlock(%s)", (_number(name),))
        return True

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only process that moves songs from hand to hand. Raises ShelfError."""
        with (
            self._failures_told(),
            psycopg.connect(
                self._url, connect_timeout=10, application_name="songpipe", **_NOTICES_SILENCE
            ) as connection,
        ):
            connection.execute(f"SET lock_timeout = '{_PATIENCE_S:.0f}s'")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_number("moving"),))
            yield

    def renew(self) -> bool:
        """Take the lock again if the connection was lost on the way; says whether it was."""
        with self._failures_told(), self._turn:
            try:
                self._connection.execute("SELECT 1")
            except psycopg.OperationalError:
                self._connection.close()
                self._connection = self._arrived()
                self._judges_from = self._clock() + _REUNION_S
                return True
            return False

    def leave(self) -> None:
        """Let go: from now on this process counts as dead."""
        with self._turn:
            self._connection.close()


def _number(name: str) -> int:
    """Give the 64 bits by which Postgres knows a lock."""
    return int.from_bytes(hashlib.sha256(f"songpipe {name}".encode()).digest()[:8], "big", signed=True)
