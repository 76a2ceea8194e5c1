"""The song and its sections: what the constructor admits, and how a line is made clean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.song import MOST_LINES, Section, Song, clean_line
from tests.fakes import stopwatch

VERSE = Section("Verse 1", "", ("kettle",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  the\thall \u00a0\u3000 light\r\n", "the hall light"),
        ("cafe\u0301", "café"),
        ("ke\u200bt\u00adt\ufefflle\ud800\ue000", "kettlle"),
        ("a \u200b b", "a b"),
        ("a\u2028b\x85c\x1fd", "a b c d"),
        ("\u212b", "Å"),
        ("", ""),
    ],
)
def test_a_line_is_made_clean(text: str, expected: str) -> None:
    assert expected == clean_line(text)


@given(st.text(st.characters()))
def test_a_clean_line_stays_as_it_is_and_is_admitted(text: str) -> None:
    clean = clean_line(text)

    assert clean == clean_line(clean)
    assert (clean,) == Song(clean, (Section("Verse", "", (clean or "x",)),), clean).lines or not clean


def test_towers_of_marks_are_cut_so_that_no_text_takes_quadratic_time() -> None:
    tower = "o" + "\u0301\u0316" * 20_000

    took = stopwatch.seconds(lambda: clean_line(tower))

    assert 30 == len(clean_line(tower))  # the first mark joined its letter
    assert took < 1  # uncut, the same line takes several seconds


@pytest.mark.parametrize("mark", ["\u0344", "\u0f73"])
def test_marks_that_decompose_are_cut_for_good(mark: str) -> None:
    clean = clean_line("o" + mark * 200)

    assert clean == clean_line(clean)
    assert len(clean) < 70


@pytest.mark.parametrize(
    "bad", [" a", "a ", "a  b", "a\nb", "a\tb", "e\u0301", "a\u200b", "a\u2028b", "\ud800", "\ue000"]
)
def test_text_that_is_not_clean_is_refused_everywhere(bad: str) -> None:
    for build in (
        lambda: Section(bad),
        lambda: Section("Verse", bad),
        lambda: Section("Verse", "", (bad,)),
        lambda: Song(bad, (VERSE,)),
        lambda: Song("x", (VERSE,), bad),
    ):
        with pytest.raises(ValueError, match="clean line"):
            build()


@pytest.mark.parametrize(
    ("tag", "hint"), [("a - b", ""), ("a -", ""), ("[a", ""), ("a]", ""), ("a", "[b"), ("a", "b]")]
)
def test_a_tag_and_hint_that_would_not_come_apart_again_are_refused(tag: str, hint: str) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        Section(tag, hint)


def test_a_section_needs_a_tag_and_no_empty_line() -> None:
    with pytest.raises(ValueError, match="needs a tag"):
        Section("")
    with pytest.raises(ValueError, match="never empty"):
        Section("Verse", "", ("a", ""))


def test_a_section_may_be_empty() -> None:
    assert () == Section("Outro", "fade - slowly").lines


@pytest.mark.parametrize(
    ("tag", "kind"), [("Verse 2", "verse"), ("Pre-Chorus", "pre-chorus"), ("2", "2"), ("Chorus 12", "chorus")]
)
def test_the_kind_of_a_section_is_its_tag_without_the_number(tag: str, kind: str) -> None:
    assert kind == Section(tag).kind


def test_a_song_knows_its_sung_lines_in_order() -> None:
    song = Song("x", (VERSE, Section("Drop"), Section("Chorus", "", ("a", "b"))))

    assert ("kettle", "a", "b") == song.lines


@pytest.mark.parametrize("bpm", [29, 301, -1, 0])
def test_a_tempo_out_of_range_is_refused(bpm: int) -> None:
    with pytest.raises(ValueError, match="30 to 300"):
        Song("x", (VERSE,), bpm=bpm)


@pytest.mark.parametrize("key", ["a minor", "A", "A Minor", "H minor", "A minor ", "A## minor", "any"])
def test_a_key_the_server_does_not_know_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="a key is written"):
        Song("x", (VERSE,), key=key)


@pytest.mark.parametrize("key", ["", "A minor", "Eb major", "F# minor"])
def test_a_key_the_server_knows_is_kept(key: str) -> None:
    assert key == Song("x", (VERSE,), bpm=300, key=key).key


def test_a_song_has_at_least_one_section_and_no_more_lines_than_are_ever_played() -> None:
    most = Section("Verse", "", ("la",) * (MOST_LINES - 1))
    with pytest.raises(ValueError, match="at least one section"):
        Song("x", ())
    with pytest.raises(ValueError, match="at most"):
        Song("x", (most, Section("Outro")))

    assert MOST_LINES - 1 == len(Song("x", (most,)).lines)
