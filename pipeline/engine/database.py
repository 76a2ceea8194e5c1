"""The database of the journal: where it lies, how it is opened, and its failures in our words."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import sqlalchemy as sa
from dbos import DBOS, Serializer
from dbos import error as faults
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline import errors
from pipeline.errors import ShelfError, SongpipeError

FILE = "engine.sqlite3"
_CONNECTIONS = 20  # of a process; songs write a few rows a minute each


@dataclass(frozen=True, slots=True)
class Database:
    """A SQLite file in the workspace's own folder, or a Postgres database that several machines share."""

    home: Path  # output/.songpipe
    postgres: str | None = None  # postgresql://…, which may hold a password
    busy_s: float = 30.0  # that a writer of the file waits for another one; each holds it for milliseconds

    @property
    def url(self) -> str:
        """The address as SQLAlchemy wants it."""
        if self.postgres is None:
            return f"sqlite:///{self.home / FILE}"
        return self.postgres.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def name(self) -> str:
        """What messages call it; without the password."""
        if self.postgres is None:
            return str(self.home / FILE)
        parts = urlsplit(self.postgres)
        return f"the Postgres database {parts.path.strip('/')!r} at {parts.hostname or 'a socket'}"

    def open(self) -> sa.Engine:
        """Open it, made if it is a file that is not there yet. Raises ShelfError."""
        with self.failures_told():
            if self.postgres is not None:
                engine = sa.create_engine(
                    self.url,
                    pool_size=_CONNECTIONS,
                    pool_pre_ping=True,
                    connect_args={"application_name": "songpipe"},
                )
            else:
                self.home.mkdir(parents=True, exist_ok=True)
                engine = sa.create_engine(self.url, pool_size=_CONNECTIONS)
                sa.event.listen(engine, "connect", self._prepare)
                _take_turns(engine)
            with engine.begin() as connection:
                connection.execute(sa.text("SELECT 1" if self.postgres else "BEGIN IMMEDIATE"))
            DBOS.migrate(self.url)
            return engine

    @contextmanager
    def failures_told(self) -> Iterator[None]:
        """Turn a failure of the database inside the block into a ShelfError that says what to do."""
        try:
            yield
        except (SQLAlchemyError, faults.DBOSException, psycopg.Error) as error:
            reason = _reason(error)
            raise ShelfError(
                f"the journal cannot be used: {reason} ({self.name})", hint=_advice(self, reason)
            ) from None
        except ValueError:  # of the driver, about the address; its words may quote the password
            hint = "write it as postgresql://user:password@host/name"
            raise ShelfError("the address of the journal's database cannot be read", hint=hint) from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ShelfError(
                f"the journal cannot be opened: {reason} ({self.name})", hint=_advice(self, reason)
            ) from error

    def _prepare(self, connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        """Let readers and a writer work side by side, and let writers queue up instead of failing."""
        connection.isolation_level = "IMMEDIATE"
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={self.busy_s * 1000:.0f}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _take_turns(engine: sa.Engine) -> None:
    """Let the threads of this process queue up for the file: SQLite itself makes them sleep and try again."""
    turn = threading.RLock()
    sa.event.listen(engine, "begin", lambda _: turn.acquire())
    sa.event.listen(engine, "commit", lambda _: turn.release())
    sa.event.listen(engine, "rollback", lambda _: turn.release())


def _reason(error: Exception) -> str:
    """Say in one line what the driver said; never the statement, whose values are the user's."""
    said = (
        error.orig if isinstance(error, DBAPIError) else error if isinstance(error, psycopg.Error) else None
    )
    lines = str(said if said is not None else type(error).__name__).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _advice(database: Database, reason: str) -> str:
    if database.postgres is not None:
        return "check that the server runs and that engine.database_url (or SONGPIPE_DATABASE_URL) is right"
    if "locked" in reason:
        return "another program holds that file; try again when it has let go; what is done is kept"
    place = f"check that {database.home} can be written to and its disk has room, or name another place"
    return f"{place} with --output; what is done is kept"


class Codec(Serializer):
    """Writes notes, orders and failures as JSON: what lies in the database can be read by anyone, and runs nothing."""

    def serialize(self, data: Any) -> str:
        """Write a value or a failure."""
        return json.dumps(data, default=_failure)

    def deserialize(self, serialized_data: str) -> Any:
        """Read it back."""
        data = json.loads(serialized_data)
        return _revived(data) if isinstance(data, dict) and data.get("is") == "failure" else data

    def name(self) -> str:
        """Name the format."""
        return "songpipe-json-1"


def _failure(error: object) -> dict[str, str]:
    if isinstance(error, SongpipeError):
        public = next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
        return {"is": "failure", "kind": public.__name__, "message": error.message, "hint": error.hint}
    if isinstance(error, BaseException):
        return {
            "is": "failure",
            "kind": "SongpipeError",
            "message": f"a bug: {type(error).__name__}",
            "hint": "",
        }
    raise TypeError(f"{type(error).__name__} is no part of a note")


def _revived(said: dict[str, Any]) -> SongpipeError:
    kind = getattr(errors, str(said.get("kind")), SongpipeError)
    known = kind if isinstance(kind, type) and issubclass(kind, SongpipeError) else SongpipeError
    return known(str(said.get("message")), hint=str(said.get("hint", "")))
