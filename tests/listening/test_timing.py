"""When nobody heard the words, an even delivery is a fair guess, and never an impossible one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.listening.timing import Timed, TimedLine, TimedSection, spread
from pipeline.song import Section

SECTIONS = (
    Section("Intro"),
    Section("Verse 1", "", ("four", "four")),
    Section("Solo"),
    Section("Chorus", "", ("four", "four")),
    Section("Outro"),
)


def equal(line: str) -> float:
    return 4.0


def test_lines_share_the_sung_part_and_what_is_not_sung_has_its_place() -> None:
    timed = spread(SECTIONS, 100.0, 10.0, 90.0, weigh=equal)

    sections = (
        TimedSection(0.0, 10.0, "Intro"),
        TimedSection(10.0, 42.0, "Verse 1"),
        TimedSection(42.0, 58.0, "Solo"),
        TimedSection(58.0, 90.0, "Chorus"),
        TimedSection(90.0, 100.0, "Outro"),
    )
    lines = tuple(TimedLine(start, "four") for start in (10.0, 26.0, 58.0, 74.0))
    assert sections == tuple(
        TimedSection(pytest.approx(one.start_s), pytest.approx(one.end_s), one.name) for one in timed.sections
    )
    assert lines == tuple(TimedLine(pytest.approx(one.start_s), one.text) for one in timed.lines)
    assert timed.estimated


def test_a_longer_line_takes_longer() -> None:
    sections = (Section("Verse", "", ("one two three four five six", "one")),)

    timed = spread(sections, 20.0, 0.0, 20.0, weigh=lambda line: len(line.split()))

    first, second = timed.lines
    assert (0.0, pytest.approx(20.0 * 8 / 11)) == (first.start_s, second.start_s)


def test_a_song_begins_with_its_first_section_and_its_words_when_they_are_sung() -> None:
    timed = spread((Section("Verse", "", ("a", "b")),), 60.0, 8.0, 50.0)

    assert (TimedSection(0.0, 60.0, "Verse"),) == timed.sections
    assert 8.0 == timed.lines[0].start_s


def test_lines_in_a_script_without_syllables_go_by_their_letters() -> None:
    sections = (Section("Verse", "", ("夜が明けるまでここにいる", "夜")),)

    timed = spread(sections, 10.0, 0.0, 10.0, weigh=lambda _: 0)

    assert timed.lines[1].start_s > 6.0


def test_an_instrumental_is_shared_out_evenly() -> None:
    timed = spread((Section("Intro"), Section("Theme"), Section("Outro")), 30.0)

    assert ((), [0.0, 10.0, 20.0]) == (timed.lines, [round(one.start_s, 9) for one in timed.sections])


def test_lines_that_were_heard_keep_their_time_and_lead_the_others() -> None:
    timed = spread(SECTIONS, 100.0, 10.0, 90.0, weigh=equal, heard=(12.0, None, None, 80.0))

    starts = [line.start_s for line in timed.lines]
    assert (12.0, 80.0, False) == (starts[0], starts[3], timed.estimated)
    assert 12.0 < starts[1] < starts[2] < 80.0
    assert 12.0 == timed.sections[1].start_s


def test_a_transcription_that_heard_nothing_leaves_an_estimate() -> None:
    assert spread(SECTIONS, 60.0, heard=(None, None, None, None)).estimated


def test_an_end_before_the_beginning_is_not_believed() -> None:
    assert spread(SECTIONS, 60.0, 20.0) == spread(SECTIONS, 60.0, 20.0, 5.0)


def test_a_song_without_sections_or_without_length_has_no_times() -> None:
    assert Timed() == spread((), 60.0)
    assert {0.0} == {one.end_s for one in spread(SECTIONS, math.nan).sections}


SECONDS = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@given(
    sizes=st.lists(st.integers(0, 5), max_size=8),
    duration=st.floats(0.1, 600.0),
    sung_from=SECONDS,
    sung_until=SECONDS,
    heard=st.lists(SECONDS, max_size=40),
)
def test_times_never_run_backwards_nor_leave_the_song(
    sizes: list[int], duration: float, sung_from: float, sung_until: float, heard: list[float | None]
) -> None:
    sections = [Section(f"Part {at}", "", ("some words",) * size) for at, size in enumerate(sizes)]

    timed = spread(sections, duration, sung_from, sung_until, heard=heard)

    edges = [edge for one in timed.sections for edge in (one.start_s, one.end_s)]
    lines = [line.start_s for line in timed.lines]
    assert sorted(edges) == edges
    assert sorted(lines) == lines
    assert all(0 <= time <= duration for time in (*edges, *lines))
    assert [one.tag for one in sections] == [one.name for one in timed.sections]
    assert sum(sizes) == len(lines)
    assert not edges or (edges[0], edges[-1]) == (0.0, duration)
    assert edges[1:-1:2] == edges[2::2]
