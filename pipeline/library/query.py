"""The questions to the index: filters and words as people type them, made into SQL that nothing breaks out of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from pipeline.errors import InputError
from pipeline.library.cards import folded

SERIALS = 20  # bits of a song's number that tell songs of one second apart
_EPOCH = date(1970, 1, 1).toordinal()
_EAST_S, _WEST_S = 14 * 3600, 12 * 3600  # how far from UTC clocks are set
_MOST_TERMS = 32
_MOST_LETTERS = 4000  # of what is searched: a brief may be as long
_FEWEST_LETTERS = (
    3  # of a beginning: two letters begin a hundredth of all words, and that takes 60 ms (measured)
)
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')

Value: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which songs: made from `since` to `until` (their own dates), by an influence, rated `rating` or better.

    `rehearsals` None takes songs and rehearsals, True only these, False only those. `limit` None is no limit.
    """

    since: date | None = None
    until: date | None = None
    blend: str = ""
    rating: int | None = None
    verdict: Literal["pass", "warn", "fail"] | None = None
    rehearsals: bool | None = None
    limit: int | None = None

    def conditions(self) -> Iterator[tuple[str, Value]]:
        """Give each condition in SQL, on the songs as `f`, with its one value.

        The number of a song holds its time, so that a date bounds what must be looked at.
        """
        if self.since is not None:
            yield "f.number >= ?", (_seconds(self.since) - _EAST_S) << SERIALS
            yield "f.day >= ?", self.since.isoformat()
        if self.until is not None:
            yield "f.number < ?", (_seconds(self.until) + 86_400 + _WEST_S) << SERIALS
            yield "f.day <= ?", self.until.isoformat()
        if self.blend.strip():
            yield "instr(f.influences, ?)", folded(" ".join(self.blend.split()))
        if self.rating is not None:
            yield "f.rating >= ?", self.rating
        if self.verdict is not None:
            yield "f.verdict = ?", self.verdict
        if self.rehearsals is not None:
            yield "f.rehearsal = ?", int(self.rehearsals)


def _seconds(day: date) -> int:
    return (day.toordinal() - _EPOCH) * 86_400


def match(text: str) -> str:
    """Make a full-text query of what a person typed: every word must be there, the last one may go on.

    One or two letters are a word, and the beginning of none. "Words in quotes" must stand side by side. Raises
    InputError when there is no word in it.

    >>> match('porch "no shore" lig')
    '"porch" "no shore" "lig" *'
    """
    terms = [(folded(phrase or word), not phrase) for phrase, word in _TERM.findall(text[:_MOST_LETTERS])]
    said = [(term, may_go_on) for term, may_go_on in terms if any(map(str.isalnum, term))][:_MOST_TERMS]
    if not said:
        raise InputError("there is no word to search for", hint="try songpipe library search porch light")
    last, may_go_on = said[-1]
    star = " *" if may_go_on and len(last.strip()) >= _FEWEST_LETTERS else ""
    return " ".join(f'"{_quoted(term)}"' for term, _ in said) + star


def _quoted(term: str) -> str:
    """Spell a term between quotes. Folding makes a plain quote of a wide one, after the text was split at quotes."""
    return " ".join(term.replace("\0", " ").replace('"', " ").split())


def any_of(text: str) -> str:
    """Make a full-text query for titles that are a little like a text: some word begins like one of its words."""
    begins = {word[:2] for word in re.findall(r"\w+", folded(text[:_MOST_LETTERS]))}
    return " OR ".join(f'title : "{begin}" *' for begin in sorted(begins)[:_MOST_TERMS])
