"""LRC text that players read, from words that nobody vouches for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.listening import lrc
from pipeline.listening.timing import Timed, TimedLine
from pipeline.song import MOST_LINES, clean_line

TIMED = Timed(lines=(TimedLine(8.0, "The kettle counts"), TimedLine(75.5, "夜が明ける 🌒")), estimated=False)


def header(sheet: str) -> dict[str, str]:
    """What a player reads above the lines."""
    tags = (re.fullmatch(r"\[([a-z#]+):(.*)\]", line) for line in sheet.splitlines())
    return {tag[1]: tag[2] for tag in tags if tag}


def test_a_sheet_has_a_header_and_a_line_for_each_line() -> None:
    written = lrc.write(TIMED, "Porch Light", "Night Kettle", 239.6, "songpipe 0.1.0")

    expected = """\
[ti:Porch Light]
[ar:Night Kettle]
[length:04:00]
[by:songpipe 0.1.0]
[re:songpipe]
[00:08.00]The kettle counts
[01:15.50]夜が明ける 🌒
"""
    assert expected == written


def test_estimated_times_say_so() -> None:
    timed = Timed(TIMED.lines, estimated=True)

    written = lrc.write(timed, "a", "b", 60, "c")

    assert "[#:times are estimated]" in written.splitlines()
    assert "estimated" not in lrc.write(TIMED, "a", "b", 60, "c")


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("[00:01.00] then", "(00:01.00) then"),
        ("one\n[ti:stolen]\rtwo", "one (ti:stolen) two"),
        ("<00:02.00>gone", "‹00:02.00>gone"),
        ("I <3 you", "I <3 you"),
        ("\u202eback\x1b[2J", "back(2J"),
    ],
)
def test_words_never_become_a_time_or_a_header(words: str, written: str) -> None:
    text = lrc.write(Timed((TimedLine(5.0, words),)), words, words, 60, words)

    assert (TimedLine(5.0, written),) == lrc.read(text)
    assert f"[ti:{written}]" == text.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[00:12]short", [(12.0, "short")]),
        ("[0:01.5]tenths", [(1.5, "tenths")]),
        ("[00:01.250]thousandths", [(1.25, "thousandths")]),
        ("[00:01:25]colon", [(1.25, "colon")]),
        ("[00:30.00][00:10.00]again", [(10.0, "again"), (30.0, "again")]),
        ("[offset:+500]\n[00:10.00]earlier", [(9.5, "earlier")]),
        ("[offset:-500]\n[00:10.00]later\n[00:00.00]", [(10.5, "later")]),
        ("[offset:9999]\n[00:01.00]first", [(0.0, "first")]),
        ("[00:10.00]behind\n[OFFSET: 500 ]\n[offset:9000]", [(9.5, "behind")]),
        ("[offset:soon]\n[offset:+1000000]\n[00:10.00]no number", [(10.0, "no number")]),
        ("\ufeffno time at all\n[xx:yy]neither\n[00:05.00]\n", []),
    ],
)
def test_sheets_of_others_are_read(text: str, lines: list[tuple[float, str]]) -> None:
    assert lines == [(line.start_s, line.text) for line in lrc.read(text)]


def test_a_time_beyond_any_song_is_held_back() -> None:
    assert "599:59.99" == lrc.stamp(1e9)
    assert "00:00.00" == lrc.stamp(-1.0)


def test_a_flood_is_cut_off() -> None:
    lines = lrc.read("[00:01.00]" * 100_000 + "x\n" + "[00:02.00]la\n" * 100_000)

    assert len(lines) <= 2048


WORDS = st.text(st.characters(exclude_characters="[]<"), max_size=40).map(clean_line).filter(bool)
HUNDREDTHS = st.integers(0, 3_599_999)


@given(
    lines=st.lists(st.tuples(HUNDREDTHS, WORDS), max_size=20),
    title=WORDS,
    artist=WORDS,
    by=WORDS,
    length=st.integers(0, 35_999),
    estimated=st.booleans(),
)
def test_a_sheet_reads_back_as_it_was_written(
    lines: list[tuple[int, str]], title: str, artist: str, by: str, length: int, estimated: bool
) -> None:
    ordered = sorted(lines, key=lambda line: line[0])
    timed = Timed(tuple(TimedLine(at / 100, words) for at, words in ordered), estimated=estimated)

    written = lrc.write(timed, title, artist, length, by)

    told = {
        "ti": title,
        "ar": artist,
        "length": f"{length // 60:02d}:{length % 60:02d}",
        "by": by,
        "re": "songpipe",
    }
    assert timed.lines == lrc.read(written)
    assert told | ({"#": "times are estimated"} if estimated else {}) == header(written)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_leave_one_line_each(words: str, title: str) -> None:
    timed = Timed((TimedLine(1.0, words), TimedLine(2.0, "end")), estimated=False)

    written = lrc.write(timed, title, "a", 9, "b")

    spelled = lrc.harmless(words)
    called = {"ti": lrc.harmless(title)} if lrc.harmless(title) else {}
    assert [*([spelled] if spelled else []), "end"] == [line.text for line in lrc.read(written)]
    assert called | {"ar": "a", "length": "00:09", "by": "b", "re": "songpipe"} == header(written)
    assert spelled == lrc.harmless(spelled)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(line.text and line.start_s >= 0 for line in lrc.read(text))


def test_lines_beyond_what_a_song_can_have_are_left_out() -> None:
    lines = lrc.read("\n".join(f"[00:01.00]line {number}" for number in range(MOST_LINES + 5)))

    assert MOST_LINES == len(lines)
