"""The listener says everything about a take, and nothing stops it."""

import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import cache

import numpy as np
import pytest

from pipeline.listening.listener import Listener
from pipeline.listening.voice import first_voice
from pipeline.take import Hook, Measures
from tests.listening.cutting import Samples, cut, pad, stereo, tone
from tests.rehearsal import hearing

LOW = 8_000  # Hz: the lowest rate that is listened to


def heard(samples: Samples, at: Sequence[float] = (), rate: int = 48_000) -> Measures:
    listener = Listener(rate, samples.shape[1])
    for block in cut(samples, at):
        listener.hear(block)
    return listener.measures()


@cache
def song() -> Samples:
    return hearing.sound(
        hearing.song(16.0, bpm=120, key="A minor", lyrics="[Verse]\nla la la\n[Chorus]\nda da da")
    )


@cache
def measured() -> Measures:
    return heard(song())


def numbers(found: Measures) -> dict[str, float]:
    """Everything in the measures that is a number, the hook's too."""
    every = asdict(found)
    return {
        name: value for name, value in (every | every.pop("hook")).items() if isinstance(value, (int, float))
    }


def hook(samples: Samples, rate: int = 48_000) -> Hook:
    found = heard(samples, rate=rate).hook
    assert found is not None
    return found


def test_a_song_leaves_no_measure_open_but_the_places_of_faults() -> None:
    found = measured()

    assert ["longest_gap_at_s", "clipped_at_s"] == [
        field.name for field in fields(Measures) if getattr(found, field.name) in (None, "")
    ]


def test_a_song_measures_like_a_song() -> None:
    found = measured()

    assert (16.0, 48_000, 2, True) == (found.duration_s, found.sample_rate, found.channels, found.finite)
    assert found.lufs is not None
    assert -20 < found.lufs < -9
    assert found.true_peak_dbtp is not None
    assert found.peak_dbfs <= found.true_peak_dbtp < 0
    assert found.bpm in (pytest.approx(120, rel=0.03), pytest.approx(60, rel=0.03))
    assert found.flatness == pytest.approx(0, abs=0.01)
    assert (0.0, 0.0, 0.0) == (found.clipped_per_s, found.overs_per_s, found.first_sound_s)


def test_the_hook_holds_what_happens_in_ten_seconds() -> None:
    found = measured().hook

    assert found is not None
    assert found.onsets >= 8
    assert 0 <= found.certainty <= 1
    assert found.loudness_lu == pytest.approx(0, abs=6)


def test_a_quiet_opening_is_told_by_its_loudness() -> None:
    samples = pad(30.0, rate=LOW)
    samples[: 10 * LOW] *= np.float32(0.1)

    assert hook(samples, LOW).loudness_lu == pytest.approx(-20, abs=1)


def test_a_silent_opening_is_far_below_the_song() -> None:
    assert hook(pad(0.0, 12.0, 4.0, rate=LOW), LOW).loudness_lu == -144


def test_a_voice_is_listened_for_as_long_as_the_ear_for_voices_does() -> None:
    samples = pad(22.0, 1.0, 17.5, rate=LOW) + tone(220, 40.5, level=0.05, rate=LOW)

    found, alone = hook(samples, LOW), first_voice(samples[:, 0], LOW)

    assert (alone.at_s, alone.certainty) == (found.voice_s, found.certainty)
    assert alone.certainty != first_voice(samples[: 39 * LOW, 0], LOW).certainty


def test_beats_after_ten_seconds_are_not_the_hooks() -> None:
    beats = np.zeros((20 * LOW, 1), np.float32)
    for second in range(12, 20):
        beats[second * LOW : second * LOW + 400] = pad(0.05, rate=LOW)

    assert hook(beats, LOW).onsets == 0


@pytest.mark.parametrize("at", [[0.5], [0.001, 0.002, 0.9], [0.1, 0.1, 0.33, 0.7777]])
def test_blocks_make_no_difference(at: list[float]) -> None:
    assert numbers(heard(song(), at)) == pytest.approx(numbers(measured()), rel=1e-3, abs=1e-3)


def test_a_block_may_be_filled_again() -> None:
    samples = song()
    listener, room = Listener(48_000, 2), np.empty((70_001, 2), np.float32)

    for start in range(0, len(samples), len(room)):
        part = samples[start : start + len(room)]
        room[: len(part)] = part
        listener.hear(room[: len(part)])
        room[:] = math.nan

    assert numbers(listener.measures()) == pytest.approx(numbers(measured()), rel=1e-3, abs=1e-3)


