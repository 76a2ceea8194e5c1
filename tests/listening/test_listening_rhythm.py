"""What the ear makes of beats: clicks at known times, and songs of the rehearsal band at known tempi."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.listening.agreement import agrees
from pipeline.listening.rhythm import onsets, tempo
from pipeline.listening.spectrum import Spectrogram, Spectrum
from pipeline.rehearsal import mix
from pipeline.rehearsal.score import Gig, write

RATE = 48_000
STYLES = ("driving post-punk", "deep house", "trip-hop", "folk")
LYRICS = "[Verse]\nThe kettle ticks beside the door\n[Chorus]\nBring me the salt, bring me the bread"
TEMPI = tuple(range(66, 178, 5))

Samples = NDArray[np.float32]


def heard(samples: Samples) -> Spectrogram:
    spectrum = Spectrum(RATE)
    spectrum.add(samples)
    return spectrum.result()


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * RATE)).astype(np.float32)


def clicks(times: NDArray[np.float64], seconds: float) -> Samples:
    samples = np.zeros(round(seconds * RATE), np.float32)
    click = noise(0.05) * np.exp(-np.arange(2400) / 500).astype(np.float32)
    for time in times:
        at = round(time * RATE)
        samples[at : at + len(click)] += click[: len(samples) - at]
    return samples


@cache
def songs() -> tuple[tuple[int, Spectrogram], ...]:
    """Play 23 songs of 20 s: tempi from 66 to 176, four feels, bars of four and of three."""
    return tuple(
        (bpm, heard(_song(bpm, STYLES[number % 4], 3 if number % 5 == 4 else 4, seed=number)))
        for number, bpm in enumerate(TEMPI)
    )


def _song(bpm: int, style: str, beats: int, seed: int) -> Samples:
    score = write(Gig(style, LYRICS, 20.0, bpm, "A minor", beats, seed))
    return np.concatenate(list(mix.perform(score))).mean(axis=1, dtype=np.float32)


def is_octave(bpm: float, asked: float) -> bool:
    return any(abs(bpm / asked / ratio - 1) <= 0.03 for ratio in (0.5, 1, 2))


@pytest.mark.parametrize("bpm", [50, 72, 97, 120, 133, 160, 200])
def test_the_tempo_of_clicks_is_heard_within_an_octave(bpm: int) -> None:
    result = heard(clicks(np.arange(0.3, 19.9, 60 / bpm), 20.0))

    found = tempo(result.flux, result.hop_s)

    assert found is not None
    assert is_octave(found.bpm, bpm)
    assert found.pulse > 0.5


def test_the_tempo_of_songs_is_heard_within_an_octave_or_in_threes() -> None:
    found = [(bpm, tempo(result.flux, result.hop_s)) for bpm, result in songs()]

    agreeing = [bpm for bpm, one in found if one is not None and agrees(one.bpm, bpm)]
    octaves = [bpm for bpm, one in found if one is not None and is_octave(one.bpm, bpm)]

    assert len(agreeing) >= 0.95 * len(TEMPI)
    assert len(octaves) >= 0.85 * len(TEMPI)


def test_a_song_has_a_pulse() -> None:
    pulses = [one.pulse for _, song in songs() if (one := tempo(song.flux, song.hop_s)) is not None]

    assert len(pulses) == len(TEMPI)
    assert min(pulses) > 0.12


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("seconds", [10.0, 30.0])
def test_noise_is_flat_and_has_no_pulse(seconds: float, seed: int) -> None:
    result = heard(noise(seconds, seed))

    found = tempo(result.flux, result.hop_s)

    assert result.flatness > 0.25
    assert found is not None
    assert found.pulse < 0.1


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(20 * RATE, np.float32),
        np.full(20 * RATE, 0.5, np.float32),
        np.sin(np.arange(20 * RATE) * 0.06).astype(np.float32),
        clicks(np.arange(0, 4.5, 0.5), 4.5),
        np.zeros(0, np.float32),
    ],
    ids=["silence", "offset", "tone", "too short", "nothing"],
)
def test_where_nothing_beats_there_is_no_tempo(samples: Samples) -> None:
    result = heard(samples)

    assert tempo(result.flux, result.hop_s) is None


@given(
    rises=st.lists(st.floats(0, 5, width=32), max_size=400),
    hop_s=st.sampled_from([1e-5, 0.0213, 0.09, 0.5, 16.0]),
)
def test_any_rises_give_a_sensible_tempo_and_onsets_in_order(rises: list[float], hop_s: float) -> None:
    flux = np.array(rises, np.float32)

    found, times = tempo(flux, hop_s), onsets(flux, hop_s)

    assert found is None or (40 <= found.bpm <= 220.001 and 0 <= found.pulse <= 1)
    assert list(times) == sorted(times)
    assert all(later - earlier >= 0.1 - 1e-6 for earlier, later in pairwise(times))


@pytest.mark.parametrize("first_s", [0.2, 0.333, 0.905])
def test_onsets_are_heard_when_they_are(first_s: float) -> None:
    struck = first_s + np.array([0.0, 0.5, 0.75, 1.9, 3.0, 3.2])
    result = heard(clicks(struck, 5.0))

    times = onsets(result.flux, result.hop_s)

    assert struck == pytest.approx(np.array(times), abs=0.021)


def test_a_sound_at_the_very_start_is_an_onset() -> None:
    result = heard(clicks(np.array([0.0, 1.0]), 3.0))

    assert np.array([0.0, 1.0]) == pytest.approx(np.array(onsets(result.flux, result.hop_s)), abs=0.025)


def test_onsets_of_a_roll_are_a_tenth_of_a_second_apart() -> None:
    result = heard(clicks(np.arange(0.2, 4.0, 0.05), 5.0))

    times = np.array(onsets(result.flux, result.hop_s))

    assert len(times) > 10
    assert np.diff(times).min() >= 0.1


def test_the_stronger_of_two_close_onsets_counts() -> None:
    flux = np.zeros(100, np.float32)
    flux[[40, 42]] = 1.0, 2.0

    assert (pytest.approx(0.43),) == onsets(flux, 0.01)


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_where_nothing_sounds_nothing_begins(level: float) -> None:
    result = heard(np.full(5 * RATE, level, np.float32))

    assert onsets(result.flux, result.hop_s) == ()
    assert onsets(result.flux[:1], result.hop_s) == ()


@pytest.mark.parametrize("heard_bpm", [120, 60, 240, 80, 180, 122, 116.6])
def test_a_tempo_agrees_at_another_octave_and_in_threes(heard_bpm: float) -> None:
    assert agrees(heard_bpm, 120)


@pytest.mark.parametrize("heard_bpm", [125, 115, 90, 100, 150, 160, 30, 480, 0, -120])
def test_another_tempo_does_not_agree(heard_bpm: float) -> None:
    assert not agrees(heard_bpm, 120)


def test_nothing_agrees_with_no_tempo() -> None:
    assert not agrees(120, 0)
