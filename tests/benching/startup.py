"""Figures that need no server: how fast the command starts, a rehearsal song, the worst of all replies."""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benching import runs
from tests.benching.booking import ROOT
from tests.benching.table import Row


def start(songpipe: Path, folder: Path) -> list[Row]:
    """Compare the start of the command with the import of click alone."""
    click = seconds([sys.executable, "-c", "import click"], 15, folder)
    times = {f"songpipe {flag}": seconds([songpipe, flag], 15, folder) for flag in ("--help", "--version")}
    times["songpipe nonsense"] = _failing(songpipe, folder)
    return [Row(f"{what} ÷ import click", value / click, 2.5) for what, value in times.items()]


def rehearsal(songpipe: Path, folder: Path) -> list[Row]:
    """Make a song in the rehearsal studio."""
    return [
        Row("rehearsal song of 240 s", seconds([songpipe, "write", "--rehearse", "a"], 3, folder), 10, "s")
    ]


def listen(songpipe: Path, sounds: Sequence[tuple[float, Path]], folder: Path) -> list[Row]:
    """Listen to songs of several lengths (seconds, file): the first is to be quick, all are to be small."""
    (first_s, first), *_ = sounds
    rows = [
        Row(f"listening to {first_s:.0f} s of MP3", seconds([songpipe, "listen", first], 5, folder), 1.5, "s")
    ]
    for length_s, sound in sounds:
        peak = runs.run([songpipe, "listen", sound, "--json"], folder / f"listen-{length_s:.0f}").peak_mb
        rows.append(Row(f"memory, listening to {length_s:.0f} s", peak, 200, "MB"))
    return rows


def reply() -> list[Row]:
    """Read hostile replies: a megabyte must be quick, and cost no more than twice its half."""
    said = subprocess.check_output([sys.executable, "-m", "tests.benching.hostile"], cwd=ROOT, text=True)
    whole, half = map(float, said.split())
    return [
        Row("worst hostile reply of 1 MB", whole, 1, "s"),
        Row("1 MB ÷ 0.5 MB (linear: 2)", whole / half, 3),
    ]


def seconds(command: Sequence[str | Path], times: int, cwd: Path) -> float:
    """Give the median wall time of a command, after one run that warms the caches."""

    def once() -> float:
        begin = time.perf_counter()
        subprocess.run([str(part) for part in command], cwd=cwd, check=True, capture_output=True)
        return time.perf_counter() - begin

    once()
    return statistics.median(once() for _ in range(times))


def _failing(songpipe: Path, folder: Path) -> float:
    script = f"import subprocess; subprocess.run([{str(songpipe)!r}, 'nonsense'], capture_output=True)"
    bare = "import subprocess; subprocess.run(['true'])"
    return seconds([sys.executable, "-c", script], 15, folder) - seconds(
        [sys.executable, "-c", bare], 15, folder
    )
