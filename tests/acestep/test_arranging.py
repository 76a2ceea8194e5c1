"""The arranging room: the jobs of a song, and the ladder of what is tried after a failure."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arranging import (
    LOST_SENTENCE,
    MOST_TRIES,
    NEEDS_RESTART,
    SEED_SENTENCE,
    Playing,
    after,
    jobs,
)
from pipeline.brief import Brief
from pipeline.song import Section, Song
from pipeline.take import SEEDS, Failure, Job, Trouble
from pipeline.writing import fit
from tests.fakes.acestep_world import JOB

SONG = Song(
    prompt="dark trip-hop, breathy female vocals",
    sections=(
        Section("Verse 1", lines=("The kettle counts the hours for me",)),
        Section("Chorus", lines=("Still up",)),
    ),
    bpm=84,
    key="A minor",
)
PLAYING = Playing(240.0, "en", 4, True, 8, 7.0, 1, "mp3")
BRIEF = Brief(text="insomnia trip-hop")


def brief(**asked: object) -> Brief:
    return Brief.model_validate({"text": "insomnia trip-hop", **asked})


def test_a_brief_without_wishes_plays_by_the_settings() -> None:
    (job,) = jobs(SONG, BRIEF, 42, PLAYING)

    assert Job(1, SONG.prompt, job.lyrics, 240.0, "en", 42, 84, "A minor", 4, True, 8, 7.0, 1, "mp3") == job
    assert "[Verse 1]\nThe kettle counts the hours for me" in job.lyrics


def test_the_brief_goes_before_the_song_and_the_settings() -> None:
    wishes = brief(duration=90, language="de", bpm=120, key="Eb", time_signature=3)

    (job,) = jobs(SONG, wishes, 1, PLAYING)

    assert (90.0, "de", 120, "Eb major", 3) == (
        job.duration_s,
        job.language,
        job.bpm,
        job.key,
        job.time_signature,
    )


def test_an_automatic_duration_follows_the_words_in_tenths() -> None:
    (job,) = jobs(SONG, brief(duration="auto"), 1, PLAYING)

    assert round(min(max(fit.duration_for(SONG), 10.0), 600.0), 1) == job.duration_s


@pytest.mark.parametrize(("asked", "played"), [(1.0, 10.0), (9999.0, 600.0), (33.333, 33.3)])
def test_the_duration_stays_within_what_the_server_plays(asked: float, played: float) -> None:
    (job,) = jobs(SONG, BRIEF, 1, replace(PLAYING, duration_s=asked))

    assert played == job.duration_s


def test_the_duration_of_a_brief_is_played_in_tenths() -> None:
    (job,) = jobs(SONG, brief(duration=90.06), 1, PLAYING)

    assert 90.1 == job.duration_s


def test_a_song_without_words_is_sent_as_an_instrumental() -> None:
    (job,) = jobs(Song("ambient", (Section("Intro"),)), brief(instrumental=True), 1, PLAYING)

    assert "[Instrumental]" == job.lyrics


def test_tempo_and_key_that_nobody_named_are_left_to_the_server() -> None:
    (job,) = jobs(replace(SONG, bpm=None, key=""), BRIEF, 1, PLAYING)

    assert (None, "") == (job.bpm, job.key)


def test_takes_are_spread_over_jobs_of_the_batch_size_with_seeds_in_a_row() -> None:
    spread = jobs(SONG, brief(takes=5), 7, replace(PLAYING, batch_size=2))

    assert [(1, 7, 2), (3, 9, 2), (5, 11, 1)] == [(job.number, job.seed, job.batch_size) for job in spread]


def test_seeds_stay_within_their_range() -> None:
    spread = jobs(SONG, brief(takes=3), SEEDS - 1, PLAYING)

    assert [SEEDS - 1, 0, 1] == [job.seed for job in spread]


def climb(job: Job, trouble: Trouble) -> list[Job]:
    """Fail with the same trouble until nothing is left to try."""
    history: list[Job] = []
    following: Job | None = job
    while following is not None:
        history.append(following)
        following = after(following, Failure(trouble, "no"), history)
    return history[1:]


def test_the_job_of_a_server_that_has_gone_is_tried_unchanged_but_not_for_ever() -> None:
    assert [JOB] * (MOST_TRIES - 1) == climb(JOB, Trouble.GONE)


def test_a_job_that_was_handed_over_counts_only_its_own_tries() -> None:
    other = replace(JOB, number=2)

    assert JOB == after(JOB, Failure(Trouble.GONE, "no"), [other] * MOST_TRIES)


def test_without_a_language_model_thinking_goes_and_nothing_else() -> None:
    (job,) = climb(JOB, Trouble.NO_LANGUAGE_MODEL)

    assert replace(JOB, thinking=False, degraded=job.degraded) == job
    assert ("thinking was turned off: the server has no language model",) == job.degraded


def test_short_memory_makes_the_song_shorter_and_then_thoughtless() -> None:
    tried = climb(replace(JOB, duration_s=240.0), Trouble.OUT_OF_MEMORY)

    assert [180.0, 135.0, 101.2, 101.2] == [job.duration_s for job in tried]
    assert [True, True, True, False] == [job.thinking for job in tried]
    assert (
        "the duration was cut from 240 s to 180 s: the server's memory does not suffice" in tried[0].degraded
    )
    assert 4 == len(tried[-1].degraded)


def test_short_memory_never_makes_a_song_shorter_than_a_minute() -> None:
    tried = climb(replace(JOB, duration_s=70.0), Trouble.OUT_OF_MEMORY)

    assert [60.0, 60.0] == [job.duration_s for job in tried]


def test_short_memory_ends_a_batch_first() -> None:
    first = climb(replace(JOB, batch_size=4, duration_s=50.0), Trouble.OUT_OF_MEMORY)[0]

    assert (1, 50.0, True) == (first.batch_size, first.duration_s, first.thinking)


def test_a_song_without_thinking_has_nothing_more_to_give_up() -> None:
    assert [] == climb(replace(JOB, thinking=False), Trouble.NO_LANGUAGE_MODEL)


@pytest.mark.parametrize(("asked", "tried"), [("mp3", ["wav", "flac"]), ("wav", ["flac"]), ("flac", ["wav"])])
def test_a_broken_export_is_tried_in_other_formats_with_the_same_seed(asked: str, tried: list[str]) -> None:
    others = climb(replace(JOB, audio_format=asked), Trouble.EXPORT)

    assert tried == [job.audio_format for job in others]
    assert {JOB.seed} == {job.seed for job in others}
    assert f"wav was asked for: the server could not save {asked}" in others[0].degraded or asked == "wav"


def test_a_lost_task_is_submitted_again_once() -> None:
    assert [replace(JOB, degraded=(LOST_SENTENCE,))] == climb(JOB, Trouble.LOST)


def test_a_failed_or_silent_take_gets_another_seed_and_then_no_thinking() -> None:
    reseeded = replace(JOB, seed=1042, degraded=(SEED_SENTENCE,))
    thoughtless = "thinking was turned off: another seed did not help"

    assert [
        reseeded,
        replace(reseeded, thinking=False, degraded=(SEED_SENTENCE, thoughtless)),
    ] == climb(JOB, Trouble.FAILED)


def test_a_failed_task_without_thinking_gets_another_seed_only() -> None:
    assert [1042] == [job.seed for job in climb(replace(JOB, thinking=False), Trouble.FAILED)]


def test_a_server_that_ran_out_of_time_gets_a_lighter_job_each_time() -> None:
    tried = climb(replace(JOB, batch_size=2, duration_s=100.0), Trouble.TIMEOUT)

    assert [(1, 100.0, True), (1, 75.0, True), (1, 60.0, True), (1, 60.0, False)] == [
        (job.batch_size, job.duration_s, job.thinking) for job in tried
    ]
    assert (
        "one take was played instead of 2 at once: the server ran out of time",
        "the duration was cut from 100 s to 75 s: the server ran out of time",
        "the duration was cut from 75 s to 60 s: the server ran out of time",
        "thinking was turned off: the server ran out of time",
    ) == tried[-1].degraded


@pytest.mark.parametrize("trouble", Trouble)
def test_a_server_that_needs_a_restart_gets_no_other_job(trouble: Trouble) -> None:
    assert after(JOB, Failure(trouble, f"{NEEDS_RESTART}: Error initializing model"), [JOB]) is None


def test_a_take_is_not_tried_for_ever() -> None:
    tried = [replace(JOB, seed=seed) for seed in range(MOST_TRIES)]

    assert after(tried[-1], Failure(Trouble.LOST, "gone"), tried[:-1]) is None
    assert after(tried[-2], Failure(Trouble.LOST, "gone"), tried[:-2]) is not None


def test_other_takes_do_not_use_up_the_tries_of_this_one() -> None:
    others = [replace(JOB, number=2, seed=seed) for seed in range(20)]

    assert after(JOB, Failure(Trouble.LOST, "gone"), others) is not None


@given(st.lists(st.sampled_from(Trouble), max_size=40), st.sampled_from([1, 2, 8]))
def test_any_row_of_troubles_comes_to_an_end_with_every_step_told(
    troubles: list[Trouble], batch: int
) -> None:
    history = [replace(JOB, duration_s=600.0, batch_size=batch)]

    for trouble in troubles:
        following = after(history[-1], Failure(trouble, "no"), history)
        if following is None:
            break
        if trouble is Trouble.GONE:
            assert history[-1] == following  # nothing was given up: it is for another server
        else:
            assert len(history[-1].degraded) + 1 == len(following.degraded)
        history.append(following)

    assert MOST_TRIES >= len(history)
