"""Following a task: what is heard, when, and what it comes to."""

import pytest

from pipeline.acestep.answers import Report, State
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.following import Task
from pipeline.take import Trouble
from tests.fakes.acestep_world import JOB, Time, ticket

DEADLINES = Deadlines(stall_s=900, grace_s=60)
QUEUED = Report(State.QUEUED)
UNKNOWN = Report(State.UNKNOWN)
PLAYING = Report(State.RUNNING, 0.5, "Decoding audio...")
DONE = Report(State.DONE, audio=("/a",))


@pytest.fixture
def task() -> Task:
    return Task(ticket("http://127.0.0.1:1", "t", Time(), JOB), DEADLINES, submitted=90.0, now=100.0)


def trouble(task: Task) -> Trouble | None:
    return task.failure.trouble if task.failure else None


def test_a_task_is_open_until_the_server_has_its_last_word(task: Task) -> None:
    for report in (QUEUED, PLAYING):
        task.hear(report, 101.0)
        assert task.is_open

    task.hear(DONE, 102.0)

    assert not task.is_open
    assert DONE is task.final


def test_three_empty_answers_in_a_row_mean_that_it_is_lost(task: Task) -> None:
    for report in (UNKNOWN, UNKNOWN, PLAYING, UNKNOWN, UNKNOWN):
        task.hear(report, 101.0)
        assert task.is_open

    task.hear(UNKNOWN, 102.0)

    assert Trouble.LOST is trouble(task)


def test_playing_counts_between_the_middles_of_the_looks_at_its_begin_and_its_end(task: Task) -> None:
    task.hear(QUEUED, 110.0)
    task.hear(PLAYING, 120.0)
    task.hear(PLAYING, 140.0)
    task.hear(DONE, 150.0)

    assert (25.0, 30.0) == (task.queue_s, task.render_s)
    assert task.was_seen_at_work


@pytest.mark.parametrize(("age_s", "ended"), [(3.0, 147.0), (0.0, 150.0), (99.0, 140.0)])
def test_the_age_of_its_file_tells_the_end_as_far_as_the_looks_allow(
    task: Task, age_s: float, ended: float
) -> None:
    for report, now in ((PLAYING, 120.0), (PLAYING, 140.0), (DONE, 150.0)):
        task.hear(report, now)

    task.had_its_file_for(age_s)

    assert ended == task.ended


def test_it_began_when_the_one_before_it_ended(task: Task) -> None:
    task.hear(QUEUED, 110.0)
    task.hear(PLAYING, 120.0)

    task.follows_one_that_ended(112.0)
    task.follows_one_that_ended(105.0)  # long before: somebody else's came between

    assert 8.0 == task.playing_s(120.0)


def test_a_waiting_one_has_not_begun_because_another_one_ended(task: Task) -> None:
    task.hear(QUEUED, 110.0)

    task.follows_one_that_ended(112.0)

    assert task.playing_s(120.0) is None


def test_a_short_play_between_two_questions_counts_from_the_last_sign_of_waiting(task: Task) -> None:
    task.hear(QUEUED, 110.0)
    task.hear(DONE, 115.0)

    assert (20.0, 5.0) == (task.queue_s, task.render_s)


def test_nothing_is_learned_from_a_task_that_was_only_seen_finished(task: Task) -> None:
    task.hear(DONE, 150.0)

    assert (0.0, 60.0) == (task.queue_s, task.render_s)
    assert not task.was_seen_at_work


def test_an_overdue_task_gets_a_short_grace(task: Task) -> None:
    overdue = Report(State.OVERDUE, 0.8, "Decoding audio...")

    for now in (100.0, 159.0):
        task.hear(overdue, now)
        assert task.is_open
    task.hear(overdue, 160.0)

    assert Trouble.TIMEOUT is trouble(task)


def test_an_overdue_task_may_still_finish(task: Task) -> None:
    task.hear(Report(State.OVERDUE), 100.0)
    task.hear(DONE, 120.0)

    assert DONE is task.final


def test_any_change_of_progress_or_stage_is_a_sign_of_life(task: Task) -> None:
    task.hear(PLAYING, 200.0)
    task.hear(Report(State.RUNNING, 0.5, "Preparing audio data..."), 900.0)

    assert not task.has_stalled(1799.0)
    assert task.has_stalled(1800.0)


def test_the_noise_of_the_log_is_no_sign_of_life(task: Task) -> None:
    task.hear(PLAYING, 100.0)
    task.hear(Report(State.RUNNING, 0.5, "Decoding audio...", hearsay="another task's 12%"), 999.0)

    assert task.has_stalled(1000.0)


@pytest.mark.parametrize(
    ("report", "idle", "lost", "stuck"),
    [
        (PLAYING, True, True, False),
        (QUEUED, True, True, False),
        (PLAYING, False, False, True),
        (PLAYING, None, False, True),
        (QUEUED, False, False, False),
        (Report(State.RUNNING), None, False, False),  # a server that tells no progress
    ],
)
def test_a_stalled_task_is_judged_by_what_the_server_does(
    task: Task, report: Report, idle: bool | None, lost: bool, stuck: bool
) -> None:
    task.hear(report, 100.0)

    task.stall(idle, 2000.0)

    assert task.failure is None or task.failure.message.startswith("nothing has moved for 15 min, ")
    assert (Trouble.LOST if lost else None) is trouble(task)
    assert (stuck, not lost) == (task.is_stuck, task.is_open)


def test_a_stuck_task_is_looked_at_again_and_free_once_it_moves(task: Task) -> None:
    task.hear(PLAYING, 100.0)
    task.stall(False, 1000.0)

    assert not task.has_stalled(1899.0)
    assert task.has_stalled(1900.0)
    task.hear(PLAYING, 1901.0)
    assert task.is_stuck
    task.hear(Report(State.RUNNING, 0.6, "Decoding audio..."), 1902.0)
    assert not task.is_stuck
