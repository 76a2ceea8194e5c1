"""Each damage does what the list of faults says it does, and nothing else."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.rehearsal import mix
from pipeline.rehearsal.damage import DAMAGES, Reel, rubbish
from pipeline.rehearsal.faults import FAULTS
from pipeline.rehearsal.takes import MP3_FAULTS, SOUND_FAULTS
from pipeline.rehearsal.tones import RATE
from tests.rehearsal.conftest import Band, decoded
from tests.rehearsal.hearing import Samples, heard_key, level, song, tempo

Open = Callable[..., AbstractContextManager[Band]]

SLOW = 1000  # frames per second: enough to see what happens to every frame, and quick
LASTS_S = 40
LYRICS = "[Verse]\nThe kettle ticks beside the door\n[Chorus]\nBring me salt and bring me bread"


@cache
def music() -> Samples:
    """Give forty seconds at a low rate: no frame is silent, no two seconds and no two sides are alike."""
    dice = np.random.default_rng(1)
    samples = dice.uniform(0.1, mix.CEILING, (LASTS_S * SLOW, 2)) * dice.choice([-1, 1], (LASTS_S * SLOW, 2))
    return samples.astype(np.float32)


def damaged(name: str, samples: Samples, cuts: list[int] | None = None, **changes: int) -> Samples:
    reel = Reel(**{"frames": len(samples), "seed": 3, "tonic": 9, "rate": SLOW, **changes})
    return np.concatenate(list(DAMAGES[name](iter(np.split(samples, cuts or [])), reel)))


@cache
def struck(name: str) -> Samples:
    return damaged(name, music())


def silent(samples: Samples) -> NDArray[np.bool_]:
    return ~samples.any(axis=1)


def seconds(begin: float, end: float) -> slice:
    return slice(int(begin * SLOW), int(end * SLOW))


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_song_is_as_long_as_before_and_no_sample_leaves_the_scale(name: str) -> None:
    samples = struck(name)

    assert (music().shape, np.float32) == (samples.shape, samples.dtype)
    assert np.abs(samples).max() <= 1
    assert not np.array_equal(music(), samples)


@pytest.mark.parametrize("name", DAMAGES)
def test_the_song_itself_is_left_alone(name: str) -> None:
    before = music().copy()

    damaged(name, music())

    assert np.array_equal(before, music())


@pytest.mark.parametrize("name", DAMAGES)
@given(cuts=st.lists(st.integers(0, LASTS_S * SLOW), max_size=6))
def test_a_damage_does_not_depend_on_where_the_blocks_end(name: str, cuts: list[int]) -> None:
    whole = struck(name)

    pieces = damaged(name, music(), sorted(cuts))

    assert np.array_equal(whole, pieces)


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("frames", [0, 1, 700])
def test_a_song_shorter_than_its_damage_keeps_its_length(name: str, frames: int) -> None:
    samples = damaged(name, music()[:frames])

    assert frames == len(samples)


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [("cut-short", 16, 40), ("late", 0, 7), ("drop-out", 17.5, 22.5), ("small-gap", 18.75, 21.25)],
)
def test_only_the_named_seconds_are_silent(name: str, begin: float, end: float) -> None:
    expected = np.zeros(len(music()), bool)
    expected[seconds(begin, end)] = True

    samples = struck(name)

    assert np.array_equal(expected, silent(samples))
    assert np.array_equal(music()[~expected], samples[~expected])


def test_a_dead_channel_is_the_right_one() -> None:
    samples = struck("dead-channel")

    assert np.array_equal(music()[:, 0], samples[:, 0])
    assert not samples[:, 1].any()


def test_inverted_is_the_left_side_upside_down() -> None:
    samples = struck("inverted")

    assert np.array_equal(music()[:, 0], samples[:, 0])
    assert np.array_equal(-samples[:, 0], samples[:, 1])


def test_mono_is_the_mean_of_both_sides() -> None:
    samples = struck("mono")

    assert np.array_equal(samples[:, 0], samples[:, 1])
    assert np.allclose((music()[:, 0] + music()[:, 1]) / 2, samples[:, 0])


def test_clipped_is_nine_decibels_beyond_full_scale_with_flat_tops() -> None:
    loudest = np.abs(music()).max()

    samples = struck("clipped")

    below = np.abs(samples) < 1
    gain = 20 * np.log10(np.abs(samples[below] / music()[below]))
    assert gain == pytest.approx(9 - 20 * np.log10(loudest), abs=0.01)
    assert 0.5 < 1 - below.mean()


def test_hot_is_squeezed_with_its_loudest_tops_cut() -> None:
    ramp = np.repeat(np.linspace(0, mix.CEILING, 8001, dtype=np.float32)[:, None], 2, axis=1)

    samples = damaged("hot", ramp)[:, 0]

    assert 20 * np.log10(samples[20] / ramp[20, 0]) == pytest.approx(12 + 1.6, abs=0.1)
    assert 0.2 < ramp[np.flatnonzero(samples == 1)[0], 0] < 0.4
    assert (np.diff(samples[samples < 1], 2) < 1e-6).all()  # rounder and rounder up to there


def test_dc_moves_both_sides_by_a_twentieth() -> None:
    moved = struck("dc") - music()

    assert moved == pytest.approx(0.05, abs=1e-6)


def test_a_loop_is_the_first_two_seconds_until_the_end() -> None:
    pieces = np.split(struck("looped"), LASTS_S // 2)

    assert all(np.array_equal(music()[: 2 * SLOW], piece) for piece in pieces)


def test_the_noise_is_white_and_a_little_softer_than_the_halved_music() -> None:
    quiet = music() * np.float32(10 ** ((-16 - level(music())) / 20))  # as loud as the band, measured

    noise = damaged("buried", quiet) - quiet / 2

    power = np.abs(np.fft.rfft(noise[:, 0])) ** 2
    assert 0.5 < np.exp(np.log(power).mean()) / power.mean() < 0.62  # 0.56 is white
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.02
    assert 0.5 < level(quiet / 2) - level(noise) < 3


def test_the_noise_is_the_same_for_the_same_seed_only() -> None:
    again, other = damaged("buried", music(), seed=3), damaged("buried", music(), seed=4)

    assert np.array_equal(struck("buried"), again)
    assert not np.array_equal(struck("buried"), other)


def test_a_slow_opening_is_soft_but_heard_and_gives_way_to_the_band_after_twenty_seconds() -> None:
    samples = struck("slow-opening")

    assert all(-45 < level(samples[seconds(at, at + 1)]) < -30 for at in range(1, 20))
    assert level(samples[seconds(0, 20)]) < level(music()) - 20
    assert np.array_equal(music()[seconds(20, 40)], samples[seconds(20, 40)])


@pytest.mark.parametrize(("tonic", "hertz"), [(9, 110.0), (3, 155.56)])
def test_a_slow_opening_has_no_onset_and_holds_the_tonic(tonic: int, hertz: float) -> None:
    opening = damaged("slow-opening", music(), tonic=tonic)[seconds(1, 20)]

    levels = [level(part) for part in np.split(opening, 38)]
    power = np.abs(np.fft.rfft(opening[:, 0] * np.hanning(len(opening))))
    lowest = np.fft.rfftfreq(len(opening), 1 / SLOW)[np.flatnonzero(power > power.max() / 2)[0]]
    assert max(abs(after - before) for before, after in pairwise(levels)) < 3
    assert lowest == pytest.approx(hertz, abs=0.5)


def test_rubbish_keeps_the_head_and_the_length_and_holds_no_frame_after_it() -> None:
    sound_file = b"\xff\xfb\xb4\x44" + bytes(20_000)

    spoilt = rubbish(sound_file, 1)

    assert len(sound_file) == len(spoilt)
    assert sound_file[:2304] == spoilt[:2304]
    assert 0xFF not in spoilt[2304:]
    assert spoilt == rubbish(sound_file, 1) != rubbish(sound_file, 2)


def test_every_fault_of_the_sound_is_on_the_list() -> None:
    assert set() == (SOUND_FAULTS | MP3_FAULTS) - FAULTS.keys()


@pytest.mark.parametrize("name", sorted(SOUND_FAULTS - {"wrong-type", "wrong-length"}))
def test_the_band_plays_every_fault_in_the_asked_length(band: Open, name: str) -> None:
    with band(name) as client:
        samples, rate = decoded(client.play(audio_duration=2.5))

    assert 2.5 == len(samples) / rate


@pytest.mark.parametrize("name", ["dead-channel", "cut-short"])
def test_a_damaged_take_is_the_clean_one_but_for_the_damage(band: Open, name: str) -> None:
    with band() as client:
        clean, rate = decoded(client.play(audio_duration=3))
    reel = Reel(len(clean), 7, 9, rate)
    expected = np.concatenate(list(DAMAGES[name](iter([clean]), reel)))

    with band(name) as client:
        samples, _ = decoded(client.play(audio_duration=3))

    assert np.allclose(expected, samples, atol=1e-4)  # 16 bits


def test_a_damage_that_is_spent_leaves_the_next_take_alone(band: Open) -> None:
    with band("inverted:1") as client:
        first, second = (decoded(client.play(audio_duration=1, seed=seed))[0] for seed in (1, 2))

    assert np.corrcoef(first.T)[0, 1] < -0.99
    assert np.corrcoef(second.T)[0, 1] > 0


@pytest.mark.parametrize("caption", ["driving punk", "deep house", "trip-hop", "quiet folk"])
def test_an_abrupt_end_is_as_loud_as_the_song(band: Open, caption: str) -> None:
    with band() as client:
        faded, rate = decoded(client.play(audio_duration=20, prompt=caption))

    with band("abrupt-end") as client:
        broken, _ = decoded(client.play(audio_duration=20, prompt=caption))

    assert level(faded[-rate // 4 :]) < level(faded) - 15
    assert level(broken[-rate // 4 :]) > level(broken) - 3
    assert np.array_equal(faded[: 10 * rate], broken[: 10 * rate])


@pytest.mark.parametrize(
    ("key", "far"), [("A minor", {"D# minor", "F# major"}), ("C major", {"F# major", "D# minor"})]
)
def test_off_key_is_played_half_an_octave_away_in_the_same_tempo(band: Open, key: str, far: set[str]) -> None:
    with band("off-key") as client:
        samples, _ = decoded(client.play(audio_duration=30, key_scale=key, lyrics=LYRICS))

    assert heard_key(samples)[0] in far
    assert abs(tempo(samples) / 120 - 1) < 0.03


@pytest.mark.parametrize("bpm", [80, 100, 120])
def test_off_tempo_is_played_a_quarter_faster_in_the_same_key(band: Open, bpm: int) -> None:
    with band("off-tempo") as client:
        samples, _ = decoded(client.play(audio_duration=30, bpm=bpm, lyrics=LYRICS))

    assert any(abs(tempo(samples) / bpm / 1.25 / ratio - 1) < 0.03 for ratio in (0.5, 1, 2))
    assert heard_key(samples)[0] in {"A minor", "C major"}


@pytest.mark.parametrize("bpm", [0, 30, 300])
def test_off_tempo_can_be_played_at_any_tempo(band: Open, bpm: int) -> None:
    with band("off-tempo") as client:
        samples, _ = decoded(client.play(audio_duration=4, bpm=bpm))

    assert -30 < level(samples) < -6


def test_an_undecodable_mp3_begins_like_one_and_cannot_be_read(band: Open) -> None:
    with band("undecodable") as client:
        sound_file = client.play(audio_duration=5, audio_format="mp3")

    assert sound_file[0] == 0xFF
    assert 5 * 192_000 / 8 == pytest.approx(len(sound_file), rel=0.03)
    with pytest.raises(soundfile.LibsndfileError):
        soundfile.read(io.BytesIO(sound_file))


def test_undecodable_waits_for_an_mp3(band: Open) -> None:
    with band("undecodable:1") as client:
        flac = client.play(audio_duration=1)
        mp3 = client.play(audio_duration=1, audio_format="mp3")

    assert 1.0 == soundfile.info(io.BytesIO(flac)).duration
    with pytest.raises(soundfile.LibsndfileError):
        soundfile.read(io.BytesIO(mp3))


def test_bars_beyond_the_end_are_not_played() -> None:
    score = replace(song(20.0), duration_s=10.0)

    blocks = list(mix.perform(score))

    assert 10 * RATE == sum(len(block) for block in blocks)
    assert all(len(block) for block in blocks)