def test_a_mono_block_may_be_filled_again() -> None:
    samples, room = song()[:, :1].copy(), np.empty((30_011, 1), np.float32)
    whole, listener = heard(samples), Listener(48_000, 1)

    for start in range(0, len(samples), len(room)):
        part = samples[start : start + len(room)]
        room[: len(part)] = part
        listener.hear(room[: len(part)])
        room[:] = 0

    assert numbers(listener.measures()) == pytest.approx(numbers(whole), rel=1e-3, abs=1e-3)


def test_listening_may_go_on_after_it_was_asked() -> None:
    listener = Listener(48_000, 2)

    for block in cut(song(), [0.3, 0.31]):
        listener.hear(block)
        listener.measures()

    assert listener.measures().lufs == pytest.approx(measured().lufs)
    assert listener.measures().true_peak_dbtp == pytest.approx(measured().true_peak_dbtp)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_nothing_is_measured_as_nothing(channels: int) -> None:
    found = heard(np.zeros((0, channels), np.float32))

    assert Measures(0.0, 48_000, channels, -math.inf, -math.inf, True) == found


@pytest.mark.parametrize("frames", [1, 100, 4_800, 48_000])
def test_next_to_nothing_is_measured(frames: int) -> None:
    found = heard(song()[48_000 : 48_000 + frames])

    assert found.duration_s == frames / 48_000
    assert found.first_sound_s == 0.0


def test_silence_is_heard_as_silence() -> None:
    found = heard(np.zeros((3 * LOW, 2), np.float32), rate=LOW)

    assert (-math.inf, -math.inf, -math.inf) == (found.rms_dbfs, found.lufs, found.true_peak_dbtp)
    assert (1.0, 3.0, "", None) == (found.silent_share, found.trailing_silence_s, found.key, found.bpm)
    assert found.hook is not None
    assert (None, None, None, 0) == (
        found.hook.first_sound_s,
        found.hook.voice_s,
        found.hook.loudness_lu,
        found.hook.onsets,
    )


@pytest.mark.parametrize("odd", [math.nan, math.inf, 1e38])
def test_broken_samples_break_no_measure(odd: float) -> None:
    samples = song().copy()
    samples[[5, 50_000, 200_000], 1] = odd

    found = heard(samples, [0.2])

    assert found.finite is (odd == 1e38)
    assert all(
        value is None or not math.isnan(value) for value in asdict(found).values() if isinstance(value, float)
    )


def test_broken_samples_count_as_nothing() -> None:
    samples = song().copy()
    samples[50_000] = math.nan

    assert heard(samples).lufs == pytest.approx(measured().lufs, abs=0.05)


def test_an_inverted_channel_hides_no_music() -> None:
    samples = song()[:, :1]

    found, one = heard(stereo(samples, -samples * np.float32(0.5))), heard(samples)

    assert found.correlation == pytest.approx(-1)
    assert (found.key, found.flatness, found.bpm) == (one.key, one.flatness, one.bpm)


def test_six_channels_are_heard_by_their_first_two() -> None:
    others = np.roll(song(), 48_000, axis=0)[:, [0, 1, 0, 1]]

    found = heard(np.concatenate([song(), others], axis=1))

    assert found.channels == 6
    assert found.lufs == pytest.approx(measured().lufs)
    assert found.key == measured().key


@pytest.mark.parametrize("rate", [1, 7_999, 192_001, 2**31 - 1])
def test_a_rate_that_no_song_has_leaves_the_levels(rate: int) -> None:
    found = heard(song()[:10_000], rate=rate)

    assert found.duration_s == 10_000 / rate
    assert found.correlation is not None
    assert (None, None, None) == (found.lufs, found.hook, found.first_sound_s)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_056, 96_000, 192_000])
def test_every_rate_of_a_song_is_heard(rate: int) -> None:
    found = heard(stereo(pad(2.0, 1.0, rate=rate), tone(440, 3.0, level=0.3, rate=rate)), rate=rate)

    assert found.duration_s == pytest.approx(3.0)
    assert found.lufs == pytest.approx(-12, abs=4)
    assert found.hook is not None


def test_what_lasts_beyond_an_hour_is_not_kept() -> None:
    listener, minute = Listener(LOW, 1), np.full((60 * LOW, 1), 0.1, np.float32)

    for _ in range(61):
        listener.hear(minute)
    found = listener.measures()

    assert (3660.0, None, None) == (found.duration_s, found.lufs, found.hook)
    assert found.rms_dbfs == pytest.approx(-20, abs=0.01)
