"""What the numpy band sounds like, measured."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.rehearsal import encode, mix
from pipeline.rehearsal.score import Score
from pipeline.rehearsal.tones import RATE
from tests.fakes import stopwatch
from tests.rehearsal.hearing import Samples, heard_key, level, song, sound, spectrum, tempo


@cache
def usual() -> tuple[Score, Samples]:
    score = song(40.0)
    return score, sound(score)


def passages(score: Score, samples: Samples) -> dict[str, Samples]:
    ends = np.cumsum([passage.bars for passage in score.passages]) * score.bar_s * RATE
    parts = np.split(samples, ends[:-1].astype(int))
    return {passage.kind: part for passage, part in zip(score.passages, parts, strict=True)}


@pytest.mark.parametrize("duration_s", [0.7, 10.0, 33.3])
def test_a_song_lasts_exactly_as_long_as_asked(duration_s: float) -> None:
    samples = sound(song(duration_s))

    assert (round(duration_s * RATE), 2) == samples.shape


def test_nothing_clips_and_nothing_is_broken() -> None:
    _, samples = usual()

    assert np.isfinite(samples).all()
    assert 0.3 < np.abs(samples).max() <= mix.CEILING


def test_a_song_without_an_intro_starts_with_sound_at_once() -> None:
    samples = sound(song(10.0, lyrics="[Verse]\nla la la\n[Chorus]\nda da da"))

    assert level(samples[: RATE // 20]) > -30


def test_even_an_intro_is_heard_within_the_first_tenth_of_a_second() -> None:
    _, samples = usual()

    assert level(samples[: RATE // 10]) > -40


def test_the_end_fades() -> None:
    _, samples = usual()

    last = [level(samples[len(samples) - int(s * RATE) :][: RATE // 4]) for s in (4, 2, 0.25)]

    assert last[0] > last[1] > last[2]
    assert last[2] < level(samples) - 15


def test_the_chorus_is_the_loudest_section() -> None:
    levels = {kind: level(part) for kind, part in passages(*usual()).items()}

    assert levels["chorus"] == max(levels.values())
    assert levels["chorus"] > levels["verse"] + 1


def test_sections_have_spectra_of_their_own() -> None:
    shapes = [spectrum(part) for part in passages(*usual()).values()]
    shapes = [shape / np.linalg.norm(shape) for shape in shapes]

    likeness = [float(a @ b) for i, a in enumerate(shapes) for b in shapes[i + 1 :]]

    assert max(likeness) < 0.95


def test_the_bridge_goes_without_drums() -> None:
    parts = passages(*usual())

    highs = {kind: float(spectrum(part)[1500:].sum() / spectrum(part).sum()) for kind, part in parts.items()}

    assert highs["bridge"] == min(highs.values())


def test_the_stereo_image_is_wide_but_not_hollow() -> None:
    _, samples = usual()
    left, right = samples[:, 0], samples[:, 1]

    side = level((left - right)[:, None]) - level((left + right)[:, None])

    assert -20 < side < -3
    assert abs(level(left[:, None]) - level(right[:, None])) < 1
    assert np.corrcoef(left, right)[0, 1] > 0.3


@pytest.mark.parametrize("bpm", [84, 100, 120, 150])
@pytest.mark.parametrize("caption", ["driving rock", "deep house"])
def test_the_tempo_is_the_one_that_was_asked_for(bpm: int, caption: str) -> None:
    heard = tempo(sound(song(20.0, bpm, caption=caption)))

    ratios = (0.5, 1.0, 2.0)  # an estimate may be off by an octave, as a listener's foot may
    assert any(abs(heard / bpm / ratio - 1) < 0.03 for ratio in ratios)


@pytest.mark.parametrize(
    ("key", "relative"),
    [
        ("A minor", "C major"),
        ("C major", "A minor"),
        ("F# minor", "A major"),
        ("D# major", "C minor"),
        ("G minor", "A# major"),
    ],
)
def test_the_key_is_the_one_that_was_asked_for(key: str, relative: str) -> None:
    lyrics = "[Verse]\nThe kettle ticks beside the door\n[Chorus]\nBring me salt and bring me bread"

    heard = heard_key(sound(song(40.0, key=key, lyrics=lyrics)))

    assert heard[0] in {key, relative}  # relative keys share every note


def test_the_same_seed_plays_the_same_to_the_sample() -> None:
    assert np.array_equal(sound(song(8.0, seed=3)), sound(song(8.0, seed=3)))


def test_another_seed_is_another_performance() -> None:
    one, two = sound(song(8.0, seed=3)), sound(song(8.0, seed=4))

    assert np.corrcoef(one[:, 0], two[:, 0])[0, 1] < 0.8  # the drums of a style stay where they are


@pytest.mark.parametrize("meter", [2, 3, 4, 6])
@pytest.mark.parametrize("caption", ["trip-hop", "folk", "house", "rock"])
def test_every_feel_plays_every_meter(meter: int, caption: str) -> None:
    samples = sound(song(6.0, 110, time_signature=meter, caption=caption))

    assert -30 < level(samples) < -6


@pytest.mark.parametrize("bpm", [30, 300])
def test_the_slowest_and_the_fastest_tempo_can_be_played(bpm: int) -> None:
    samples = sound(song(12.0, bpm, lyrics=""))

    assert -30 < level(samples) < -6


def test_a_long_song_is_played_in_small_pieces() -> None:
    blocks = mix.perform(song(600.0))

    assert all(len(next(blocks)) < 5 * RATE for _ in range(5))


@pytest.mark.parametrize(("name", "longest"), [("mp3", 2304 / RATE), ("flac", 0.0), ("wav", 0.0)])
def test_every_format_decodes_to_the_same_song(name: str, longest: float, tmp_path: Path) -> None:
    score, samples = usual()
    file = tmp_path / f"song.{name}"

    encode.write(mix.perform(score), file, name)

    back, rate = soundfile.read(file, dtype="float32")
    assert RATE == rate
    assert 0 <= len(back) / rate - score.duration_s <= longest
    assert np.abs(back).max() <= 10 ** (-1 / 20)  # −1 dBFS
    assert abs(level(back) - level(samples)) < 0.4


def test_an_mp3_has_a_constant_bit_rate(tmp_path: Path) -> None:
    file = tmp_path / "song.mp3"

    encode.write(mix.silence(10.0), file, "mp3")

    assert abs(file.stat().st_size * 8 / 10.024 / 1000 - encode.BIT_RATE) < 1


def test_a_minute_is_played_and_encoded_in_well_under_real_time(tmp_path: Path) -> None:
    took = stopwatch.seconds(lambda: encode.write(mix.perform(song(60.0)), tmp_path / "song.mp3", "mp3"))

    assert took < 4  # under 1 s on an idle machine, measured


def test_silence_and_noise_have_the_asked_length() -> None:
    silence, noise = (np.concatenate(list(blocks)) for blocks in (mix.silence(2.5), mix.noise(2.0, 1)))

    assert (2.5 * RATE, 2 * RATE) == (len(silence), len(noise))
    assert not silence.any()
    assert noise.std() > 0.2
