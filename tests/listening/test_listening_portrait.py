"""The portrait: what pictures show of a take is what was in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.listening.portrait import Portrait, Portrayer

RATE = 8_000


def portrait(*channels: np.ndarray, cuts: tuple[int, ...] = (), columns: int = 1200) -> Portrait:
    portrayer = Portrayer(RATE)
    for piece in np.split(np.stack(channels, axis=1).astype(np.float32), sorted(cuts)):
        portrayer.add(piece)
    return portrayer.portrait(columns)


def tone(seconds: float, level: float = 0.5, hertz: float = 440.0) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def test_nothing_has_an_empty_portrait() -> None:
    found = portrait(np.empty(0))

    assert (0.0, (), (), (), (), ()) == (
        found.duration_s,
        found.low,
        found.high,
        found.rms,
        found.mel,
        found.sections,
    )


def test_peaks_and_level_stand_where_they_were() -> None:
    found = portrait(np.concatenate([np.zeros(RATE), tone(1.0), np.zeros(RATE)]), columns=3)

    assert 3.0 == found.duration_s
    assert (0.0, 0.5, 0.0) == pytest.approx(found.high, abs=0.001)
    assert (0.0, -0.5, 0.0) == pytest.approx(found.low, abs=0.001)
    assert (0.0, 0.5 / 2**0.5, 0.0) == pytest.approx(found.rms, abs=0.001)


def test_a_rest_shorter_than_a_hundredth_of_a_second_is_seen_too() -> None:
    click = np.zeros(RATE + 7)
    click[-1] = 0.9

    assert 0.9 == pytest.approx(max(portrait(click).high), abs=0.001)


def test_what_is_longer_than_the_picture_is_wide_is_drawn_together() -> None:
    found = portrait(tone(60.0), columns=100)

    assert (100, 100, 100) == (len(found.low), len(found.high), len(found.rms))
    assert 100 == len(found.mel)
    assert 60.0 == pytest.approx(found.hop_s * len(found.mel), rel=0.05)


def test_a_high_tone_shines_in_a_higher_band_than_a_low_one() -> None:
    low, high = (np.argmax(np.mean(portrait(tone(2.0, hertz=hertz)).mel, axis=0)) for hertz in (200, 2_000))

    assert low < high


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3 * RATE), max_size=8))
def test_where_the_blocks_are_cut_makes_no_difference(cuts: list[int]) -> None:
    sound = tone(3.0) * np.linspace(0.1, 1.0, 3 * RATE)

    assert portrait(sound) == portrait(sound, cuts=tuple(cuts))


@pytest.mark.parametrize("louder", [0, 1])
def test_an_inverted_channel_hides_no_music(louder: int) -> None:
    channels = [tone(1.0), -0.5 * tone(1.0)]

    found = portrait(channels[louder], channels[1 - louder], columns=1)

    assert (0.5,) == pytest.approx(found.high, abs=0.001)
    assert found.mel == portrait(channels[0], columns=1).mel


def test_two_channels_are_drawn_as_one_and_further_ones_not_at_all() -> None:
    found = portrait(tone(1.0), 0.5 * tone(1.0), tone(1.0, 0.9), columns=1)

    assert (0.375,) == pytest.approx(found.high, abs=0.001)


def test_samples_beyond_all_measure_are_drawn_as_far_as_numbers_go() -> None:
    sound = tone(1.0)
    sound[[10, 20, 30]] = [1e20, np.nan, -np.inf]

    found = portrait(sound, columns=1)

    assert (-0.5, 1e6) == (pytest.approx(found.low[0], abs=0.001), found.high[0])
    assert np.isfinite(found.mel).all()
