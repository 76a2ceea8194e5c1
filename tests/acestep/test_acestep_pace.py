"""The pace of questions, and the forecast it follows."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acestep.forecast import Open, Speed, all_left_s, next_end_s
from pipeline.acestep.pace import (
    CLOSER,
    EARNED_EVERY,
    FARTHEST_GAPS,
    NEAR_END_GAPS,
    SAVED_AT_FIRST,
    SAVED_AT_MOST,
    Pace,
)
from tests.fakes.acestep_world import JOB

GAP_S = 5.0


def questions(ends_at: float | None, until: float) -> list[float]:
    """When questions are asked, if each comes as soon as it is due."""
    pace, now, asked = Pace(GAP_S), 0.0, []
    while now <= until:
        wait_s = pace.wait_s(now, None if ends_at is None else max(0.0, ends_at - now))
        if wait_s <= 0:
            pace.spend(now)
            asked.append(now)
        else:
            now += wait_s
    return asked


def test_without_a_forecast_a_question_comes_every_gap_and_a_little_less_often_when_nothing_is_saved() -> (
    None
):
    asked = questions(None, 400.0)

    assert [0.0, 5.0, 10.0] == asked[:3]
    assert EARNED_EVERY * GAP_S == pytest.approx(asked[-1] - asked[-2])


def test_far_from_the_end_questions_are_rare_and_near_it_they_come_closer() -> None:
    asked = questions(100.0, 100.0)

    gaps = [late - early for early, late in pairwise(asked)]
    assert FARTHEST_GAPS * GAP_S == gaps[0]
    assert CLOSER * GAP_S == pytest.approx(min(gaps))
    assert CLOSER * GAP_S == pytest.approx(gaps[-1])


def test_just_before_the_predicted_end_a_question_is_asked_at_the_moment_when_they_come_closer() -> None:
    asked = questions(60.0, 60.0)

    assert 60.0 - NEAR_END_GAPS * GAP_S == pytest.approx(next(at for at in asked if at > 56.0))


def test_when_the_end_does_not_come_the_savings_run_out() -> None:
    asked = questions(30.0, 200.0)

    assert EARNED_EVERY * GAP_S == pytest.approx(asked[-1] - asked[-2])


def test_what_long_waiting_has_saved_is_capped_so_that_no_burst_follows() -> None:
    asked = [at for at in questions(3000.0, 3100.0) if at >= 2990.0]

    gaps = [late - early for early, late in pairwise(asked)]
    assert CLOSER * GAP_S == pytest.approx(gaps[1])
    assert [EARNED_EVERY * GAP_S] * 5 == pytest.approx(gaps[-5:])
    for index, begun in enumerate(asked):
        for count, at in enumerate(asked[index:], start=1):
            assert count <= SAVED_AT_MOST + (at - begun) / GAP_S + 0.001


def test_another_kind_of_question_counts_as_well() -> None:
    pace, paid = Pace(GAP_S), Pace(GAP_S)
    for _ in range(4):
        paid.charge()

    pace.spend(0.0)
    paid.spend(0.0)

    assert pace.wait_s(0.0, None) < paid.wait_s(0.0, None)
    assert 0.0 == Pace(GAP_S).wait_s(0.0, None)


@given(
    st.lists(st.tuples(st.floats(0, 30), st.none() | st.floats(0, 600)), min_size=1, max_size=80),
)
def test_a_server_is_never_asked_more_than_once_in_a_gap_on_average(
    steps: list[tuple[float, float | None]],
) -> None:
    pace, now, asked = Pace(GAP_S), 0.0, []

    for passed_s, left_s in steps:
        now += passed_s
        if pace.wait_s(now, left_s) <= 0:
            pace.spend(now)
            asked.append(now)

    for index, begun in enumerate(asked):
        budget = SAVED_AT_FIRST if index == 0 else SAVED_AT_MOST
        for count, at in enumerate(asked[index:], start=1):
            assert count <= budget + (at - begun) / GAP_S + 0.001


def speed(mean_s: float | None) -> Speed:
    """A server that was only asked for its own mean."""
    asked = Speed()
    asked.mean_s = mean_s
    return asked


def test_nothing_is_expected_of_a_server_that_has_not_played() -> None:
    assert Speed().expected_s(JOB) is None
    assert next_end_s([Open(JOB, 10.0)], Speed()) is None
    assert all_left_s([Open(JOB, None)], Speed(), 0.0) is None


def test_speed_is_learned_for_each_way_of_playing_and_follows_the_newest_job() -> None:
    learned = Speed()
    learned.learn(JOB, 30.0)
    learned.learn(JOB, 60.0)

    assert 42.0 == pytest.approx(learned.expected_s(JOB))
    assert 84.0 == pytest.approx(learned.expected_s(replace(JOB, duration_s=120.0)))
    assert learned.expected_s(replace(JOB, thinking=False)) is None


def test_what_was_measured_here_counts_more_than_the_servers_own_mean() -> None:
    told = speed(20.0)
    assert 20.0 == told.expected_s(JOB)

    told.learn(JOB, 60.0)

    assert 60.0 == pytest.approx(told.expected_s(JOB))


def test_jobs_are_expected_one_after_the_other() -> None:
    tasks = [Open(JOB, None), Open(JOB, 10.0)]

    assert 20.0 == next_end_s(tasks, speed(30.0))
    assert 50.0 == all_left_s(tasks, speed(30.0), 99.0)


def test_the_jobs_of_others_come_first_while_ours_wait() -> None:
    assert 70.0 == all_left_s([Open(JOB, None), Open(JOB, None)], speed(30.0), 10.0)


def test_nobody_knows_when_a_job_ends_that_has_not_begun() -> None:
    assert next_end_s([Open(JOB, None)], speed(30.0)) is None


def test_a_job_that_takes_longer_than_expected_is_due_any_moment() -> None:
    assert (
        0.0 == next_end_s([Open(JOB, 99.0)], speed(30.0)) == all_left_s([Open(JOB, 99.0)], speed(30.0), 0.0)
    )


def test_nothing_open_leaves_nothing_to_predict() -> None:
    assert next_end_s([], speed(30.0)) is None
    assert all_left_s([], speed(30.0), 10.0) is None
