"""The envelope says when there is sound, and when there is none."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings

from pipeline.listening.envelope import Envelope, Outline
from tests.listening.cutting import Samples, cut, pad, places, stereo, tone

RATE = 8_000


def outline(samples: Samples, at: Sequence[float] = (), rate: int = RATE) -> Outline:
    envelope = Envelope(rate)
    for block in cut(samples, at):
        envelope.add(block)
    return envelope.result()


def test_sound_throughout_has_no_silence() -> None:
    found = outline(pad(2.0, rate=RATE))

    assert (0.0, 0.0, 0.0, 0.0) == (
        found.first_sound_s,
        found.trailing_silence_s,
        found.longest_gap_s,
        found.silent_share,
    )


def test_silence_at_the_ends_and_within_is_timed() -> None:
    found = outline(pad(0.0, 1.0, 0.5, 0.3, 0.5, 0.6, 0.5, 1.6, rate=RATE))

    assert found.first_sound_s == pytest.approx(1.0)
    assert found.longest_gap_s == pytest.approx(0.6)  # neither the one before the music nor the one after it
    assert found.longest_gap_at_s == pytest.approx(2.3)
    assert found.trailing_silence_s == pytest.approx(1.6)
    assert found.silent_share == pytest.approx(3.5 / 5.0)


def test_without_a_gap_there_is_no_place_of_it() -> None:
    found = outline(pad(0.0, 1.0, 0.5, 0.5, rate=RATE))

    assert (0.0, None) == (found.longest_gap_s, found.longest_gap_at_s)


def test_of_gaps_of_one_length_the_first_is_told() -> None:
    found = outline(pad(0.5, 0.4, 0.5, 0.4, 0.5, rate=RATE))

    assert found.longest_gap_at_s == pytest.approx(0.5)


def test_silence_is_all_trailing_and_has_no_first_sound() -> None:
    found = outline(np.zeros((2 * RATE, 2), np.float32))

    assert Outline(None, 2.0, None, 1.0, None, None) == found


def test_nothing_tells_nothing() -> None:
    assert Outline(None, None, None, None, None, None) == outline(np.zeros((0, 2), np.float32))


@pytest.mark.parametrize(("rms_dbfs", "heard"), [(-49.5, True), (-50.5, False)])
def test_sound_begins_at_minus_fifty(rms_dbfs: float, heard: bool) -> None:
    samples = tone(440, 1.0, level=2**0.5 * 10 ** (rms_dbfs / 20), rate=RATE)

    assert heard is (outline(samples).first_sound_s is not None)


def test_a_channel_alone_is_sound() -> None:
    silent = np.zeros((RATE, 1), np.float32)

    assert outline(stereo(silent, pad(0.0, 0.5, 0.5, rate=RATE))).first_sound_s == pytest.approx(0.5)


def test_a_last_window_may_be_short() -> None:
    found = outline(pad(1.0, 0.02, rate=RATE))

    assert found.trailing_silence_s == pytest.approx(0.02)


def test_less_than_a_window_is_heard() -> None:
    found = outline(pad(0.01, rate=RATE))

    assert (0.0, 0.0, 0.0) == (found.first_sound_s, found.trailing_silence_s, found.silent_share)


def test_an_abrupt_end_is_as_loud_as_the_song() -> None:
    assert outline(pad(5.0, rate=RATE)).end_db == pytest.approx(0, abs=0.5)


def test_a_faded_end_is_not() -> None:
    samples = pad(5.0, rate=RATE)
    samples[-RATE:] *= np.linspace(1, 0, RATE, dtype=np.float32)[:, None]

    assert outline(samples).end_db == pytest.approx(
        -17, abs=1
    )  # a quarter of the fade: 20 log10(0.25 / sqrt 3)


def test_the_end_is_compared_with_the_music_not_with_its_pauses() -> None:
    found = outline(pad(1.0, 4.0, 1.0, rate=RATE))

    assert found.end_db == pytest.approx(0, abs=0.5)


@settings(deadline=None)
@given(places)
def test_blocks_make_no_difference(at: list[float]) -> None:
    samples = stereo(pad(0.33, 0.21, 0.4, 0.1, rate=RATE), pad(0.4, 0.2, 0.34, 0.1, rate=RATE))

    assert asdict(outline(samples, at)) == pytest.approx(asdict(outline(samples)), abs=1e-6)


def test_an_end_in_silence_is_far_below_the_song() -> None:
    assert outline(pad(2.0, 1.0, rate=RATE)).end_db == -144


def traced(samples: Samples) -> tuple[float, ...]:
    envelope = Envelope(RATE)
    envelope.add(samples)
    return envelope.outline()


def test_the_outline_follows_the_music_beside_its_loudest_stretch() -> None:
    samples = pad(2.0, 1.0, 1.0, rate=RATE)
    samples[: 2 * RATE] *= np.float32(0.5)

    drawn = traced(samples)

    assert 80 == len(drawn)  # windows: fewer than the stretches of a song
    assert drawn[:40] == pytest.approx([0.5] * 40, abs=0.1)
    assert [0.0] * 20 == list(drawn[40:60])
    assert 1.0 == max(drawn[60:])


def test_a_long_outline_has_two_hundred_stretches() -> None:
    assert 200 == len(traced(pad(15.03, rate=RATE)))


@pytest.mark.parametrize("frames", [0, 10, RATE])
def test_silence_has_no_outline(frames: int) -> None:
    assert () == traced(np.zeros((frames, 1), np.float32))


def test_windows_are_fifty_milliseconds_at_every_rate() -> None:
    found = [
        outline(pad(0.0, 0.5, 0.5, rate=rate), rate=rate).first_sound_s
        for rate in (8_000, 11_025, 44_100, 96_000)
    ]

    assert found == pytest.approx([0.5] * 4, abs=0.05)


def test_a_sound_in_the_last_moment_alone_has_no_end_to_compare() -> None:
    sound = np.zeros((2 * 2_400 + 100, 1), dtype=np.float32)
    sound[-100:] = 0.5

    envelope = Envelope(48_000)
    envelope.add(sound)

    assert 0.0 == envelope.result().end_db
