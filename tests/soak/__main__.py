"""Kill songpipe at random moments, again and again, and look at what is left: `make soak`.

Half of the kills hit a batch on SQLite, the other half two workers on Postgres.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.postgres import fresh_database, serving
from tests.soak import killing
from tests.soak.killing import Toll
from tests.soak.table import Row, table
from tests.soak.world import World, opened

Ordeal = Callable[[World, int, int, int, int], Toll]

_SEATS = {"sqlite": (4, 1), "postgres": (2, 1)}  # the default of one server, and one song after the other


def main() -> int:
    """Print one table; 1 when anything is wrong."""
    asked = _arguments()
    rows: list[Row] = []
    with ExitStack() as stack:
        for engine in asked.engines:
            try:
                server = stack.enter_context(serving()) if engine == "postgres" else ""
            except pytest.skip.Exception as without:
                print(f"not on Postgres: {without}", file=sys.stderr)  # noqa: T201 -- a report
                continue
            for row in _rows(engine, server, asked):
                print(table([row]).splitlines()[1], file=sys.stderr, flush=True)  # noqa: T201 -- takes minutes
                rows.append(row)
    print(table(rows))  # noqa: T201 -- a report
    return 0 if rows and all(row.is_well for row in rows) else 1


def _rows(engine: str, server: str, asked: argparse.Namespace) -> Iterator[Row]:
    """Open one world after the other, each with its seed, until there were kills enough or time is up."""
    seed, left, give_up = asked.seed, asked.kills, time.monotonic() + asked.seconds / len(asked.engines)
    while left > 0 and time.monotonic() < give_up:
        seats = _SEATS[engine][seed % 2]
        row = Row(
            engine, seed, seats, _toll(engine, server, seed, seats, min(left, asked.kills_each), asked.songs)
        )
        left, seed = left - row.toll.kills, seed + 1
        yield row


def _toll(engine: str, server: str, seed: int, seats: int, kills: int, songs: int) -> Toll:
    ordeal: Ordeal = killing.workers if server else killing.batch
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"songpipe-soak-{engine}-")))
        url = stack.enter_context(fresh_database(server)) if server else ""
        world = stack.enter_context(opened(folder, songs, url, write=0.4, play=0.3 if server else 0.05))
        return ordeal(world, songs, seed, kills, seats)


def _arguments() -> argparse.Namespace:
    asking = argparse.ArgumentParser(prog="make soak", description=__doc__)
    asking.add_argument("engines", nargs="*", default=["sqlite", "postgres"], help="sqlite, postgres")
    asking.add_argument("--kills", type=int, default=50, help="how many in all, on each engine")
    asking.add_argument("--kills-each", type=int, default=10, help="the most that one batch goes through")
    asking.add_argument("--songs", type=int, default=20, help="songs of a batch")
    asking.add_argument("--seed", type=int, default=1, help="the first seed; each batch has the next one")
    asking.add_argument("--seconds", type=float, default=480.0, help="no new batch is begun after that")
    return asking.parse_args()


if __name__ == "__main__":
    sys.exit(main())
