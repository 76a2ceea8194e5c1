"""Presence: whoever holds its lock lives, and a process that dies lets go of it however it ends."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.engine.database import Database
from pipeline.engine.presence import Presence, arrive
from pipeline.errors import ShelfError
from tests.fakes.children import unmeasured

_CHILD = """\
import sys
from pathlib import Path
from pipeline.engine.database import Database
from pipeline.engine.presence import arrive
presence = arrive(Database(Path(sys.argv[1]), sys.argv[2] or None))
print(presence.name, flush=True)
sys.stdin.read()
"""

Come = Callable[[], Presence]


@pytest.fixture(params=["file", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database of each kind."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    return Database(tmp_path / "home", url)


def soon(look: Callable[[], list[str]]) -> list[str]:
    """Look until something is there: the system and the server take a moment to see that a process has gone."""
    return next((found for _ in range(500) if (found := look()) or threading.Event().wait(0.01)), [])


def test_the_living_are_told_from_the_dead(database: Database) -> None:
    one, other = arrive(database), arrive(database)
    names = [one.name, other.name, "run-never-seen"]

    both = one.dead(names), other.dead(names)
    other.leave()
    left = soon(lambda: found if other.name in (found := one.dead(names)) else [])
    one.leave()

    assert ((["run-never-seen"],) * 2, [other.name, "run-never-seen"]) == (both, left)


def test_looking_at_the_living_again_and_again_takes_nothing_from_them(database: Database) -> None:
    one, other = arrive(database), arrive(database)

    seen = [one.dead([other.name]) for _ in range(3)]
    one.renew()
    seen.append(other.dead([one.name]))

    assert [[]] * 4 == seen
    one.leave()
    other.leave()


def test_a_process_that_is_killed_is_dead_at_once(database: Database) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(database.home), database.postgres or ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=unmeasured(),
    )
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    presence = arrive(database)

    alive = presence.dead([name])
    child.kill()
    child.communicate(timeout=10)

    assert [] == alive
    assert [name] == soon(lambda: presence.dead([name]))
    presence.leave()


def test_only_one_process_at_a_time_moves_songs(database: Database) -> None:
    one, other = arrive(database), arrive(database)
    order: list[str] = []

    def move() -> None:
        with other.alone():
            order.append("other")

    with one.alone():
        thread = threading.Thread(target=move)
        thread.start()
        thread.join(0.2)
        order.append("one")
    thread.join(10)

    assert ["one", "other"] == order
    one.leave()
    other.leave()


def test_a_lock_that_cannot_be_taken_is_told(tmp_path: Path) -> None:
    (tmp_path / "presence").write_text("in the way")

    with pytest.raises(ShelfError, match="the journal cannot be opened"):
        arrive(Database(tmp_path))


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    database = Database(tmp_path, "postgresql://songpipe:s3cret@127.0.0.1:9/songs")

    for opening in (lambda: arrive(database), database.open):
        with pytest.raises(ShelfError, match="the journal cannot be used") as told:
            opening()

        assert "the Postgres database 'songs' at 127.0.0.1" in told.value.message
        assert "SONGPIPE_DATABASE_URL" in told.value.hint
        assert "s3cret" not in told.value.message + told.value.hint
