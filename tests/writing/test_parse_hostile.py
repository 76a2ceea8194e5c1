"""Hostile text: nothing crashes the parser, and twice the text takes about twice the time."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.song import MOST_LINES
from pipeline.writing import parse, render
from pipeline.writing.draft import Draft, NoSong
from tests.fakes import stopwatch

SONG = "PROMPT: dusty\nLYRICS:\n[Verse]\nkettle "
PIECES = (
    *(
        "[",
        "(",
        "{",
        "<",
        "]",
        "[[",
        "[]",
        "[\\ ",
        "[Chorus - a, ",
        "[Chorus x2]\n",
        "[Repeat Chorus]\n",
        "[Verse]\n",
    ),
    *(
        "<think>",
        "</think>",
        "<think></think>",
        "<think>\n",
        ",</think>\n",
        "<b>",
        "<|a|>",
        "<|im_start|>",
        "[a](",
    ),
    *(
        "<|channel|>",
        "<|channel|>final<|message|>",
        "<|channel|>analysis",
        "\n\\ <think>",
        "</s>",
        "\n",
        "\r\n",
    ),
    *(
        '{"',
        '{"a":',
        '["a",',
        '{"lyrics":',
        '{"lyrics":"',
        '\\"',
        '{"a":"\\"',
        "{\n",
        ",}",
        '"',
        "9",
        "[9",
        "BPM: 9",
    ),
    *("PROMPT:", "PROMPT: x\n", "LYRICS:\n", "TITLE: \\ ", "KEY: A", ": ", "：", "Song 2: ", "Let me know "),
    *(
        "```\n",
        "```",
        "`",
        "*",
        "**",
        "_",
        "* ",
        "- ",
        "> ",
        "# ",
        "1. ",
        "---\n",
        "=",
        "= ",
        "—",
        "\\",
        "\\\\",
    ),
    *(
        "\\n",
        "\\[",
        "我 ",
        "e\u0301",
        "\u0301",
        "\u0301\u0316",
        "\u0f73",
        "\u200b",
        "\ud800",
        "🎵",
        "http://x ",
        "【1",
    ),
    *("\u2028", " ", "\t", "\x85", "x2 ", "(x2)\n", "a\n", "I can't "),
)


def seconds(text: str) -> float:
    """Measure the processor time of one reading."""
    return stopwatch.seconds(lambda: read(text))


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
@pytest.mark.parametrize("before", ["", SONG], ids=["alone", "inside a song"])
def test_time_grows_with_the_text_and_not_with_its_square(piece: str, before: str) -> None:
    short, long = (before + piece * (size // len(piece)) for size in (10_000, 80_000))

    # A square would take 64 times as long; the best of three, for the machine has other work to do.
    assert any(seconds(long) < 24 * seconds(short) + 0.05 for _ in range(3))


@pytest.mark.parametrize(
    "piece", ["[", "<think>", "{", "kettle ", "\n", "\u0301\u0316", "：", '{"a":'], ids=ascii
)
def test_a_megabyte_is_read_about_as_fast_as_its_quarters(piece: str) -> None:
    quarter, whole = (SONG + piece * (size // len(piece)) for size in (250_000, 1_000_000))

    assert any(seconds(whole) < 10 * seconds(quarter) + 0.2 for _ in range(3))


@pytest.mark.parametrize(
    "line",
    ["[" + mark * 40 + "]" for mark in ("( ", "x ", "- ", ", ", "a ", "I ", "repeat ", "one ", "9", ": ")]
    + ["this song " * 48, "if you'd like " * 35, "sure " * 97, "Song 2 - " * 54, "notes " * 80, "**a " * 120]
    + ["[a](" * 120, "a_ " * 160, "a (x2) " * 70, "I can't " * 60],
)
def test_a_text_of_as_many_lines_as_a_song_may_have_is_read_in_linear_time(line: str) -> None:
    few, many = (SONG + f"\n{line}" * count for count in (MOST_LINES // 10, MOST_LINES - 5))

    assert any(seconds(many) < 30 * seconds(few) + 0.1 for _ in range(3))


soup = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from(
            (
                "PROMPT: ",
                "LYRICS:\n",
                "\n[Chorus]\n",
                "\n\n",
                "kettle",
                " - ",
                "x2",
                "TITLE: ",
                "\n[x]\n",
                "Option 2\n",
            )
        ),
        st.text(st.characters(), max_size=5),
    ),
    max_size=40,
).map("".join)


shapes = st.text("[]{}()\\ -–:：,;|+*_#>`x2aVI1\n.\"'", max_size=60)


def read(text: str) -> Draft | None:
    with suppress(NoSong):
        return parse.song(text)
    return None


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(soup, shapes, st.text(st.characters(), max_size=200)), st.sampled_from(("", SONG, SONG + "\n["))
)
def test_no_text_crashes_the_parser_and_what_it_reads_can_be_read_again(text: str, before: str) -> None:
    draft = read(before + text)

    if draft is not None:
        again = parse.song(render.draft(draft.song))
        assert draft.song == again.song
        assert () == again.repairs


@settings(max_examples=150, deadline=None)
@given(st.one_of(soup, shapes).map(lambda text: SONG + text))
def test_every_section_and_line_has_a_position_in_the_text(text: str) -> None:
    draft = read(text)

    if draft is not None:
        numbers = draft.positions.sections
        assert [len(section.lines) + 1 for section in draft.song.sections] == list(map(len, numbers))
        assert all(0 <= number <= len(text.splitlines()) for part in numbers for number in part)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_text_hold_no_song(data: bytes) -> None:
    with pytest.raises(NoSong, match=r"LYRICS|empty"):
        parse.song(data.decode("utf-8", "surrogateescape"))
