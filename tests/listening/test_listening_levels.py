"""Levels are what they are called, however the samples come in blocks."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.listening.levels import Levelled, Levels
from tests.listening.cutting import Samples, cut, places, stereo, tone

RATE = 8_000
SINE = tone(100, 1.0, level=0.5, rate=RATE)
SILENCE = np.zeros_like(SINE)


def levelled(samples: Samples, at: Sequence[float] = (), rate: int = RATE) -> Levelled:
    levels = Levels(rate, samples.shape[1])
    for block in cut(samples, at):
        levels.add(block)
    return levels.result()


def row(*samples: float) -> Samples:
    return np.array(samples, np.float32)[:, None]


def test_a_sine_has_its_peak_and_its_power() -> None:
    found = levelled(SINE)

    assert found.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert found.rms_dbfs == pytest.approx(-9.03, abs=0.01)
    assert found.finite


def test_a_peak_below_zero_is_a_peak() -> None:
    assert levelled(row(0.1, -0.5, 0.2)).peak_dbfs == pytest.approx(-6.02, abs=0.01)


def test_silence_is_minus_infinity_and_has_no_sides() -> None:
    found = levelled(stereo(SILENCE, SILENCE))

    assert (-math.inf, -math.inf, 0.0) == (found.peak_dbfs, found.rms_dbfs, found.dc)
    assert (None, None, None) == (found.balance_db, found.correlation, found.side_db)


def test_nothing_has_no_rates() -> None:
    found = levelled(np.zeros((0, 2), np.float32))

    assert (-math.inf, -math.inf) == (found.peak_dbfs, found.rms_dbfs)
    assert (None, None, None) == (found.dc, found.clipped_per_s, found.overs_per_s)


def test_one_channel_has_no_sides() -> None:
    found = levelled(SINE)

    assert (None, None, None) == (found.balance_db, found.correlation, found.side_db)


def test_the_offset_is_that_of_the_worse_channel() -> None:
    assert levelled(stereo(SINE + np.float32(0.01), SINE - np.float32(0.05))).dc == pytest.approx(
        0.05, abs=1e-4
    )


@pytest.mark.parametrize(
    ("left", "right", "balance", "correlation", "side"),
    [
        (SINE, SINE, 0.0, 1.0, -144),
        (2 * SINE, SINE, 6.02, 1.0, -9.54),  # the difference is a third of the sum
        (SINE, -SINE, 0.0, -1.0, 144),
        (SINE, tone(100, 1.0, level=0.5, rate=RATE, turn=90), 0.0, 0.0, 0.0),
        (SINE, SILENCE, 144, None, 0.0),
        (SILENCE, SINE, -144, None, 0.0),
    ],
    ids=["mono", "louder-left", "inverted", "strangers", "dead-right", "dead-left"],
)
def test_two_channels_are_compared(
    left: Samples, right: Samples, balance: float, correlation: float | None, side: float
) -> None:
    found = levelled(stereo(left, right))

    assert found.balance_db == pytest.approx(balance, abs=0.01)
    assert found.correlation == (None if correlation is None else pytest.approx(correlation, abs=1e-4))
    assert found.side_db == pytest.approx(side, abs=0.01)


def test_further_channels_count_for_the_level_only() -> None:
    found = levelled(np.concatenate([SINE, SINE, 2 * SINE], axis=1))

    assert found.peak_dbfs == pytest.approx(0, abs=0.01)
    assert found.correlation == pytest.approx(1)


@pytest.mark.parametrize(
    ("samples", "runs"),
    [
        ([0.99, 0.99, 0.5], 0),
        ([0.99, 0.99, 0.99], 1),
        ([0.5, 0.985, 1.0, 1.2, 0.99, 0.99, 0.5], 1),  # however long
        ([-0.99] * 3 + [0.99] * 3, 2),
        ([0.99, 0.99, -0.99, 0.99, 0.99], 0),
        ([0.99] * 3 + [0.9] + [0.99] * 3, 2),
    ],
)
def test_a_clipped_run_is_three_samples_or_more_on_one_top(samples: list[float], runs: int) -> None:
    assert levelled(row(*samples), rate=len(samples)).clipped_per_s == runs


def test_clipping_counts_by_the_second_and_in_each_channel() -> None:
    loud = row(*[0.0, 0.99, 0.99, 0.99] * 100)

    assert levelled(stereo(loud, loud), rate=200).clipped_per_s == 100  # 200 runs in two seconds


def test_samples_beyond_full_scale_count_by_the_second() -> None:
    assert levelled(row(1.0, 1.001, -1.5, -1.0), rate=2).overs_per_s == 1.0


CLIPPING = st.lists(st.sampled_from([0.99, 0.99, 0.99, -0.99, -0.99, 1.5, 0.1]), max_size=40)


@settings(deadline=None)
@given(CLIPPING, places)
def test_runs_are_counted_across_the_borders_of_blocks(samples: list[float], at: list[float]) -> None:
    assert levelled(row(*samples), at).clipped_per_s == levelled(row(*samples)).clipped_per_s


def test_the_second_in_which_the_most_is_clipped_is_told() -> None:
    quiet, run, over = [0.1] * 10, [0.1, 0.99, 0.99, 0.99, 0.1] * 2, [0.1, 1.5] * 5

    assert levelled(row(*quiet, *run, *over, *run), rate=10).clipped_at_s == 2.0
    assert levelled(row(*quiet, *run, *quiet), rate=10).clipped_at_s == 1.0


@pytest.mark.parametrize("at", [[], [2 / 3], [0.8]], ids=["together", "apart", "across"])
def test_of_seconds_that_are_clipped_alike_the_first_is_told(at: list[float]) -> None:
    run = [0.1, 0.99, 0.99, 0.99, 0.1]

    assert levelled(row(*[0.1] * 5, *run, *run), at, rate=5).clipped_at_s == 1.0


def test_a_second_that_two_blocks_share_counts_whole() -> None:
    samples = row(*[1.5, 0.1, 1.5, 0.1], *[1.5, 0.1, 0.1, 1.5], *[1.5, 0.1, 1.5, 1.5])

    assert levelled(samples, [10 / 12], rate=4).clipped_at_s == 2.0


def test_where_nothing_is_clipped_there_is_no_such_second() -> None:
    assert levelled(row(0.99, 0.99, 0.1)).clipped_at_s is None


def test_a_run_is_clipped_in_the_second_in_which_it_becomes_one() -> None:
    assert levelled(row(0.1, 0.99, 0.99, 0.99, 0.99, 0.1), rate=3).clipped_at_s == 1.0


@settings(deadline=None)
@given(CLIPPING, places, st.sampled_from([1, 2, 7, RATE]))
def test_the_worst_second_is_the_same_however_the_blocks_are_cut(
    samples: list[float], at: list[float], rate: int
) -> None:
    assert levelled(row(*samples), at, rate).clipped_at_s == levelled(row(*samples), rate=rate).clipped_at_s


@settings(deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=8), places)
def test_the_worst_second_is_where_the_most_samples_lie_beyond(counts: list[int], at: list[float]) -> None:
    samples = row(*[1.5 if number < count else 0.1 for count in counts for number in range(4)])

    found = levelled(samples, at, 4).clipped_at_s

    assert found == (counts.index(max(counts)) if any(counts) else None)


@pytest.mark.parametrize("top", [0.99, -0.99])
@pytest.mark.parametrize("at", range(7))
def test_a_run_counts_once_wherever_a_block_ends(at: int, top: float) -> None:
    samples = row(0.1, top, top, top, top, 0.1)

    assert levelled(samples, [at / 6], rate=6).clipped_per_s == 1


def test_a_run_does_not_bridge_a_quiet_block() -> None:
    samples = row(0.99, 0.99, 0.1, 0.99)

    assert levelled(samples, [0.5, 0.75]).clipped_per_s == 0


@settings(deadline=None)
@given(places)
def test_blocks_make_no_difference(at: list[float]) -> None:
    samples = stereo(SINE, tone(333, 1.0, level=0.9, rate=RATE))

    whole, cut_up = levelled(samples), levelled(samples, at)

    assert cut_up.rms_dbfs == pytest.approx(whole.rms_dbfs)
    assert cut_up.side_db == pytest.approx(whole.side_db, abs=1e-3)
    assert cut_up.dc == pytest.approx(whole.dc, abs=1e-6)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_noted_and_counts_as_nothing(odd: float) -> None:
    samples = stereo(SINE, SINE)
    samples[10] = odd

    found = levelled(samples, [0.5])

    assert not found.finite
    assert found.rms_dbfs == pytest.approx(-9.03, abs=0.01)


def test_a_block_comes_back_clean() -> None:
    clean = Levels(RATE, 1).add(row(0.5, math.nan, -math.inf, 1e30))

    assert [0.5, 0.0, 0.0, 1e6] == clean[:, 0].tolist()


def test_numbers_beyond_all_measure_are_numbers() -> None:
    found = levelled(row(1e38, -1e38))

    assert found.finite
    assert found.peak_dbfs == pytest.approx(120)
