"""Which key is heard in songs whose key is known, and how keys are related."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.brief import key_scale
from pipeline.listening.agreement import kinship
from pipeline.listening.harmony import key
from pipeline.listening.spectrum import Spectrum
from pipeline.rehearsal import mix
from pipeline.rehearsal.score import Gig, write

RATE = 48_000
NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
KEYS = tuple(f"{note} {mode}" for mode in ("major", "minor") for note in NOTES)
STYLES = ("driving post-punk", "deep house", "trip-hop", "folk")
LYRICS = "[Verse]\nThe kettle ticks beside the door\n[Chorus]\nBring me the salt, bring me the bread"
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}

Chroma = NDArray[np.float64]


def chroma(samples: NDArray[np.float32]) -> Chroma:
    spectrum = Spectrum(RATE)
    spectrum.add(samples)
    return spectrum.result().chroma


def scale(tonic: int, mode: str) -> Chroma:
    """Sound the notes of a scale, the triad on its tonic twice as much."""
    strength = np.zeros(12)
    steps = SCALES[mode]
    strength[[(tonic + step) % 12 for step in steps]] = 1.0
    strength[[(tonic + steps[degree]) % 12 for degree in (0, 2, 4)]] = 2.0
    return strength


@cache
def songs() -> tuple[tuple[str, str], ...]:
    """Play 24 songs of 15 s, one in each key; give the key asked and the one heard."""
    return tuple((asked, key(chroma(_song(asked, number)))) for number, asked in enumerate(KEYS))


def _song(asked: str, number: int) -> NDArray[np.float32]:
    score = write(Gig(STYLES[number % 4], LYRICS, 15.0, 70 + 4 * number, asked, 4, number))
    return np.concatenate(list(mix.perform(score))).mean(axis=1, dtype=np.float32)


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_with_its_triad_is_heard_as_its_key(tonic: int, mode: str) -> None:
    assert kinship(key(scale(tonic, mode)), f"{NOTES[tonic]} {mode}") == "same"


def test_the_key_of_songs_is_heard_or_its_relative() -> None:
    kin = Counter(kinship(heard, asked) for asked, heard in songs())

    assert kin["same"] + kin["relative"] >= 0.9 * len(KEYS)
    assert kin["same"] >= 0.6 * len(KEYS)


@given(tonic=st.integers(0, 11), mode=st.sampled_from(["major", "minor"]), up=st.integers(0, 11))
def test_what_is_transposed_is_heard_transposed(tonic: int, mode: str, up: int) -> None:
    moved = key(np.roll(scale(tonic, mode), up))

    assert kinship(moved, f"{NOTES[(tonic + up) % 12]} {mode}") == "same"


@given(strength=st.floats(1e-3, 1e6))
def test_the_level_does_not_change_the_key(strength: float) -> None:
    assert key(scale(9, "minor") * strength) == "A minor"


def test_a_key_is_spelled_as_a_musician_would() -> None:
    assert key(scale(3, "major")) == "Eb major"
    assert key(scale(1, "minor")) == "C# minor"


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.4, 5.0])
@pytest.mark.parametrize("level", [0.0, 0.5])
def test_silence_and_noise_have_no_key(seconds: float, level: float) -> None:
    samples = np.random.default_rng(1).uniform(-level, level, round(seconds * RATE)).astype(np.float32)

    assert key(chroma(samples)) == ""


@given(
    note=st.sampled_from("ABCDEFGabcdefg"),
    sign=st.sampled_from(["", "#", "b", "♯", "♭", "sharp", "Flat", " sharp", " b"]),
    mode=st.sampled_from(["", "m", "M", "min", "maj", "minor", "MAJOR", " minor", "-minor", " -major"]),
)
def test_every_spelling_of_a_brief_is_understood(note: str, sign: str, mode: str) -> None:
    text = f" {note}{sign}{mode} "

    assert kinship(key_scale(text), text) == "same"


@pytest.mark.parametrize(
    ("heard", "asked", "kin"),
    [
        ("A minor", "Am", "same"),
        ("C# minor", "Dbm", "same"),
        ("Eb major", "D♯ major", "same"),
        ("C major", "A minor", "relative"),
        ("A minor", "C", "relative"),
        ("Bb minor", "D♭ major", "relative"),
        ("G major", "C major", "fifth"),
        ("F major", "C major", "fifth"),
        ("E minor", "a minor", "fifth"),
        ("A major", "A minor", "other"),
        ("G major", "A minor", "other"),
        ("D minor", "E minor", "other"),
    ],
)
def test_kinship_names_the_relation(heard: str, asked: str, kin: str) -> None:
    assert kinship(heard, asked) == kin


@pytest.mark.parametrize("text", ["", "H major", "A dorian", "A minor or so", "minor", "٣", "A" * 10_000])
def test_what_is_no_key_has_no_kin(text: str) -> None:
    assert kinship(text, "A minor") == "unknown"
    assert kinship("A minor", text) == "unknown"


@pytest.mark.parametrize("asked", KEYS)
def test_every_key_has_one_relative_and_two_neighbours(asked: str) -> None:
    kin = Counter(kinship(heard, asked) for heard in KEYS)

    assert {"same": 1, "relative": 1, "fifth": 2, "other": 20} == kin
