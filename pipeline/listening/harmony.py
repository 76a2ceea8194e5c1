"""The harmony: which key is heard, and how it is related to the one that was asked. Pure: numpy only."""

import re
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kinship = Literal["same", "relative", "fifth", "other", "unknown"]

# How strongly each step above the tonic is heard (Temperley, The Cognition of Basic Musical Structures, 2001). His
# minor weighs the sevenths 1.5 and 4; songs use the natural one as much, so they share (with his, 5 of 36 songs in
# minor were heard as what they are and 28 as the relative major; so, 24 and 12).
_PROFILES = {
    "major": (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    "minor": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 2.75, 2.75),
}
# The tonics as signatures with the fewest accidentals spell them, C first.
_TONICS = {
    "major": ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"],
    "minor": ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"],
}
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARP, _FLAT = ("#", "♯", "sharp"), ("b", "♭", "flat")
# The spellings that `brief.key_scale` reads; the decoder's process has no time to import the brief for them.
_KEY = re.compile(r"([A-Ga-g])\s*([#b♯♭]|sharp|flat)?\s*-?(m|min|minor|maj|major)?", re.ASCII | re.IGNORECASE)
_LEAST_CONTRAST = 0.1  # deviation over mean: 0.06 is a third of a second of noise, 0.2 the noisiest song


def key(chroma: NDArray[np.float64]) -> str:
    """Name the key, as "A minor" or "Eb major", that fits the pitch classes (12,), C first; "" when none does.

    The relative key, which has the same notes, is heard as often as the key itself: compare with `kinship`.
    """
    if chroma.std() <= _LEAST_CONTRAST * chroma.mean():
        return ""
    heard = chroma - chroma.mean()
    fits = {
        f"{name} {mode}": float(np.roll(_shape(mode), tonic) @ heard)
        for mode, names in _TONICS.items()
        for tonic, name in enumerate(names)
    }
    return max(fits, key=lambda name: fits[name])


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


def _shape(mode: str) -> NDArray[np.float64]:
    """Give a profile without its mean and of length 1, so that its product with a chroma compares."""
    profile = np.array(_PROFILES[mode])
    profile -= profile.mean()
    return np.asarray(profile / np.linalg.norm(profile), np.float64)


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
