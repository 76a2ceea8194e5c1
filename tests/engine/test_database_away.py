"""A Postgres that goes away for a while: everybody loses the lock, nobody counts as dead for it, the work goes on."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from pipeline.cli.watching import Silent
from pipeline.engine.database import Database
from pipeline.engine.desk import Desk, Run
from pipeline.engine.foreman import Foreman
from pipeline.engine.halt import Halt
from pipeline.engine.presence import PostgresPresence, arrive
from pipeline.errors import ShelfError
from tests.engine.conftest import ordered, scripted

SONG = "0123456789abcdef"


@pytest.fixture
def database(tmp_path: Path, postgres_url: str) -> Database:
    """A database that can go away."""
    return Database(tmp_path / "home", postgres_url)


@contextmanager
def away(database: Database) -> Iterator[None]:
    """End every connection to the database, and let nobody in until the block ends."""
    server, name = str(database.postgres).rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'.encode())
        hang_up(connection, name)
        yield
        connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true'.encode())


def hang_up(connection: psycopg.Connection, name: str) -> None:
    """End every other connection to a database."""
    others = "FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    connection.execute(f"SELECT pg_terminate_backend(pid, 5000) {others}".encode(), (name,))


def wait_for(there: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is there."""
    give_up = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < give_up, "it never came"
        time.sleep(0.02)


def test_a_database_that_is_away_is_told_by_every_question_about_the_living(database: Database) -> None:
    presence = arrive(database)

    with away(database):
        for ask in (presence.renew, lambda: presence.dead(["run-x"]), presence.alone().__enter__):
            with pytest.raises(ShelfError, match="the journal cannot be used"):
                ask()

    assert [True, False] == [presence.renew(), presence.renew()]
    presence.leave()


def test_nobody_is_taken_for_dead_before_all_had_time_to_come_back(database: Database) -> None:
    now = 100.0
    url = str(database.postgres)
    one = PostgresPresence("run-one", url, database.failures_told, lambda: now)
    other = PostgresPresence("run-other", url, database.failures_told, lambda: now)
    with away(database):
        pass
    one.renew()

    at_once = one.dead(["run-other", "run-never"])
    other.renew()
    now += 20.0

    assert ([], ["run-never"]) == (at_once, one.dead(["run-other", "run-never"]))
    one.leave()
    other.leave()


def test_the_foreman_goes_on_looking_after_an_outage(database: Database) -> None:
    presence, looks = arrive(database), list[bool]()
    foreman = Foreman(lambda: looks.append(presence.renew()), every_s=0.02)
    foreman.start()

    with away(database):
        time.sleep(0.2)
    wait_for(lambda: True in looks)

    foreman.stop()
    presence.leave()


def test_a_worker_whose_room_was_closed_while_it_counted_as_dead_opens_it_again(database: Database) -> None:
    room = scripted()
    with Desk(database, lambda _: room, lambda *_: Silent(), Halt(), Run(serving=True)) as desk:
        desk.ledger.close_room(desk.name)  # as whoever adopts the songs of the dead does
        with away(database):
            pass
        desk._foreman.nudge()
        wait_for(lambda: desk.name in desk.ledger.keepers())
        desk.place([(SONG, ordered())])

        ended = next(desk.work([SONG]))

    assert (SONG, "done") == (ended.id, ended.how)
