"""Plain brief files: a line is a brief; blank lines, and lines that start with #, are none."""

import re
from collections.abc import Iterator
from functools import partial

from pipeline.settings.matrix import MOST_SONGS, Matrix, Option, refuse, tried
from pipeline.settings.textfile import UNSEEN

_YAML = re.compile(r"(songs|matrix|defaults)\s*:")  # what no brief starts with, and every brief file in YAML


def matrices(text: str, name: str) -> tuple[Matrix, ...]:
    """Read every line of a plain brief file as the smallest matrix. Raises BriefError with `name:line:`."""
    lines = tuple(_briefs(text))
    if not lines:
        refuse(name, 1, "there is no brief in this file", "write a line of text for every song")
    if len(lines) > MOST_SONGS:
        refuse(name, lines[MOST_SONGS][0], f"more than {MOST_SONGS:,} briefs", "split it into several files")
    return tried(name, (partial(_matrix, name, number, line) for number, line in lines))


def _briefs(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        brief = line.strip(" \t\r")
        if brief and not brief.startswith("#"):
            yield number, brief


def _matrix(name: str, number: int, line: str) -> Matrix:
    if UNSEEN.search(line):
        refuse(name, number, "a control character inside the text", "remove it; it may be invisible")
    if _YAML.match(line):
        refuse(name, number, "this is YAML, not a line a brief", "give the file a name that ends in .yaml")
    return Matrix({"text": (Option(line, number),)})
