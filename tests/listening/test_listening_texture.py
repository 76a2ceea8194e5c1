"""How songs, loops and noise differ in what changes and what returns."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.listening.spectrum import Spectrogram, Spectrum
from pipeline.listening.texture import repetition, sections, variety
from pipeline.rehearsal import mix
from pipeline.rehearsal.score import Gig, Score, write

RATE = 48_000
HOP_S = 1024 / RATE
LYRICS = """[Intro]
[Verse]
The kettle ticks beside the door
and nobody is coming home
[Chorus]
Bring me the salt, bring me the bread
bring me the light
[Verse]
The ferry waits without a bell
and every rope is wet with rain
[Chorus]
Bring me the salt, bring me the bread
bring me the light
[Outro]
"""

Samples = NDArray[np.float32]
Mel = NDArray[np.float32]


def heard(samples: Samples) -> Spectrogram:
    spectrum = Spectrum(RATE)
    spectrum.add(samples)
    return spectrum.result()


@cache
def song(seed: int = 1, duration_s: float = 100.0) -> tuple[Score, Samples]:
    styles = ("driving post-punk", "deep house", "trip-hop", "folk")
    score = write(Gig(styles[seed % 4], LYRICS, duration_s, 84 + 9 * seed, "A minor", 4, seed))
    return score, np.concatenate(list(mix.perform(score))).mean(axis=1, dtype=np.float32)


@cache
def song_mel(seed: int = 1) -> Mel:
    return heard(song(seed)[1]).mel


def loop(seconds: float, length_s: float = 32.0) -> Mel:
    """Repeat some seconds from the middle of a song."""
    piece = song()[1][40 * RATE : 40 * RATE + round(seconds * RATE)]
    return heard(np.resize(piece, round(length_s * RATE))).mel


def noise(seconds: float) -> Mel:
    return heard(np.random.default_rng(1).uniform(-0.5, 0.5, round(seconds * RATE)).astype(np.float32)).mel


def still(level: float, seconds: float) -> Mel:
    return heard(np.full(round(seconds * RATE), level, np.float32)).mel


def patches(*lengths_s: float) -> Mel:
    """Give two sounds in turn, each for some seconds, with some noise over both."""
    dice = np.random.default_rng(5)
    sounds = dice.uniform(0, 3, (2, 40))
    frames = [np.tile(sounds[number % 2], (round(s / HOP_S), 1)) for number, s in enumerate(lengths_s)]
    mel = np.concatenate(frames)
    return np.maximum(mel + dice.normal(0, 0.3, mel.shape), 0).astype(np.float32)


def test_a_loop_of_two_seconds_repeats_itself_and_never_changes() -> None:
    mel = loop(2.0)

    again, changing = repetition(mel, HOP_S), variety(mel)

    assert again is not None
    assert again > 0.95
    assert changing is not None
    assert changing < 0.02


@pytest.mark.parametrize("seconds", [1.846, 3.1, 7.38, 8.0])
def test_a_loop_of_any_length_repeats_itself(seconds: float) -> None:
    again = repetition(loop(seconds), HOP_S)

    assert again is not None
    assert again > 0.95


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_song_does_neither(seed: int) -> None:
    again, changing = repetition(song_mel(seed), HOP_S), variety(song_mel(seed))

    assert again is not None
    assert again < 0.8
    assert changing is not None
    assert changing > 0.1


def test_noise_neither_changes_nor_returns() -> None:
    mel = noise(60.0)

    again, changing = repetition(mel, HOP_S), variety(mel)

    assert again is not None
    assert again < 0.05
    assert changing is not None
    assert changing < 0.005


def test_a_tone_is_the_same_all_the_time() -> None:
    mel = heard(np.sin(np.arange(10 * RATE) * 0.06).astype(np.float32)).mel

    assert repetition(mel, HOP_S) == 1.0
    assert variety(mel) == pytest.approx(0, abs=1e-4)


def test_a_song_played_twice_repeats_itself_at_half_of_its_length() -> None:
    half = song_mel()[:3200]

    again = repetition(np.concatenate([half, half]), HOP_S)

    assert again == pytest.approx(1.0, abs=0.01)


def test_the_same_sounds_in_another_order_do_not_repeat() -> None:
    mel = loop(2.0)[:1475]
    shuffled = np.random.default_rng(3).permutation(mel.reshape(-1, 25, 40)).reshape(-1, 40)

    again = repetition(shuffled, HOP_S)

    assert again is not None
    assert again < 0.8


@pytest.mark.parametrize("seconds", [0.0, 0.1, 3.0])
def test_too_little_sound_is_not_measured(seconds: float) -> None:
    mel = noise(seconds)

    assert variety(mel) is None
    assert repetition(mel, HOP_S) is None
    assert sections(mel, HOP_S) == ()


def test_silence_is_not_measured() -> None:
    mel = still(0.0, 20.0)

    assert variety(mel) is None
    assert repetition(mel, HOP_S) is None
    assert sections(mel, HOP_S) == ()


def test_variety_is_a_share_of_the_level() -> None:
    assert variety(song_mel() * 3) == pytest.approx(variety(song_mel()), rel=1e-4)


def test_variety_is_the_mean_distance_of_the_eighths_from_their_mean() -> None:
    eighths = np.ones((8, 40), np.float32)
    eighths[:4] = 3.0

    assert variety(np.repeat(eighths, 30, axis=0)) == pytest.approx(0.5)


def test_borders_are_heard_where_the_sound_changes() -> None:
    times = sections(patches(20.0, 30.0, 15.0), HOP_S)

    assert np.array([20.0, 50.0]) == pytest.approx(np.array(times), abs=0.3)


@pytest.mark.parametrize(
    "mel",
    [patches(60.0), noise(40.0), still(0.5, 40.0), loop(2.0, 60.0)],
    ids=["still", "noise", "offset", "loop"],
)
def test_where_nothing_changes_there_are_no_sections(mel: Mel) -> None:
    assert sections(mel, HOP_S) == ()


def test_most_borders_of_songs_are_heard_and_few_that_are_none() -> None:
    hits = borders = found = 0
    for seed in range(1, 5):
        score, _ = song(seed)
        real = np.cumsum([passage.bars for passage in score.passages])[:-1] * score.bar_s
        times = np.array([time for time in sections(song_mel(seed), HOP_S) if time < 92])  # then it fades
        hits += sum(bool((np.abs(times - border) < 2).any()) for border in real)
        borders, found = borders + len(real), found + len(times)

    assert hits >= 0.6 * borders
    assert hits >= 0.6 * found


@given(
    frames=st.integers(0, 2_000),
    hop_s=st.sampled_from([1e-5, 0.02, 0.1, 0.5, 16.0]),
    seed=st.integers(0, 99),
)
def test_any_mel_is_measured_or_not_but_never_breaks(frames: int, hop_s: float, seed: int) -> None:
    mel = np.random.default_rng(seed).uniform(0, 5, (frames, 40)).astype(np.float32)

    changing, again, times = variety(mel), repetition(mel, hop_s), sections(mel, hop_s)

    assert changing is None or 0 <= changing < 1
    assert again is None or 0 <= again <= 1
    assert all(0 < time < frames * hop_s for time in times)
