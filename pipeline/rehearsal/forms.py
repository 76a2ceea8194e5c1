"""The shapes of the songwriter's songs: which sections, how many lines each, and a hint for some."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

# Letters name kinds, numbers count sung lines: a shape for every length from ten seconds to ten minutes.
_SHAPES = tuple(
    tuple((part[0], int(part[1:])) for part in shape.split())
    for shape in (
        "V1 C1",
        "V2 C2",
        "V4 C2",
        "V4 C4",
        "C4 V4 C4",
        "V4 C4 B2 C4",
        "V4 C4 V4 C4",
        "C4 V4 C4 V4 C4",
        "V4 C4 V4 C4 B2 C4",
        "V4 P2 C4 V4 P2 C4 B4 C4 O2",
        "C4 V8 C4 V4 C4 B4 C4 O2",
        "V8 P2 C4 V8 P2 C4 X0 B4 C4 O2",
        "V8 C4 V8 C4 X0 B4 V4 C4 C4 O2",
        "V8 P2 C4 V8 P2 C4 X0 V8 C4 B4 C4 O2",
        "V8 P2 C4 V8 P2 C4 X0 V8 P2 C4 X0 B4 V8 C4 C4 O2",
    )
)
_WORDS_PER_LINE = 7.6  # measured over the songwriter's own songs
_NEAR = 1.12  # shapes this close to the wanted length are a matter of taste

_TAGS = {
    "V": "Verse",
    "P": "Pre-Chorus",
    "C": "Chorus",
    "B": "Bridge",
    "X": "Instrumental Break",
    "O": "Outro",
}
_HINTS = {
    "V": ("close and dry", "half-spoken", "voice and bass", "held back", ""),
    "P": ("drums drop out", "rising", "tightening", ""),
    "C": ("full band", "stacked harmonies", "wide open", ""),
    "B": ("voice alone", "half-time", "almost bare", "sung low"),
    "X": ("the hook played twice", "drums and bass", "the theme returns"),
    "O": ("slowing", "one voice left", "the hook once more"),
}
_PLAYED = (
    ("Intro", ("the hook at once", "the theme alone", "one bare riff")),
    ("Verse", ("sparse groove", "bass and drums", "the theme held back")),
    ("Chorus", ("full band", "the theme wide open", "everything in")),
    ("Verse", ("second melody", "busier drums", "counter-melody")),
    ("Chorus", ("full band again", "the theme doubled", "an octave higher")),
    ("Bridge", ("almost bare", "half-time", "bass alone")),
    ("Chorus", ("the densest pass", "all parts at once")),
    ("Outro", ("the motif slows to a stop", "fading on the theme")),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A section to be written: its tag with the hint, its kind as one letter, its number of sung lines."""

    tag: str
    kind: str
    lines: int


def sung(words: float, dice: random.Random) -> tuple[Part, ...]:
    """Choose a form for about so many sung words."""
    lines = words / _WORDS_PER_LINE
    off = {shape: max(_length(shape) / lines, lines / _length(shape)) for shape in _SHAPES}
    best = min(off.values())
    shape = dice.choice([shape for shape in _SHAPES if off[shape] <= best * _NEAR])
    verses = 0
    parts = []
    for kind, count in shape:
        verses += kind == "V"
        tag = f"{_TAGS[kind]} {verses}" if kind == "V" else _TAGS[kind]
        parts.append(Part(_hinted(tag, dice.choice(_HINTS[kind])), kind, count))
    return tuple(parts)


def played(duration_s: float, dice: random.Random) -> tuple[Part, ...]:
    """Choose a form without words: more sections the longer it is, every tag with a hint."""
    most = min(max(3, round(duration_s / 25)), len(_PLAYED))
    chosen = [*_PLAYED[: most - 1], _PLAYED[-1]]
    return tuple(Part(_hinted(tag, dice.choice(hints)), tag[0], 0) for tag, hints in chosen)


def _length(shape: Sequence[tuple[str, int]]) -> int:
    return sum(count for _, count in shape)


def _hinted(tag: str, hint: str) -> str:
    return f"{tag} - {hint}" if hint else tag
