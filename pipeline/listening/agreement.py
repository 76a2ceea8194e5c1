"""The agreement: how key and tempo that were heard are related to those that were asked. Plain Python: whoever only
compares has no time to import numpy.
"""

import re
from typing import Literal

Kinship = Literal["same", "relative", "fifth", "other", "unknown"]

# By how many times the heard tempo may be the asked one: half, double, and beats felt in threes.
_SAME_BEAT = (1 / 2, 2 / 3, 1.0, 3 / 2, 2.0)
_TOLERANCE = 0.03
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARP, _FLAT = ("#", "♯", "sharp"), ("b", "♭", "flat")
# The spellings that `brief.key_scale` reads.
_KEY = re.compile(r"([A-Ga-g])\s*([#b♯♭]|sharp|flat)?\s*-?(m|min|minor|maj|major)?", re.ASCII | re.IGNORECASE)


def agrees(bpm: float, asked: float) -> bool:
    """Say whether a heard tempo can be the asked one, felt at another octave or in threes; within 3 %."""
    return asked > 0 and any(abs(bpm / asked / ratio - 1) <= _TOLERANCE for ratio in _SAME_BEAT)


def kinship(key: str, asked: str) -> Kinship:
    """Say how a key is related to the asked one, spelled as in a brief ("Bbm", "f sharp minor", "E♭ major").

    "relative" has the same notes, "fifth" the same mode a fifth up or down; "unknown" when either is no key.
    """
    one, other = _read(key), _read(asked)
    if one is None or other is None:
        return "unknown"
    if one == other:
        return "same"
    if one[1] != other[1]:
        return "relative" if _as_major(one) == _as_major(other) else "other"
    return "fifth" if (one[0] - other[0]) % 12 in {5, 7} else "other"


def _read(text: str) -> tuple[int, bool] | None:
    """Read the pitch class of the tonic, and whether the mode is minor."""
    match = _KEY.fullmatch(text.strip())
    if match is None:
        return None
    note, sign, mode = match[1].upper(), (match[2] or "").lower(), match[3] or ""
    shift = (sign in _SHARP) - (sign in _FLAT)
    return (_SEMITONES[note] + shift) % 12, mode == "m" or mode.lower().startswith("min")


def _as_major(key: tuple[int, bool]) -> int:
    """Give the tonic of the major key with the same notes."""
    tonic, minor = key
    return (tonic + 3) % 12 if minor else tonic
