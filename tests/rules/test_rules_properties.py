"""For any song: checking never fails, mending keeps its promises, and both take linear time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.brief import LANGUAGES, Brief
from pipeline.song import Section, Severity, Song, clean_line
from pipeline.writing.draft import Draft, Positions
from pipeline.writing.mend import MENDERS, mend
from pipeline.writing.rules import Rulebook, check, known_ids
from tests.fakes import stopwatch
from tests.rules.conftest import PROMPT

HOOKS = ["Opens with", "I woke up", "the song must hook the listener in the first 10 seconds"]
METAS = ["90 BPM", "in A minor", "4 minutes long", "3:30"]
NOISE = [
    "[1]",
    "(x2)",
    "*whispers*",
    "[soft]",
    "www.example.org",
    "(guitar solo)",
    "((",
    "))",
    "[",
    "]",
    ",",
    ".",
]
SAID = ["sounds like Halsey", "tomorrow is another day", "follow your heart", "点击", "é", "\u0301", "Чай"]
PIECES = st.sampled_from(HOOKS + METAS + NOISE + SAID)
TEXTS = st.one_of(
    st.text(max_size=40), st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES).map("".join)
)
LINES = TEXTS.map(clean_line)
KNOWN_TAGS = [
    "Verse",
    "Verse 1",
    "Chorus",
    "Intro",
    "Outro",
    "Bridge",
    "Guitar Solo",
    "Verse, soft | low",
    ",;",
]
TAGS = st.one_of(
    st.sampled_from(KNOWN_TAGS),
    LINES.map(lambda line: clean_line(line.translate(str.maketrans("[]-", "   "))) or "Verse"),
)
HINTS = LINES.map(lambda line: clean_line(line.translate(str.maketrans("[]", "  "))))
SECTIONS = st.builds(Section, TAGS, HINTS | st.just(""), st.lists(LINES.filter(bool), max_size=4).map(tuple))
SONGS = st.builds(
    Song,
    prompt=LINES | LINES.map(lambda line: clean_line(f"{PROMPT} {line}")),
    sections=st.lists(SECTIONS, min_size=1, max_size=6).map(tuple),
    title=LINES,
    bpm=st.none() | st.integers(30, 300),
    key=st.sampled_from(["", "A minor"]),
)
BRIEFS = st.builds(
    Brief,
    text=st.just("insomnia"),
    language=st.none() | st.sampled_from(sorted(LANGUAGES)),
    instrumental=st.booleans(),
)
POSITIONS = st.builds(
    Positions,
    st.integers(0, 9),
    st.integers(0, 9),
    st.lists(st.lists(st.integers(0, 99), max_size=5).map(tuple), max_size=6).map(tuple),
)
DURATIONS = st.floats(10, 600) | st.floats()


@given(SONGS, POSITIONS, BRIEFS, DURATIONS)
@settings(max_examples=100, deadline=None)
def test_every_song_can_be_checked(
    book: Rulebook, song: Song, positions: Positions, brief: Brief, duration_s: float
) -> None:
    findings = check(Draft(song, positions=positions), brief, duration_s, book)

    assert all(finding.rule in known_ids() and finding.message and finding.hint for finding in findings)


@given(SONGS, POSITIONS, BRIEFS)
@settings(max_examples=100, deadline=None)
def test_mending_keeps_its_promises(book: Rulebook, song: Song, positions: Positions, brief: Brief) -> None:
    draft = Draft(song, positions=positions)

    mended = mend(draft, check(draft, brief, 150, book), brief, 150, book)

    left = check(mended, brief, 150, book)
    errors = {finding.rule for finding in left if finding.severity is Severity.ERROR}
    assert mended == mend(mended, left, brief, 150, book)
    assert not (errors & set(MENDERS)) - {"SP104", "SP105"}  # lost lines and nameless tags need a writer
    assert (mended.song == song) == (not mended.repairs)


LINE = {
    "words": "shatter night and day opens ",
    "brackets": "[a](b)((*x* [",
    "dashes": "a-b.c-A-",
    "marks": ", . (",
}


def hostile(kind: str, size: int) -> Draft:
    """A prompt of `size` characters, and as many characters in lines."""
    text = LINE[kind] * (size // len(LINE[kind]))
    line = clean_line(text[:200])
    verse = Section("Verse", "", (line,) * 10)
    return Draft(Song(clean_line(PROMPT + text), (verse,) * (size // 2000)))


@pytest.mark.parametrize("kind", sorted(LINE))
def test_time_grows_with_the_song_and_not_with_its_square(kind: str, book: Rulebook) -> None:
    brief = Brief(text="insomnia", language="en")

    def seconds(draft: Draft) -> float:
        return stopwatch.seconds(lambda: mend(draft, check(draft, brief, 240, book), brief, 240, book))

    small = min(seconds(hostile(kind, 5_000)) for _ in range(2))
    large = seconds(hostile(kind, 40_000))

    assert large < 24 * small + 0.1  # eight times the text; a square would take sixty-four times as long
