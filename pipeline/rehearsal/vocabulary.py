"""The songwriter's vocabulary, read from `words.txt` beside this file."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_HEADER = re.compile(r"\[(\w+)(?:: ([\w ]+))?\]")


@dataclass(frozen=True, slots=True)
class Scene:
    """A place to write from: `heads` begin lines, `calls` are words of a brief that lead there."""

    name: str
    calls: frozenset[str]
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything the songwriter can say. `tails` are rows that rhyme; in hooks and mentions, `{w}` is a word.

    A hook is two lines and a title; couplets and answers are two lines. `moods`, `small` and `spare` are
    single words: names of a mood, words too small to sing about, subjects for a brief without any.
    """

    openers: tuple[str, ...]
    mentions: tuple[str, ...]
    scenes: tuple[Scene, ...]
    tails: tuple[tuple[str, ...], ...]
    couplets: tuple[tuple[str, ...], ...]
    hooks: tuple[tuple[str, ...], ...]
    answers: tuple[tuple[str, ...], ...]
    moods: frozenset[str]
    small: frozenset[str]
    spare: tuple[str, ...]


@cache
def packaged() -> Vocabulary:
    """Read the vocabulary that travels with songpipe."""
    return parse(resources.files(__package__ or "").joinpath("words.txt").read_text(encoding="utf-8"))


def parse(text: str) -> Vocabulary:
    """Read a vocabulary: `[name]` or `[scene: words that call it]`, then a line or a row (` / `) each."""
    rows: dict[str, list[str]] = {}
    calls: dict[str, frozenset[str]] = {}
    name = ""
    for line in text.splitlines():
        if header := _HEADER.fullmatch(line):
            name = header[1]
            rows[name] = []
            if header[2]:
                calls[name] = frozenset(header[2].split())
        elif line and not line.startswith("#"):
            rows[name].append(line)
    split = {key: tuple(tuple(line.split(" / ")) for line in lines) for key, lines in rows.items()}
    return Vocabulary(
        openers=tuple(rows["openers"]),
        mentions=tuple(rows["mentions"]),
        scenes=tuple(Scene(key, called, tuple(rows[key])) for key, called in calls.items()),
        tails=split["tails"],
        couplets=split["couplets"],
        hooks=split["hooks"],
        answers=split["answers"],
        moods=frozenset(" ".join(rows["moods"]).split()),
        small=frozenset(" ".join(rows["small"]).split()),
        spare=tuple(" ".join(rows["spare"]).split()),
    )
