"""The timetable is a strictly serial queue that never idles while a job waits."""

from itertools import pairwise, repeat

from hypothesis import given
from hypothesis import strategies as st

from pipeline.rehearsal import commission
from pipeline.rehearsal.tasks import PLAYED, WAITING
from tests.benching.timetable import NOT_YET_S, Timetable, lengths

GIG = commission.read({"prompt": "piano", "audio_duration": 10, "batch_size": 1})


def timetable(*submitted: float, play_s: float = 2.0) -> Timetable:
    table = Timetable(repeat(play_s))
    for number, at in enumerate(submitted):
        table.submit(f"job-{number}", GIG, at)
    return table


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30).map(sorted), st.floats(0.1, 10))
def test_jobs_follow_each_other_without_a_gap_and_without_overlap(
    submitted: list[float], play_s: float
) -> None:
    jobs = timetable(*submitted, play_s=play_s).jobs

    assert all(job.end == job.start + play_s for job in jobs)
    assert jobs[0].start == submitted[0]
    assert all(after.start == max(before.end, after.submitted) for before, after in pairwise(jobs))


def test_a_job_waits_then_plays_then_is_played() -> None:
    table = timetable(100.0, 100.0)

    found = [table.find("job-1", now) for now in (101.0, 103.0, 104.0)]
    seen = [(task.status, task.stage, task.files) for task in found if task is not None]

    assert [
        (WAITING, "queued", ()),
        (WAITING, "Generating music (batch size: 1)...", ()),
        (PLAYED, "succeeded", ("job-1.mp3",)),
    ] == seen
    assert table.find("nobody", 101.0) is None


def test_the_place_in_the_queue_counts_from_one_and_without_the_job_that_plays() -> None:
    table = Timetable(repeat(2.0))

    places = [table.submit(f"job-{number}", GIG, at)[1] for number, at in enumerate((0, 0, 0, 3))]

    assert [1, 1, 2, 2] == places


def test_the_average_is_a_made_up_number_until_a_job_was_played_and_true_from_then_on() -> None:
    table = Timetable(iter([1.0, 3.0, 9.0]))
    for number in range(3):
        table.submit(f"job-{number}", GIG, 0.0)

    told = [table.stats(now) for now in (0.5, 1.5, 4.5)]

    assert [NOT_YET_S, 1.0, 2.0] == [stats["avg_job_seconds"] for stats in told]
    assert {"total": 3, "queued": 1, "running": 1, "succeeded": 1, "failed": 0} == told[1]["jobs"]


def test_lengths_are_the_same_for_all_unless_they_are_spread() -> None:
    same, spread = lengths(20.0, 0.0, 1), lengths(20.0, 0.1, 1)

    drawn = [next(spread) for _ in range(2000)]

    assert [20.0, 20.0] == [next(same), next(same)]
    assert 18.0 <= min(drawn) < 18.2
    assert 21.8 < max(drawn) <= 22.0
    assert abs(sum(drawn) / len(drawn) - 20.0) < 0.1
