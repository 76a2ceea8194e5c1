"""The proof: a draft laid out for the rules to read, every line with its words and its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.brief import Brief
from pipeline.song import Section, Song
from pipeline.writing import lexicon
from pipeline.writing.draft import Draft, Positions
from pipeline.writing.lexicon import Lexicon, Phrase, Phrases

HOOK_SENTENCE = "the song must hook the listener in the first 10 seconds"
_HOOK = re.compile(
    r"\b(?:(?:the|this) )?song (?:must|should|has to|needs to) hook the listener "
    r"(?:with)?in the first (?:10|ten) seconds\b",
    re.IGNORECASE,
)
_EMPTY_WORDS = frozenset(
    lexicon.words(
        "a an and as at by for from in into is it its of on or over song that the then this to track with"
    )
)
CHORUS = frozenset({"chorus", "hook", "refrain", "drop"})
VERSE = frozenset({"verse", "rap", "spoken", "strophe"})


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line with its `words` for comparing, the index of its section, and its number in the draft."""

    text: str
    words: Phrase
    section: int
    number: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A draft with everything the rules ask of it.

    `prompt` leaves the literal hook sentence out, `style` are its words, `asked_for` those of the brief:
    nobody is blamed for using them.
    """

    draft: Draft
    brief: Brief
    duration_s: float
    lexicon: Lexicon
    artists: tuple[str, ...]
    prompt: str
    style: Phrase
    lines: tuple[SungLine, ...]
    asked_for: Phrase

    @property
    def song(self) -> Song:
        return self.draft.song

    @property
    def sung(self) -> bool:
        """Whether this is a song with words; rules about words do not apply to instrumentals."""
        return not self.brief.instrumental

    @property
    def english(self) -> bool:
        return self.brief.language in {None, "en", "unknown"}

    @property
    def prompt_line(self) -> int | None:
        return self.draft.positions.prompt or None

    def tag_line(self, section: int) -> int | None:
        """Give the draft's line of a section's tag, None when it had none."""
        return number_of(self.draft.positions, section, 0)

    def exempt(self, phrase: Phrase) -> bool:
        """Say whether the brief itself uses the words that carry a phrase."""
        carrying = {word for word in phrase if len(word) > 3} or set(phrase)
        return carrying.issubset(self.asked_for)

    def tells(self, genres: Phrases) -> bool:
        """Say whether prompt or brief names one of these genres."""
        return any(genres.among(self.style)) or any(genres.among(self.asked_for))


def lay_out(draft: Draft, brief: Brief, duration_s: float, words: Lexicon, artists: tuple[str, ...]) -> Proof:
    """Lay a draft out for the rules; `duration_s` is the length that will be asked of the music server."""
    prompt = " ".join(_HOOK.sub("", draft.song.prompt).split())
    return Proof(
        draft=draft,
        brief=brief,
        duration_s=duration_s,
        lexicon=words,
        artists=artists,
        prompt=prompt,
        style=lexicon.words(prompt),
        lines=tuple(_lines(draft)),
        asked_for=lexicon.words(f"{brief.text} {brief.title or ''}"),
    )


def number_of(positions: Positions, section: int, part: int) -> int | None:
    """Give the draft's line of a section's tag (part 0) or of one of its lines (from 1)."""
    known = positions.sections[section] if section < len(positions.sections) else ()
    return (known[part] or None) if part < len(known) else None


def content(text: str) -> Phrase:
    """Give the words of a text that say something."""
    return tuple(word for word in lexicon.words(text) if word not in _EMPTY_WORDS)


def plays(section: Section, parts: frozenset[str]) -> bool:
    """Say whether a section's tag names one of these parts, and not what comes before or after it."""
    name = set(lexicon.words(section.tag))
    return bool(name & parts) and not name & {"pre", "post"}


def _lines(draft: Draft) -> Iterator[SungLine]:
    for index, section in enumerate(draft.song.sections):
        for part, line in enumerate(section.lines, start=1):
            yield SungLine(line, lexicon.words(line), index, number_of(draft.positions, index, part))
