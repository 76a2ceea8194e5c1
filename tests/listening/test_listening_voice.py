"""When the first voice is heard: measured on beds and voices that the model was not fitted on."""

import os
from dataclasses import dataclass

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.listening.voice import Voice, first_voice
from tests.fakes import stopwatch
from tests.voices import beds, cast, mixes, sound
from tests.voices.singers import vocalist

RATE = sound.RATE
SURE = 0.8  # from here on an answer counts as a sure one
MISSED = 99.0
MIXES = 156


@dataclass(frozen=True, slots=True)
class Answer:
    """A mix and what the ear said about it; `error_s` is 99 where one of the two is "never"."""

    bed: str
    singer: str
    level_db: float
    truth_s: float | None
    voice: Voice

    @property
    def error_s(self) -> float:
        if self.truth_s is None or self.voice.at_s is None:
            return 0.0 if self.truth_s is self.voice.at_s else MISSED
        return abs(self.voice.at_s - self.truth_s)


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    """What the ear says about the held-out part of the set; the workers of a run ask it once together."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return listen()
    kept = tmp_path_factory.getbasetemp().parent / "voices.json"
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            kept.write_text(ANSWERS.dump_json(listen()).decode())
        return ANSWERS.validate_json(kept.read_text())


def listen() -> list[Answer]:
    heard = mixes.many(cast.held_out(), MIXES, 0.3, seed=3)
    return [
        Answer(mix.bed, mix.singer, mix.level_db, mix.at_s, first_voice(mix.sound, RATE)) for mix in heard
    ]


ANSWERS = TypeAdapter(list[Answer])


@pytest.fixture(scope="session")
def sung(answers: list[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.truth_s is not None]


@pytest.fixture(scope="session")
def duet() -> mixes.Mix:
    """A singer of our own who comes in over the rehearsal band; no package is needed for it."""
    source = mixes.pool(
        beds.rehearsal(beds.BAND_HELD_OUT[3:4]), [vocalist("tenor", 130, 1.0, 0.03)], [], (1, 1), seed=5
    )
    return next(
        mix
        for seed in range(100)
        for mix in mixes.many(source, 1, 0.0, seed)
        if mix.level_db == 6 and 8 < (mix.at_s or 0) < 16
    )


def share(answers: list[Answer], within_s: float) -> float:
    return float(np.mean([answer.error_s <= within_s for answer in answers]))


def test_the_set_has_many_beds_voices_and_levels(answers: list[Answer], sung: list[Answer]) -> None:
    assert len({answer.bed for answer in answers}) >= 20
    assert len({answer.singer for answer in sung}) >= 12
    assert set(mixes.LEVELS_DB) == {answer.level_db for answer in sung}


def test_nothing_that_is_evaluated_was_fitted_on() -> None:
    assert not set(beds.HELD_OUT) & set(beds.TRAINING)
    assert not set(beds.BAND_HELD_OUT) & set(beds.BAND_TRAINING)


def test_the_first_voice_is_found_within_half_a_second_in_the_median(sung: list[Answer]) -> None:
    median = float(np.median([answer.error_s for answer in sung]))

    assert median <= 0.5


def test_most_first_voices_are_found_within_two_seconds(sung: list[Answer]) -> None:
    assert share(sung, 2.0) >= 0.85  # 0.90; 0.93 on more mixes (docs/voice-onset.md)


def test_nearly_every_voice_as_loud_as_the_band_is_found_within_two_seconds(sung: list[Answer]) -> None:
    loud = [answer for answer in sung if answer.level_db >= 0]

    assert share(loud, 2.0) >= 0.9


def test_few_instrumental_songs_are_given_a_voice(answers: list[Answer]) -> None:
    instrumental = [answer for answer in answers if answer.truth_s is None]

    assert np.mean([answer.voice.at_s is not None for answer in instrumental]) <= 0.2


def test_sure_answers_are_right_more_often_than_others(answers: list[Answer]) -> None:
    sure = [answer for answer in answers if answer.voice.certainty >= SURE]
    unsure = [answer for answer in answers if answer.voice.certainty < SURE]

    assert len(sure) >= len(answers) / 3
    assert share(sure, 2.0) >= 0.92
    assert share(sure, 2.0) > share(unsure, 2.0) + 0.1


def test_the_sample_rate_does_not_matter(duet: mixes.Mix) -> None:
    found = [
        first_voice(sound.at_rate(duet.sound, RATE, rate), rate).at_s for rate in (16_000, 44_100, 48_000)
    ]

    assert all(at_s == pytest.approx(duet.at_s, abs=1.5) for at_s in found)
    assert np.ptp(found) <= 0.4


def test_silence_before_the_music_counts_as_time(duet: mixes.Mix) -> None:
    late = np.concatenate([np.zeros(5 * RATE, np.float32), duet.sound])

    at_s, late_s = first_voice(duet.sound, RATE).at_s, first_voice(late, RATE).at_s

    assert at_s is not None
    assert late_s == pytest.approx(at_s + 5, abs=0.5)


def test_loudness_does_not_matter(duet: mixes.Mix) -> None:
    expected = first_voice(duet.sound, RATE)

    quiet = first_voice(duet.sound * np.float32(0.01), RATE)

    assert expected.at_s == quiet.at_s


def test_only_the_first_forty_seconds_are_heard(duet: mixes.Mix) -> None:
    longer = np.resize(duet.sound, 60 * RATE)

    assert first_voice(longer[: 40 * RATE], RATE) == first_voice(longer, RATE)


def test_a_voice_of_our_own_over_the_band_is_found(duet: mixes.Mix) -> None:
    assert first_voice(duet.sound, RATE).at_s == pytest.approx(duet.at_s, abs=1.5)


def test_silence_surely_holds_no_voice() -> None:
    assert Voice(None, 1.0) == first_voice(np.zeros(10 * RATE, np.float32), RATE)


@pytest.mark.parametrize("seconds", [0.0, 0.001, 2.9])
@pytest.mark.parametrize("loudness", [0.0, 0.5])
def test_too_little_to_hear_is_a_guess(seconds: float, loudness: float) -> None:
    noise = np.random.default_rng(1).normal(0, loudness, int(seconds * RATE)).astype(np.float32)

    assert Voice(None, 0.0) == first_voice(noise, RATE)


def test_silence_with_a_click_at_its_end_is_a_guess() -> None:
    click = np.zeros(10 * RATE, np.float32)
    click[-1] = 1.0

    assert Voice(None, 0.0) == first_voice(click, RATE)


@pytest.mark.parametrize("rate", [-1, 0, 1, 7_999, 384_001])
def test_a_sample_rate_that_no_audio_has_is_a_guess(rate: int) -> None:
    assert Voice(None, 0.0) == first_voice(np.ones(10 * RATE, np.float32), rate)


@settings(max_examples=25, deadline=None)
@given(
    rate=st.integers(8_000, 12_000),
    seconds=st.floats(3.0, 6.0),
    seed=st.integers(0, 99),
    odd=st.sampled_from([0.0, np.nan, np.inf, -np.inf, 1e30, 1e-30]),
)
def test_any_samples_get_an_answer_inside_them(rate: int, seconds: float, seed: int, odd: float) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.1, int(seconds * rate)).astype(np.float32)
    noise[seed :: 1 + 97 * seed] = odd

    voice = first_voice(noise, rate)

    assert 0 <= voice.certainty <= 1
    assert voice.at_s is None or 0 <= voice.at_s <= seconds


def test_forty_seconds_are_heard_quickly(duet: mixes.Mix) -> None:
    samples = sound.at_rate(np.resize(duet.sound, 40 * RATE), RATE, 48_000)

    took = stopwatch.seconds(lambda: first_voice(samples, 48_000))

    assert took < 1.0  # 0.1 s of processor on one thread, 0.2 s on two, measured
