"""The words: a song as the writer delivers it, before anything has been played."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 2048  # tags and sung lines: the server reads 2,048 tokens of lyrics, so no more is ever played
_MOST_MARKS = 30  # combining marks in a row: the Stream-Safe Text Format of UAX #15
_KEY = re.compile(r"[A-G][#b]? (?:major|minor)")


def clean_line(text: str) -> str:
    """Make text one clean line: trimmed, NFC, single spaces, nothing invisible, at most 30 marks in a row.

    It takes linear time on any text and changes nothing in a text that is clean.

    >>> clean_line(" the\\u200bhall\\tlight ")
    'thehall light'
    """
    spaced = " ".join(text.split())
    if spaced.isascii() and spaced.isprintable():
        return spaced
    visible = spaced if spaced.isprintable() else "".join(filter(str.isprintable, spaced))
    composed = unicodedata.normalize("NFC", _without_towers(visible))
    return spaced if composed == spaced else " ".join(_without_towers(composed).split())


def _without_towers(text: str) -> str:
    """Cut runs of combining marks: normalising a long one takes quadratic time."""
    if not any(_is_mark(letter) for letter in text[:: _MOST_MARKS + 1]):  # a longer run would be met here
        return text
    kept, run = [], 0
    for letter in text:
        run = run + 1 if _is_mark(letter) else 0
        if run <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")


def _demand_clean(name: str, text: str) -> None:
    if text != clean_line(text):
        raise ValueError(f"{name} must be one clean line of NFC text, not {text[:40]!r}")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a song: `tag` in English ("Verse 1"), at most one `hint` ("whispered"), the sung `lines`.

    Every text is one clean line (see `clean_line`); lines are never empty. Tag and hint hold no square
    brackets and the tag no " - ": the two are written as `[Tag - hint]` and must come apart again.
    """

    tag: str
    hint: str = ""
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _demand_clean("a tag", self.tag)
        _demand_clean("a hint", self.hint)
        if not self.tag:
            raise ValueError("a section needs a tag")
        if " - " in f"{self.tag} " or {"[", "]"} & {*self.tag, *self.hint}:
            raise ValueError(f"the tag {self.tag[:40]!r} and its hint cannot be written as [Tag - hint]")
        for line in self.lines:
            _demand_clean("a line", line)
            if not line:
                raise ValueError("a sung line is never empty")

    @property
    def kind(self) -> str:
        """The tag without its number, in lower case: `verse` for "Verse 2"."""
        return self.tag.rstrip("0123456789 ").lower() or self.tag.lower()


@dataclass(frozen=True, slots=True)
class Song:
    """Words and a style prompt: what the writer makes and the band plays.

    `prompt` describes the sound (ACE-Step's caption), `bpm` (30 to 300) and `key` ("A minor") have fields of
    their own because the server conditions on them separately; None and "" leave them to the server.
    A song has at least one section, and at most `MOST_LINES` tags and lines.
    """

    prompt: str
    sections: tuple[Section, ...]
    title: str = ""
    bpm: int | None = None
    key: str = ""

    def __post_init__(self) -> None:
        _demand_clean("the prompt", self.prompt)
        _demand_clean("the title", self.title)
        if not self.sections:
            raise ValueError("a song has at least one section")
        if sum(1 + len(section.lines) for section in self.sections) > MOST_LINES:
            raise ValueError(f"a song has at most {MOST_LINES} tags and lines")
        if self.bpm is not None and not 30 <= self.bpm <= 300:
            raise ValueError(f"a tempo is 30 to 300 beats a minute, not {self.bpm}")
        if self.key and not _KEY.fullmatch(self.key):
            raise ValueError(f"a key is written like 'A minor' or 'Eb major', not {self.key[:40]!r}")

    @property
    def lines(self) -> tuple[str, ...]:
        """Every sung line in order."""
        return tuple(line for section in self.sections for line in section.lines)


class Severity(StrEnum):
    """How bad a finding is: an error stops the song, a warning and a note travel with it."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has to say: `message` for people, `hint` for the model that mends it.

    `line` counts from 1 in the draft as it was read; None when the whole song is meant.
    """

    rule: str
    severity: Severity
    message: str
    hint: str
    line: int | None = None
