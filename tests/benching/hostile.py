"""Hostile replies of 1 MB and of half of it, read in a process of their own; prints the seconds of the worst."""

import time
from contextlib import suppress

from pipeline.writing import parse
from pipeline.writing.draft import NoSong

_SHAPES = (
    *("[", "(", "{", "<think>", "PROMPT: x\n", "[Verse]\n"),
    *("```\n", "\n", "a ", "word\n[Chorus]\n", "\\n"),
)


def worst(size: int) -> float:
    """Give the seconds for the slowest of the replies of so many characters."""
    return max(_seconds(shape * (size // len(shape))) for shape in _SHAPES)


def _seconds(text: str) -> float:
    begin = time.perf_counter()
    with suppress(NoSong):
        parse.song(text)
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(worst(1_000_000), worst(500_000))  # noqa: T201 -- what whoever started this process reads
