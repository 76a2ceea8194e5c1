"""The score: lyrics, tempo, key and length become bars, chords and passages. Pure; nothing sounds yet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
_TAG = re.compile(r"\s*\[([^\[\]\n]{1,80})\]\s*")
_KEY = re.compile(r"([A-G])([#b♯♭]?)\s*(major|minor|m)?", re.IGNORECASE)
_FEELS = {
    "driving": "rock punk grunge metal industrial anthem garage americana country",
    "floor": "house techno disco electropop dance synth-pop electro club edm trance",
    "broken": "trip-hop hip r&b soul trap lo-fi breakbeat downtempo neo-soul rap funk",
    "soft": "folk ambient ballad acoustic jazz bossa cinematic lullaby orchestral indie",
}
# Degrees of the scale, a bar each; verse and chorus never share a row, so that they sound apart.
_MINOR_TURNS = ((0, 5, 2, 6), (0, 3, 4, 0), (0, 6, 5, 4), (0, 2, 6, 3), (0, 3, 0, 6))
_MAJOR_TURNS = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 3, 5, 4), (0, 2, 3, 4))
_PLAYED_FORM = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")
# Bars that a section wants by itself, and for every sung line.
_BARS = {"intro": 4, "outro": 4, "break": 8, "bridge": 4}
_BARS_PER_LINE = 2


@dataclass(frozen=True, slots=True)
class Gig:
    """What a band is asked to play. Seconds, beats per minute, "A minor", beats per bar; `bpm` 0 is free."""

    caption: str
    lyrics: str
    duration_s: float
    bpm: int
    key: str
    time_signature: int
    seed: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A section as it is played: its kind, its bars, what is sung, a degree of the scale for each bar."""

    kind: str
    bars: int
    lines: tuple[str, ...]
    degrees: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A whole song to play: `tonic` is a pitch class (C is 0), `scale` its seven steps in semitones."""

    passages: tuple[Passage, ...]
    duration_s: float
    bpm: int
    beats: int
    tonic: int
    scale: tuple[int, ...]
    feel: str
    seed: int

    @property
    def bar_s(self) -> float:
        """The length of a bar in seconds."""
        return self.beats * 60 / self.bpm


def write(gig: Gig) -> Score:
    """Arrange what is asked for; what was left open is chosen by the seed."""
    dice = np.random.default_rng([gig.seed, 1])
    bpm = gig.bpm or int(dice.integers(84, 128))
    beats = {2: 2, 3: 3, 6: 3}.get(gig.time_signature, 4)
    tonic, scale = _key(gig.key or f"{'CDEFGA'[dice.integers(6)]} minor")
    sections = read(gig.lyrics)
    bars = max(1, int(np.ceil(gig.duration_s * bpm / 60 / beats - 1e-6)))
    turns = _MINOR_TURNS if scale is MINOR else _MAJOR_TURNS
    chosen = [turns[index] for index in dice.permutation(len(turns))[:3]]
    passages = tuple(
        Passage(kind, count, lines, _degrees(kind, count, chosen, last=index == len(sections) - 1))
        for index, ((kind, lines), count) in enumerate(zip(sections, _share(sections, bars), strict=True))
        if count
    )
    return Score(passages, gig.duration_s, bpm, beats, tonic, scale, _feel(gig.caption), gig.seed)


def read(lyrics: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read sections, a kind and its sung lines each; a song without any gets the usual form."""
    sections: list[tuple[str, list[str]]] = []
    for line in lyrics.splitlines():
        if tag := _TAG.fullmatch(line):
            sections.append((_kind(tag[1]), []))
        elif line.strip():
            if not sections:
                sections.append(("verse", []))
            sections[-1][1].append(line.strip())
    if not any(lines for _, lines in sections) and len(sections) < 2:
        return tuple((kind, ()) for kind in _PLAYED_FORM)
    return tuple((kind, tuple(lines)) for kind, lines in sections)


def _kind(tag: str) -> str:
    name = tag.lower()
    for kind, words in {
        "pre-chorus": ("pre-chorus", "prechorus", "build"),
        "chorus": ("chorus", "hook", "refrain", "drop"),
        "intro": ("intro",),
        "outro": ("outro", "fade", "end"),
        "bridge": ("bridge", "breakdown"),
        "break": ("instrumental", "solo", "break", "interlude", "inst"),
    }.items():
        if any(word in name.split(" - ")[0] for word in words):
            return kind
    return "verse"


def _share(sections: Sequence[tuple[str, tuple[str, ...]]], bars: int) -> list[int]:
    """Share the bars out by what each section wants; a short song leaves its last sections out."""
    wants = np.array([max(_BARS.get(kind, 4), len(lines) * _BARS_PER_LINE) for kind, lines in sections])
    if len(sections) > bars:
        wants = wants[:bars]
    step = 2 if bars >= 3 * len(wants) else 1
    ends = np.round(np.cumsum(wants) / wants.sum() * bars / step) * step
    ends[-1] = bars
    shares = [int(after - before) for before, after in pairwise([0, *np.maximum.accumulate(ends)])]
    return shares + [0] * (len(sections) - len(shares))


def _degrees(kind: str, bars: int, turns: Sequence[tuple[int, ...]], *, last: bool) -> tuple[int, ...]:
    turn = turns[{"chorus": 1, "bridge": 2, "break": 1}.get(kind, 0)]
    degrees = [turn[bar % len(turn)] for bar in range(bars)]
    if last:
        degrees[-2:] = [0] * min(2, bars)  # home, so that the end is an end
    return tuple(degrees)


def _key(text: str) -> tuple[int, tuple[int, ...]]:
    match = _KEY.match(text.strip())
    if match is None:
        return 9, MINOR
    sign = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(match[2], 0)
    minor = (match[3] or "").lower() in {"minor", "m"}
    return (SEMITONES[match[1].upper()] + sign) % 12, MINOR if minor else MAJOR


def _feel(caption: str) -> str:
    words = re.findall(r"[\w&-]+", caption.lower())
    counts = {feel: sum(word in names.split() for word in words) for feel, names in _FEELS.items()}
    best = max(counts, key=lambda feel: counts[feel])
    return best if counts[best] else "driving"
