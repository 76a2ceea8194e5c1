"""Loudness reads what ITU-R BS.1770-4, EBU Tech 3341 and EBU Tech 3342 say that a meter reads."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from pipeline.listening.loudness import Loudness
from pipeline.listening.weighting import Biquad, Weighting, high_pass, shelf
from tests.listening.cutting import Samples, cut, pad, places, stereo, tone


def metered(samples: Samples, at: Sequence[float] = (), rate: int = 48_000) -> Loudness:
    loudness = Loudness(rate)
    for block in cut(samples, at):
        loudness.add(block)
    return loudness


def steps(*parts: tuple[float, float], rate: int = 48_000) -> Samples:
    """A stereo 1 kHz sine in steps of (dBFS, seconds), as EBU Tech 3341 and 3342 make their test signals."""
    one = np.concatenate(
        [tone(1_000, seconds, level=10 ** (level / 20), rate=rate) for level, seconds in parts]
    )
    return stereo(one, one)


def recursed(wave: NDArray[np.float64], stages: Sequence[Biquad]) -> NDArray[np.float64]:
    """The filter as the recommendation writes it: sample by sample."""
    for stage in stages:
        x1 = x2 = y1 = y2 = 0.0
        heard = []
        for x in wave.tolist():
            y = stage.b[0] * x + stage.b[1] * x1 + stage.b[2] * x2 - stage.a[0] * y1 - stage.a[1] * y2
            x1, x2, y1, y2 = x, x1, y, y1
            heard.append(y)
        wave = np.array(heard)
    return wave


def test_the_filters_at_48_khz_are_those_that_the_recommendation_prints() -> None:
    head, low = shelf(48_000), high_pass(48_000)

    assert head.b == pytest.approx((1.53512485958697, -2.69169618940638, 1.19839281085285), abs=1e-7)
    assert head.a == pytest.approx((-1.69065929318241, 0.73248077421585), abs=1e-7)
    assert low.b == (1.0, -2.0, 1.0)
    assert low.a == pytest.approx((-1.99004745483398, 0.99007225036621), abs=1e-7)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("offset", [0.0, 0.3])
def test_rows_weigh_what_sample_by_sample_weighs(rate: int, offset: float) -> None:
    samples = pad(0.25, rate=rate)[:, 0] + tone(45, 0.25, level=0.2, rate=rate)[:, 0] + np.float32(offset)
    rows = samples[: len(samples) // 64 * 64].reshape(1, -1, 64)

    weighting = Weighting(rate, 64)
    found = np.concatenate([weighting.energies(part) for part in np.array_split(rows, 3, axis=1)], axis=1)

    exact = (
        np.square(recursed(rows.ravel().astype(float), (shelf(rate), high_pass(rate))))
        .reshape(-1, 64)
        .sum(axis=1)
    )
    assert found[0] == pytest.approx(exact, rel=2e-3)
    assert found.sum() == pytest.approx(exact.sum(), rel=1e-5)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_reference_tone_reads_minus_3_01(rate: int) -> None:
    left = tone(997, 5.0, rate=rate)

    for samples in (left, stereo(left, np.zeros_like(left)), stereo(np.zeros_like(left), left)):
        assert metered(samples, rate=rate).integrated() == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("rate", [22_050, 32_000, 44_056, 88_200, 96_000, 192_000])
def test_other_rates_read_the_same_within_a_tenth(rate: int) -> None:
    assert metered(tone(997, 2.0, rate=rate), rate=rate).integrated() == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize(
    "parts",
    [
        [(-23, 20)],
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
        [(-26, 20), (-20, 20.1), (-26, 20)],
    ],
    ids=["case 1", "case 3", "case 4", "case 5"],
)
def test_the_test_signals_of_ebu_tech_3341_read_minus_23(parts: list[tuple[float, float]]) -> None:
    assert metered(steps(*parts)).integrated() == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    ("parts", "integrated"),
    [
        ([(-31, 20), (-20, 20)], -22.7),  # the mean of both; 10 LU below it lies under −31
        ([(-34, 20), (-20, 20)], -20.0),
        ([(-65, 20), (-72, 20)], -65.0),  # the quieter part is below −70, which counts as silence
        ([(-69, 20)], -69.0),
    ],
    ids=["above-relative", "below-relative", "below-absolute", "above-absolute"],
)
def test_what_is_far_below_the_rest_or_nearly_silent_does_not_count(
    parts: list[tuple[float, float]], integrated: float
) -> None:
    assert metered(steps(*parts, rate=8_000), rate=8_000).integrated() == pytest.approx(integrated, abs=0.1)


@pytest.mark.parametrize(
    ("parts", "spread"),
    [
        ([(-20, 1.5), (-30, 1.5)] * 8, 0.0),
        ([(-20, 1.0), (-30, 2.0)] * 8, 0.0),
        ([(-20, 2.5), (-30, 2.5)] * 8, 5.3),  # three seconds hold half a second of the other at least
        ([(-20, 40), (-45, 20)], 0.0),  # further than 20 LU below the mean
    ],
    ids=["every-3-s", "unequal", "every-5-s", "too-quiet"],
)
def test_the_range_is_that_of_three_seconds_each(parts: list[tuple[float, float]], spread: float) -> None:
    assert metered(steps(*parts, rate=8_000), rate=8_000).spread() == pytest.approx(spread, abs=0.1)


@pytest.mark.parametrize(
    ("parts", "spread"),
    [
        ([(-20, 20), (-30, 20)], 10),
        ([(-20, 20), (-15, 20)], 5),
        ([(-40, 20), (-20, 20)], 20),
        ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15),
    ],
    ids=["case 1", "case 2", "case 3", "case 4"],
)
def test_the_test_signals_of_ebu_tech_3342_have_their_range(
    parts: list[tuple[float, float]], spread: float
) -> None:
    assert metered(steps(*parts, rate=8_000), rate=8_000).spread() == pytest.approx(spread, abs=0.5)


def test_a_stretch_is_read_by_itself() -> None:
    loudness = metered(steps((-23, 10), (-33, 5)))

    assert loudness.between(0, 10) == pytest.approx(-23, abs=0.05)
    assert loudness.between(10.5, 15) == pytest.approx(-33, abs=0.05)
    assert loudness.between(20, 30) is None


def test_pauses_in_a_stretch_count() -> None:
    samples = steps((-23, 5), (-150, 5))

    assert metered(samples).between(0, 10) == pytest.approx(-26, abs=0.1)
    assert metered(samples).integrated() == pytest.approx(-23, abs=0.2)


def test_a_stretch_longer_than_the_song_is_the_song() -> None:
    assert metered(steps((-23, 3))).between(0, 10) == pytest.approx(-23, abs=0.05)


def test_silence_is_minus_infinity_and_has_no_range() -> None:
    loudness = metered(np.zeros((5 * 8_000, 2), np.float32), rate=8_000)

    assert (-math.inf, None, -math.inf) == (loudness.integrated(), loudness.spread(), loudness.between(0, 2))


@pytest.mark.parametrize(
    ("seconds", "integrated", "spread"), [(0.0, 0, 0), (0.35, 0, 0), (0.45, 1, 0), (2.95, 1, 0), (3.05, 1, 1)]
)
def test_too_little_is_not_measured(seconds: float, integrated: bool, spread: bool) -> None:
    loudness = metered(tone(500, seconds, rate=8_000), rate=8_000)

    assert bool(integrated) is (loudness.integrated() is not None)
    assert bool(spread) is (loudness.spread() is not None)


@settings(deadline=None)
@given(places)
def test_blocks_make_no_difference(at: list[float]) -> None:
    samples = pad(0.77, 0.3, 0.5, rate=11_025)

    assert metered(samples, at, rate=11_025).integrated() == pytest.approx(
        metered(samples, rate=11_025).integrated()
    )
