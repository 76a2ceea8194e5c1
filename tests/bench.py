"""Measure what the house promises, as ratios in one run: `make bench`."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

SONGPIPE = Path(sys.executable).with_name("songpipe")


def seconds(command: Sequence[str | Path], times: int, cwd: Path) -> float:
    """Give the median wall time of a command, after one run that warms the caches."""

    def once() -> float:
        begin = time.perf_counter()
        subprocess.run([str(part) for part in command], cwd=cwd, check=True, capture_output=True)
        return time.perf_counter() - begin

    once()
    return statistics.median(once() for _ in range(times))


def parsing() -> tuple[float, float]:
    """Give the seconds for the worst of several hostile replies of 1 MB and of half of it."""
    from pipeline.writing import parse
    from pipeline.writing.draft import NoSong

    def read(text: str) -> float:
        begin = time.perf_counter()
        with suppress(NoSong):
            parse.song(text)
        return time.perf_counter() - begin

    shapes = [
        "[",
        "(",
        "{",
        "<think>",
        "PROMPT: x\n",
        "[Verse]\n",
        "```\n",
        "\n",
        "a ",
        "word\n[Chorus]\n",
        "\\n",
    ]

    def worst(size: int) -> float:
        return max(read(shape * (size // len(shape))) for shape in shapes)

    return worst(1_000_000), worst(500_000)


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        click = seconds([sys.executable, "-c", "import click"], 15, folder)
        rows = [
            (f"songpipe {flag} ÷ import click", seconds([SONGPIPE, flag], 15, folder) / click, 2.5)
            for flag in ("--help", "--version")
        ]
        rows.append(("songpipe nonsense ÷ import click", _failing(folder) / click, 2.5))
        rows.append(
            (
                "rehearsal song of 240 s, seconds",
                seconds([SONGPIPE, "write", "--rehearse", "a"], 3, folder),
                10,
            )
        )
    whole, half = parsing()
    rows += [
        ("worst hostile reply of 1 MB, seconds", whole, 1.0),
        ("1 MB ÷ 0.5 MB (linear: 2)", whole / half, 3.0),
    ]
    for what, value, most in rows:
        print(f"{what:<40} {value:6.2f}   at most {most}")  # noqa: T201 -- a report


def _failing(folder: Path) -> float:
    script = f"import subprocess; subprocess.run([{str(SONGPIPE)!r}, 'nonsense'], capture_output=True)"
    bare = "import subprocess; subprocess.run(['true'])"
    return seconds([sys.executable, "-c", script], 15, folder) - seconds(
        [sys.executable, "-c", bare], 15, folder
    )


if __name__ == "__main__":
    main()
