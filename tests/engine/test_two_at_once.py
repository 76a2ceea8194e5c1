"""Two at once: every process minds its own songs, takes over those of the dead, and never one of the living."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.engine.database import Database
from pipeline.engine.jobs import is_there
from pipeline.engine.ledger import Ledger, reading
from tests.engine.postgres import postgres_server, postgres_url
from tests.soak import checks
from tests.soak.world import ROOT, World, opened

__all__ = ["postgres_server", "postgres_url"]  # fixtures

DAY = "2026-11-22"
TAKEN_OVER_WITHIN_S = 30.0

# What a later songpipe may bring: another version, other stages, at other places.
OLD_ROAD = """\
    words = write(settled, studio, session)
    takes = record("""
NEW_ROAD = """\
    session.once("planning", str, str, "a stage that no earlier songpipe had")
    words = write(settled, studio, session)
    session.once("playing-plan", str, str, "and another one")
    takes = record("""
NEWER = {
    "pipeline/__init__.py": ('__version__ = "', '__version__ = "99.'),
    "pipeline/workflow.py": (OLD_ROAD, NEW_ROAD),
    "pipeline/engine/works.py": ("for name, text in notes:", "for name, text in tuple(notes):"),
}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of the shared database, "" for the file of the workspace."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@contextmanager
def ledger(world: World) -> Iterator[Ledger]:
    """The ledger as another process sees it."""
    with reading(Database(world.output / ".songpipe", world.database or None)) as opened_ledger:
        yield opened_ledger


def until(there: Callable[[], bool], seconds: float = 40.0) -> float:
    """Wait until something is there, and give the seconds that it took."""
    began = time.monotonic()
    while not there():
        assert time.monotonic() - began < seconds, "it never came"
        time.sleep(0.05)
    return time.monotonic() - began


def are_handed_in(world: World, songs: int, origin: str) -> bool:
    """Say whether that many songs are noted as handed in to the music server."""
    if not is_there(Database(world.output / ".songpipe", world.database or None)):
        return False
    with ledger(world) as seen:
        known = seen.entries(lambda _: [], user=origin)
        noted = [{name for name, _ in seen.notes(entry.id)} for entry in known]
    return sum("playing-ticket-1" in names for names in noted) >= songs


def at_work(world: World) -> int:
    """Count the processes that have songs in hand, or a room for them."""
    with ledger(world) as seen:
        return len(seen.keepers())


def test_a_batch_runs_while_cron_fires_daily_twice_and_one_of_them_is_killed(
    tmp_path: Path, database: str
) -> None:
    with opened(tmp_path / "world", 1, database) as world:
        with world.without_recordings():
            batch = world.start("batch", str(world.briefs))
            first = world.start("daily", "--date", DAY)
            until(lambda: are_handed_in(world, 1, "daily") and are_handed_in(world, 1, "batch"))
            second = world.start("daily", "--date", DAY)
            until(lambda: at_work(world) == 3)
            time.sleep(0.7)  # it has seen that the first one lives, and waits
            assert first.kill()

        (path,), paths = second.lines(), batch.lines()

        files = {track.brief.seed: track.file for track in checks.tracks(world)}
        assert files[None] == path
        assert files[1] in paths  # it may have taken over the day's song, and tells it then
        assert [] == list(checks.wrong(world, 1, others=1))
        assert {1} == {*world.orders().written.values(), *world.orders().played.values()}
        assert {} == dict(checks.left_behind(world))


def test_the_same_batch_and_daily_begun_twice_at_one_moment_in_an_empty_folder_make_every_song_once(
    tmp_path: Path, database: str
) -> None:
    with opened(tmp_path / "world", 2, database) as world:
        batches = [world.start("batch", str(world.briefs)) for _ in range(2)]
        first, second = [world.start("daily", "--date", DAY) for _ in range(2)]

        assert first.lines() == second.lines() != []
        assert 2 <= sum(len(batch.lines()) for batch in batches)
        assert [] == list(checks.wrong(world, 2, others=1))
        assert {1} == {*world.orders().written.values(), *world.orders().played.values()}
        assert {} == dict(checks.left_behind(world))


def test_the_song_of_a_killed_worker_goes_on_in_another_one_within_half_a_minute(
    tmp_path: Path, postgres_url: str
) -> None:
    with opened(tmp_path / "world", 1, postgres_url) as world, ledger(world) as seen:
        world.run("batch", str(world.briefs), "--queue")
        with world.without_recordings():
            first = world.start("worker")
            until(lambda: are_handed_in(world, 1, "batch"))
            second = world.start("worker")
            until(lambda: at_work(world) == 2)
            (before,) = seen.entries(lambda _: [])

            assert first.kill()
            seconds = until(lambda: seen.entries(lambda _: [])[0].keeper not in {"", before.keeper})
        until(lambda: seen.entries(lambda _: [])[0].state == "done")

        assert 130 == second.press_ctrl_c()
        assert seconds < TAKEN_OVER_WITHIN_S
        assert {1} == {*world.orders().written.values(), *world.orders().played.values()}


def test_a_song_that_was_begun_by_one_songpipe_is_finished_by_a_newer_one(tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    for part in ("pipeline", "configs", "prompts"):
        shutil.copytree(ROOT / part, newer / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (old, new) in NEWER.items():
        source = (newer / name).read_text()
        assert old in source
        (newer / name).write_text(source.replace(old, new, 1))

    with opened(tmp_path / "world", 2) as world:
        with world.without_recordings():
            batch = world.start("batch", str(world.briefs))
            until(lambda: are_handed_in(world, 2, "batch"))
            assert batch.kill()
        resumed = world.start("resume", root=newer)

        assert 2 == len(resumed.lines())
        assert [] == list(checks.wrong(world, 2))
        assert {1} == {*world.orders().written.values(), *world.orders().played.values()}
        assert {"99.0.1.0"} == {track.versions["songpipe"] for track in checks.tracks(world)}
