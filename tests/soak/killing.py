"""Killing: a batch, or two workers, shot down again and again until every song is on the shelf all the same."""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.engine.database import Database
from pipeline.engine.jobs import jobs, looking
from tests.soak import checks
from tests.soak.world import World

_HORIZON = 2.8  # a batch is killed within so many times the start of a command: a third while it starts
_SHIFT = 1.5  # and a worker within so many, beside which the other one goes on
_PATIENCE_S = 90.0


@dataclass(slots=True)
class Toll:
    """What a world went through, and what is wrong with it: nothing, if all is well.

    `written` and `played` are the calls and submissions that the servers saw, `most` those of the song that
    had the most of them.
    """

    songs: int
    kills: int = 0
    written: int = 0
    played: int = 0
    most: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    left_behind: dict[str, int] = field(default_factory=dict)


def batch(world: World, songs: int, seed: int, kills: int, seats: int) -> Toll:
    """Kill a batch up to `kills` times, going on with `batch` and `resume` in turn, and let it end at last."""
    toll, began, seen = Toll(songs), time.monotonic(), set[Path]()
    dice = random.Random(seed)  # noqa: S311 -- kills that can be repeated
    at_once = ["--concurrency", str(seats)]
    ways = [["batch", str(world.briefs), *at_once], ["resume", *at_once]]
    start_s = _start_s(world)
    for number in range(2 * kills):
        process = world.start(*ways[number % 2])
        ended = process.has_ended_within(dice.uniform(0, _HORIZON * start_s))
        toll.kills += process.kill()
        toll.wrong += checks.half_files(world, seen)
        if toll.kills == kills or (ended and number % 2 == 0):
            break
    for way in reversed(ways):
        world.run(*way)
    return _judged(world, toll, seen, began)


def workers(world: World, songs: int, seed: int, kills: int, seats: int) -> Toll:
    """Queue a batch and kill one of two workers up to `kills` times, each time starting another."""
    toll, began, seen = Toll(songs), time.monotonic(), set[Path]()
    dice = random.Random(seed)  # noqa: S311 -- kills that can be repeated
    start_s = _start_s(world)
    orders = world.start("batch", str(world.briefs), "--queue")
    orders.has_ended_within(dice.uniform(0, start_s))
    toll.kills += orders.kill()
    world.run("batch", str(world.briefs), "--queue")
    work = ["worker", "--concurrency", str(seats)]
    crew = [world.start(*work), world.start(*work)]
    while toll.kills < kills and not _all_done(world, songs):
        time.sleep(dice.uniform(0, _SHIFT * start_s))
        victim = dice.randrange(2)
        toll.kills += crew[victim].kill()
        toll.wrong += checks.half_files(world, seen)
        crew[victim] = world.start(*work)
    _wait_for_all(world, songs)
    toll.wrong += [f"a worker ended with {code}" for one in crew if (code := one.press_ctrl_c()) != 130]
    return _judged(world, toll, seen, began)


def _start_s(world: World) -> float:
    """Measure how long a command takes to start on this machine today."""
    began = time.monotonic()
    world.run("jobs")
    return time.monotonic() - began


def _all_done(world: World, songs: int) -> bool:
    return sum(job.state == "done" for job in jobs(_database(world), latest=None)) == songs


def _wait_for_all(world: World, songs: int) -> None:
    """Wait until every song is done, and until both workers are there to be sent home."""
    give_up = time.monotonic() + _PATIENCE_S
    while not (_all_done(world, songs) and _living(world) == 2):
        assert time.monotonic() < give_up, f"the workers do not finish: {world.jobs()}"
        time.sleep(0.3)


def _living(world: World) -> int:
    with looking(_database(world)) as (ledger, presence):
        names = ledger.keepers()
        return len(names) - len(presence.dead(names))


def _database(world: World) -> Database:
    return Database(world.output / ".songpipe", world.database or None)


def _judged(world: World, toll: Toll, seen: set[Path], began: float) -> Toll:
    orders = world.orders()
    toll.written, toll.played = orders.written.total(), orders.played.total()
    toll.most = max([*orders.written.values(), *orders.played.values()])
    toll.wrong += checks.wrong(world, toll.songs, seen)
    toll.left_behind = dict(checks.left_behind(world))
    toll.seconds = time.monotonic() - began
    return toll
