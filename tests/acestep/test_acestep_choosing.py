"""The choice: which job goes to which server."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.acestep.choosing import Dealt, Stand, Wish, deal, expectations

SECONDS = st.floats(0.1, 1000)


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[Wish], list[Stand]]:
    count = draw(st.integers(1, 5))
    stands = draw(
        st.lists(
            st.builds(Stand, free_in_s=st.floats(0, 1000), room=st.integers(0, 2)),
            min_size=count,
            max_size=count,
        )
    )
    works = st.tuples(*[st.none() | SECONDS] * count)
    return draw(st.lists(st.builds(Wish, work_s=works, needs_no_room=st.booleans()), max_size=12)), stands


def test_a_job_goes_where_it_is_done_first_and_not_where_it_starts_first() -> None:
    slow_and_free, fast_and_busy = Stand(0.0, 2), Stand(20.0, 1)

    assert [Dealt(1, 20.0)] == deal([Wish((100.0, 10.0))], [slow_and_free, fast_and_busy])


def test_a_job_waits_for_a_fast_server_that_is_full() -> None:
    assert [Dealt(None, 20.0)] == deal([Wish((100.0, 10.0))], [Stand(0.0, 2), Stand(20.0, 0)])


def test_a_slow_server_gets_the_first_job_of_a_long_line_that_it_finishes_before_the_fast_one() -> None:
    line = [Wish((45.0, 10.0))] * 6

    assert [None, None, 0, None, None, None] == [
        one.server for one in deal(line, [Stand(0.0, 2), Stand(20.0, 0)])
    ]


def test_equal_servers_get_a_job_each_before_one_gets_a_second() -> None:
    line = [Wish((10.0, 10.0, 10.0))] * 7

    assert [0, 1, 2, 0, 1, 2, None] == [one.server for one in deal(line, [Stand(0.0, 2)] * 3)]


def test_a_job_that_others_wait_for_needs_no_room() -> None:
    assert [Dealt(0, 30.0)] == deal([Wish((10.0,), needs_no_room=True)], [Stand(30.0, 0)])


def test_a_job_that_nobody_can_play_goes_nowhere_and_holds_up_nobody() -> None:
    assert [Dealt(None, None), Dealt(0, 0.0)] == deal([Wish((None,)), Wish((1.0,))], [Stand(0.0, 1)])


@given(lines())
def test_no_server_gets_more_than_it_has_room_for_nor_what_it_cannot_play(
    drawn: tuple[list[Wish], list[Stand]],
) -> None:
    line, stands = drawn
    dealt = deal(line, stands)

    assert len(line) == len(dealt)
    for index, stand in enumerate(stands):
        given_here = [wish for wish, one in zip(line, dealt, strict=True) if one.server == index]
        assert all(wish.work_s[index] is not None for wish in given_here)
        room_takers = sum(not wish.needs_no_room for wish in given_here)
        assert room_takers <= stand.room


@given(lines())
def test_the_first_in_the_line_is_placed_where_it_is_done_first_or_waits_for_that_very_server(
    drawn: tuple[list[Wish], list[Stand]],
) -> None:
    line, stands = drawn
    for wish, dealt in list(zip(line, deal(line, stands), strict=True))[:1]:
        ends = {
            index: stand.free_in_s + work
            for index, (stand, work) in enumerate(zip(stands, wish.work_s, strict=True))
            if work is not None
        }
        if dealt.server is None:
            best = [index for index, end in ends.items() if end == min(ends.values())]
            assert not ends or stands[best[0]].room == 0
        else:
            assert min(ends.values()) == ends[dealt.server]


@given(lines())
def test_who_stands_behind_changes_nothing_for_those_before(drawn: tuple[list[Wish], list[Stand]]) -> None:
    line, stands = drawn

    assert deal(line, stands)[:3] == deal(line[:3], stands)


@given(st.integers(1, 6), st.integers(0, 2), st.integers(0, 20), SECONDS)
def test_no_room_is_left_among_equal_servers_while_a_job_waits(
    count: int, room: int, waiting: int, work_s: float
) -> None:
    dealt = deal([Wish((work_s,) * count)] * waiting, [Stand(0.0, room)] * count)

    assert min(waiting, count * room) == sum(one.server is not None for one in dealt)


def test_the_weights_count_until_something_is_measured() -> None:
    assert [60.0, 30.0] == expectations([None, None], [1.0, 2.0], 60.0)
    assert [10.0, 40.0] == expectations([10.0, 40.0], [1.0, 2.0], 60.0)


def test_a_server_that_was_not_measured_is_hoped_to_be_twice_as_fast_as_its_weight_says() -> None:
    assert [10.0, 2.5] == expectations([10.0, None], [1.0, 2.0], 60.0)


@given(st.lists(st.tuples(st.none() | SECONDS, st.floats(0.01, 100)), min_size=1, max_size=6), SECONDS)
def test_every_expectation_is_a_time(servers: list[tuple[float | None, float]], nominal_s: float) -> None:
    known, weights = [one for one, _ in servers], [one for _, one in servers]
    expected = expectations(known, weights, nominal_s)

    assert all(one > 0 for one in expected)
    assert all(one == told for one, told in zip(expected, known, strict=True) if told is not None)
