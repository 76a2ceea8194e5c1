"""Measure what the house promises, ratios within one run: `make bench`, or `tests/bench.py NAME…` for a few."""

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script's imports begin at its own folder
from tests.benching.figures import ALONE, FEET, FIGURES, QUICK, Bench, Size
from tests.benching.runs import Failed
from tests.benching.table import table

SONGPIPE = Path(sys.executable).with_name("songpipe")


def main() -> int:
    """Print one table; 1 when a goal is missed or a figure could not be measured."""
    asked = _arguments()
    size = replace(QUICK if asked.quick else Size(), spread=asked.spread)
    size = replace(size, scale=asked.scale or size.scale, songs=asked.songs or size.songs)
    names = asked.figures or list(FIGURES)
    rows, failures = [], []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as background:
        bench = Bench(asked.songpipe.absolute(), Path(folder), size, background)
        for name in [known for known in FIGURES if known in names]:
            print(f"measuring {name} …", file=sys.stderr, flush=True)  # noqa: T201 -- it takes minutes
            try:
                bench.begin([] if name in ALONE else names)
                rows += FIGURES[name](bench)
            except Failed as failure:
                failures.append(f"{name} could not be measured: {failure}")
    feet = [] if ALONE.issuperset(names) else FEET
    print("\n".join([table(rows, feet), *failures]))  # noqa: T201 -- a report
    return 0 if not failures and all(row.is_reached for row in rows) else 1


def _arguments() -> argparse.Namespace:
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("figures", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    asking.add_argument("--quick", action="store_true", help="small numbers: to see that all of it runs")
    asking.add_argument("--scale", type=float, help="by how much time is scaled down")
    asking.add_argument("--songs", type=int, help="songs for each server")
    asking.add_argument("--spread", type=float, default=0.1, help="share by which jobs differ in length")
    asking.add_argument("--songpipe", type=Path, default=SONGPIPE, help="another command to measure")
    said = asking.parse_args()
    if unknown := set(said.figures) - set(FIGURES):
        asking.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    return said


if __name__ == "__main__":
    sys.exit(main())
