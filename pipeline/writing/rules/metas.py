"""Tempo, key and length inside a style prompt: found and taken out, for the server has fields for them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.brief import key_scale
from pipeline.song import clean_line

SLOWEST_BPM, FASTEST_BPM = 30, 300  # what ACE-Step 1.5 takes (acestep/constants.py)

_ABOUT = r"(?:(?i:at|around|about|approximately|roughly|with|~) ?(?:(?i:a|an|the) )?)?"
_RANGE = r"(?: ?(?:-|\u2013|to) ?\d{2,3})?"
_UNIT = r"(?i:[ -]?bpm\b|[ -]beats per minute\b)"
_TEMPO = re.compile(
    rf"{_ABOUT}(?:(?<![\w-])(?i:tempo|bpm)(?: ?(?::|=|(?i:of|is|at|around|about)\b))* ?"
    rf"(?P<named>\d{{2,3}})\b(?!['\u2019]){_RANGE}(?:{_UNIT})?"
    rf"|\b(?P<counted>\d{{2,3}})(?:\.\d{{1,3}})?{_RANGE}{_UNIT})"
)
_SIGN = r"(?: ?[#\u266f\u266d]|b|[ -](?i:sharp|flat))"
_MODE = r"[ -]?(?i:major|minor|maj|min)\b"
# "A major" may be the article; it is a key when nothing is left for it to be the article of.
_BARE_KEY = rf"\b(?P<bare>(?:[B-G]{_SIGN}?|A{_SIGN}){_MODE})"
_BARE_A = rf"\b(?P<plain>A{_MODE})(?= ?(?:[,.;)]|$| (?i:key|scale|tonality)\b))"
_NO_CHORD = r"(?![ -](?i:chord|arpegg|drone|pad|riff|triad|stab|strum|third|sixth|seventh))"
_KEY = re.compile(
    rf"(?:(?i:(?:in )?(?:the )?\bkey(?: of|:| is| =)) ?(?P<stated>[A-G]{_SIGN}?(?:{_MODE}|m\b)?)(?![\w#])"
    rf"|\b(?i:in) (?P<within>[A-G]{_SIGN}?(?:{_MODE}|m\b))"
    rf"|{_BARE_KEY}|{_BARE_A}){_NO_CHORD}(?: (?i:key|scale|tonality)\b)?"
)
_SPAN = r"\d{1,4}(?:[.,]\d{1,2})?[ -]?(?i:minutes?|mins?|seconds?|secs?)\b"
_CLOCK = r"\d{1,2}:\d{2}\b"
_SAID = r"(?: ?(?::|=|(?i:of|is|about|around)\b))*"
_LENGTH = re.compile(
    rf"(?i:\b(?:duration|length|run(?:ning)?[ -]?time)\b){_SAID} ?(?:{_SPAN}|{_CLOCK}|\d{{2,3}} ?s?\b)"
    rf"|{_ABOUT}\b{_SPAN}[ -](?i:long|in length|in duration|songs?|tracks?|piece|epic|version|composition)\b"
    rf"|(?:^|(?<=[,.;] )){_ABOUT}(?:{_SPAN}|{_CLOCK})(?= ?(?:[,.;]|$))"
)
_DEEPEST = 8  # rounds: what is removed may bring another phrase together


@dataclass(frozen=True, slots=True)
class Meta:
    """A phrase of a prompt that belongs into a field: what it says (`value`) and where it stands."""

    kind: Literal["tempo", "key", "length"]
    value: str
    phrase: str
    start: int
    end: int


def find(prompt: str) -> tuple[Meta, ...]:
    """Find every tempo, key and length in a prompt, in order."""
    return tuple(sorted(_all(prompt), key=lambda meta: (meta.start, meta.end)))


def without(prompt: str) -> str:
    """Take every tempo, key and length out of a prompt and close the gaps."""
    for _ in range(_DEEPEST):
        metas = find(prompt)
        if not metas:
            break
        prompt = tidy(cut(prompt, [(meta.start, meta.end) for meta in metas]))
    return prompt


def bpm(metas: Sequence[Meta]) -> int | None:
    """Give the first tempo that a song can have."""
    tempi = (int(meta.value) for meta in metas if meta.kind == "tempo")
    return next((tempo for tempo in tempi if SLOWEST_BPM <= tempo <= FASTEST_BPM), None)


def key(metas: Sequence[Meta]) -> str:
    """Give the first key in the server's spelling; "" when there is none."""
    keys = (meta.value.replace("-", " ") for meta in metas if meta.kind == "key")
    return next(map(key_scale, keys), "")


def cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Cut spans, in order of their starts, out of a text."""
    kept, place = [], 0
    for start, end in spans:
        kept.append(text[place:start])
        place = max(place, end)
    return "".join([*kept, text[place:]])


def tidy(text: str) -> str:
    """Close the gaps that removed phrases leave: empty brackets, doubled commas, spaces before a stop.

    What comes out is a clean line again: a removed phrase may leave a mark beside another letter.
    """
    text = re.sub(r"\( ?[,;]? ?\)", "", text)
    text = re.sub(r" +(?=[,.;:!?)])", "", " ".join(text.split()))
    text = re.sub(r"[,;] ?(?=[,;])", "", text)
    text = re.sub(r"[,;] ?(?=\.(?!\.))|(?<=[.!?])(?: ?[,;])+|(?<=[^.]\.)(?: \.)+", "", text)
    return clean_line(text.strip(" ,;:").removeprefix(". "))


def _all(prompt: str) -> Iterator[Meta]:
    for match in _TEMPO.finditer(prompt):
        yield _meta("tempo", match)
    for match in _KEY.finditer(prompt):
        yield _meta("key", match)
    for match in _LENGTH.finditer(prompt):
        yield _meta("length", match)


def _meta(kind: Literal["tempo", "key", "length"], match: re.Match[str]) -> Meta:
    value = next((group for group in match.groups() if group), match.group())
    return Meta(kind, value, match.group().strip(), match.start(), match.end())
