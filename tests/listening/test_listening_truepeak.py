"""The true peak is that of the wave, not of its samples."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings

from pipeline.listening.truepeak import TruePeak
from tests.listening.cutting import Samples, cut, pad, places, stereo, tone

RATE = 48_000


def true_peak(samples: Samples, at: Sequence[float] = (), rate: int = RATE) -> float:
    peak = TruePeak(rate, samples.shape[1])
    for block in cut(samples, at):
        peak.add(block)
    return peak.result()


def test_a_wave_that_peaks_between_its_samples_is_read() -> None:
    samples = tone(RATE / 4, 0.5, turn=45)
    assert np.abs(samples).max() == pytest.approx(10 ** (-3.01 / 20), abs=1e-3)
    samples[:240] *= np.linspace(0, 1, 240, dtype=np.float32)[:, None]  # a sudden start would ring higher
    samples[-240:] *= np.linspace(1, 0, 240, dtype=np.float32)[:, None]

    assert true_peak(samples) == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("hertz", [100, 997, 3_000, 7_350, 12_000, 16_000])
@pytest.mark.parametrize("turn", [0, 30, 45, 77])
def test_a_tone_peaks_where_it_does(hertz: float, turn: float) -> None:
    samples = tone(hertz, 0.2, level=0.5, turn=turn) * np.hanning(0.2 * RATE).astype(np.float32)[:, None]

    assert true_peak(samples) == pytest.approx(-6.02, abs=0.2)


def test_it_is_never_below_the_highest_sample() -> None:
    click = np.zeros((4_800, 1), np.float32)
    click[1_234] = -1.0

    assert true_peak(click) == pytest.approx(0, abs=0.001)


def test_the_worse_channel_counts() -> None:
    quiet, loud = tone(997, 0.1, level=0.1), tone(997, 0.1, level=0.5)

    assert true_peak(stereo(quiet, loud)) == pytest.approx(true_peak(loud)) == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize("place", [0.0, 0.5, 0.999])
def test_the_loudest_place_is_found_wherever_it_is(place: float) -> None:
    samples = tone(100, 3.0, level=0.3)
    burst = tone(RATE / 4, 0.003, level=0.9, turn=45)
    start = round(place * (len(samples) - len(burst)))
    samples[start : start + len(burst)] = burst

    assert true_peak(samples) == pytest.approx(-0.9, abs=0.5)


@pytest.mark.parametrize("frames", [0, 1, 5, 100])
def test_silence_and_next_to_nothing_have_no_peak(frames: int) -> None:
    assert -math.inf == true_peak(np.zeros((frames, 2), np.float32))


def test_a_single_sample_is_its_own_peak() -> None:
    assert true_peak(np.full((1, 1), 0.5, np.float32)) == pytest.approx(-6.02, abs=0.01)


@settings(deadline=None)
@given(places)
def test_blocks_make_no_difference(at: list[float]) -> None:
    samples = stereo(pad(0.05, 0.01, 0.04, rate=RATE), tone(11_999, 0.1, level=0.2))

    assert true_peak(samples, at) == pytest.approx(true_peak(samples))
