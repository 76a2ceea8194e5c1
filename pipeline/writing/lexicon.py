"""The words the rules know: clichés, weak openers, descriptors. Data, loaded from `configs/words/`."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`\uff07", "'"))

Phrase = tuple[str, ...]


def words(text: str) -> Phrase:
    """Split text into words to compare by: no case, accents or hyphens, no possessive, no plural s."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(_stem(word) for word in _WORD.findall(unicodedata.normalize("NFC", bare)))


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


@dataclass(frozen=True, slots=True)
class Phrases:
    """A set of phrases that finds itself in text, in time linear in the text.

    >>> Phrases(("lo-fi", "drum machine")).found("A lo fi beat on old Drum-Machines")
    ('lo fi', 'drum machine')
    """

    entries: tuple[str, ...] = field(default=(), repr=False)
    _by_first: dict[str, tuple[Phrase, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, set[Phrase]] = {}
        for phrase in filter(None, map(words, self.entries)):
            index.setdefault(phrase[0], set()).add(phrase)
        longest_first = {
            first: tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))
            for first, phrases in index.items()
        }
        object.__setattr__(self, "_by_first", longest_first)

    def __bool__(self) -> bool:
        return bool(self._by_first)

    def at(self, text: Sequence[str], start: int) -> Phrase:
        """Give the longest phrase that begins at a word of `text`; empty when there is none."""
        if start >= len(text):
            return ()
        for phrase in self._by_first.get(text[start], ()):
            if tuple(text[start : start + len(phrase)]) == phrase:
                return phrase
        return ()

    def among(self, text: Sequence[str]) -> Iterator[Phrase]:
        """Yield every phrase in a sequence of `words`, the longest first, none overlapping."""
        start = 0
        while start < len(text):
            phrase = self.at(text, start)
            if phrase:
                yield phrase
            start += len(phrase) or 1

    def found(self, text: str) -> tuple[str, ...]:
        """Name every phrase in a text, in order."""
        return tuple(" ".join(phrase) for phrase in self.among(words(text)))

    def cover(self, text: str) -> bool:
        """Say whether a text consists of these phrases alone (and of one at least)."""
        parts = words(text)
        return bool(parts) and sum(map(len, self.among(parts))) == len(parts)


@dataclass(frozen=True, slots=True)
class Scoped:
    """Words that are worn out everywhere but in the genres they belong to."""

    genres: Phrases
    words: Phrases


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every list of words the rules consult; an empty list silences the rule that asks it."""

    cliches: Phrases = Phrases()
    scoped: tuple[Scoped, ...] = ()
    weak_starts: Phrases = Phrases()  # count where a line begins
    weak_openers: Phrases = Phrases()  # count anywhere in the first line
    greeting_cards: Phrases = Phrases()
    genres: Phrases = Phrases()
    moods: Phrases = Phrases()
    instruments: Phrases = Phrases()
    voices: Phrases = Phrases()
    productions: Phrases = Phrases()
    dynamics: Phrases = Phrases()
    wordy_genres: Phrases = Phrases()  # rap and its kin: longer lines, faster words
    proper: Phrases = Phrases()  # capitalised words that name no artist
    directions: Phrases = Phrases()  # what the band should do; never sung
    direction_words: Phrases = Phrases()  # directions only in company
    senses: tuple[tuple[str, Phrases], ...] = ()  # by sense: taste, touch, sound ...
    abstractions: Phrases = Phrases()
    fillers: Phrases = Phrases()

    @property
    def facets(self) -> tuple[tuple[str, Phrases], ...]:
        """The five things that a style prompt describes, by name."""
        return (
            ("genre", self.genres),
            ("mood", self.moods),
            ("instruments", self.instruments),
            ("voice", self.voices),
            ("production", self.productions),
        )
