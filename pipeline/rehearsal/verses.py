"""Lines of the songwriter: heads and tails that scan and rhyme, choruses that turn on a word of the brief."""

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

from pipeline.rehearsal import syllables
from pipeline.rehearsal.forms import Part
from pipeline.rehearsal.vocabulary import Scene, Vocabulary

_SHORTEST, _LONGEST = 6, 10  # syllables of a line (ACE-Step's tutorial)

T = TypeVar("T")


class Pen:
    """Writes the sections of one song; what it has used it does not use again until everything was used."""

    def __init__(
        self, vocabulary: Vocabulary, scenes: Sequence[Scene], subjects: Sequence[str], dice: random.Random
    ) -> None:
        self._dice = dice
        self._scenes = [_endless(scene.heads, dice) for scene in scenes]
        self._subjects = _endless(subjects, None)
        self._mentions = _endless(vocabulary.mentions, dice)
        self._couplets = _endless(vocabulary.couplets, dice)
        self._lift = next(self._couplets)
        self._rows = _endless(vocabulary.tails, dice)
        self._opener = dice.choice(vocabulary.openers)
        answer = dice.choice(vocabulary.answers)
        hook = dice.choice(vocabulary.hooks)
        subject = next(self._subjects)
        self._chorus = tuple(
            line.replace("{w}", subject) for line in (hook[0], hook[1], answer[0], answer[1])
        )
        self.title = hook[2].replace("{w}", subject.title())
        self._verses = 0

    def write(self, part: Part) -> tuple[str, ...]:
        """Write the lines of a section; choruses and pre-choruses come back word for word."""
        if not part.lines:
            return ()
        if part.kind == "C":
            return self._chorus[: part.lines]
        if part.kind == "P":
            return self._lift
        if part.kind == "O":
            return self._chorus[-1], self._chorus[0]
        if part.kind == "B":
            return tuple(line for _ in range(part.lines // 2) for line in next(self._couplets))
        return self._verse(part.lines)

    def _verse(self, lines: int) -> tuple[str, ...]:
        heads = self._scenes[self._verses % len(self._scenes)]
        self._verses += 1
        written: list[str] = []
        while len(written) < lines:
            written += self._crossed(heads) if len(written) % 8 < 4 else self._paired(heads)
        if self._verses == 1 and lines:
            written[0] = self._opener
        return tuple(written[:lines])

    def _crossed(self, heads: Iterator[str]) -> list[str]:
        """Write four lines of which the second and the fourth rhyme; the third names a word of the brief."""
        free, rhymes = next(self._rows), next(self._rows)
        mention = next(self._mentions).replace("{w}", next(self._subjects))
        return [
            self._line(heads, free),
            self._line(heads, rhymes[::2]),
            self._line(iter([mention, *[next(heads) for _ in range(3)]]), free[1:]),
            self._line(heads, rhymes[1::2]),
        ]

    def _paired(self, heads: Iterator[str]) -> list[str]:
        """Write two pairs of rhymes, the first a couplet that stands by itself."""
        rhymes = next(self._rows)
        return [*next(self._couplets), self._line(heads, rhymes[::2]), self._line(heads, rhymes[1::2])]

    def _line(self, heads: Iterator[str], tails: Sequence[str]) -> str:
        """Join a head to one of the tails so that the line scans; the last head tried must do."""
        line = ""
        for _ in range(4):
            head = next(heads)
            fitting = [f"{head} {tail}" for tail in tails]
            scanning = [line for line in fitting if _SHORTEST <= len(syllables.sung(line)) <= _LONGEST]
            if scanning:
                return self._dice.choice(scanning)
            line = min(fitting, key=len)
        return line


def _endless(items: Sequence[T], dice: random.Random | None) -> Iterator[T]:
    while True:
        round_ = list(items)
        if dice is not None:
            dice.shuffle(round_)
        yield from round_
