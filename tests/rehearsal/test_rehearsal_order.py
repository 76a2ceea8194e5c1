"""What the songwriter reads out of a conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rehearsal.order import Order, read, text


def said(*turns: str) -> list[dict[str, object]]:
    """Make a conversation: user and assistant by turns."""
    return [
        {"role": "assistant" if number % 2 else "user", "content": turn} for number, turn in enumerate(turns)
    ]


def test_a_plain_message_is_the_brief_itself() -> None:
    order = read(said("a ferry that never docks"))

    assert Order(brief="a ferry that never docks") == order


@pytest.mark.parametrize(
    "message",
    [
        "Write one song. The request:\n\n> a ferry that\n> never docks\n\nSing in English.",
        "Please.\n<brief>a ferry that never docks</brief>\nThanks.",
        "Here it is:\n```\na ferry that never docks\n```\nGo.",
        "Hello\nBrief: a ferry that never docks\nBye",
    ],
)
def test_the_brief_stands_between_the_fences_of_a_template(message: str) -> None:
    assert read(said(message)).brief == "a ferry that never docks"


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Length: 4 min, sung", 240),
        ("Length: 3 min 30 s, sung", 210),
        ("90 seconds please", 90),
        ("it lasts 45 s", 45),
        ("a 2-minute song", 120),
        ("1.5 minutes", 90),
        ("hook them in the first 10 seconds", None),
        ("no length", None),
    ],
)
def test_the_length_is_read_in_minutes_and_seconds(message: str, seconds: float | None) -> None:
    assert seconds == read(said(message)).duration_s


def test_what_stands_around_the_brief_wins_over_the_brief() -> None:
    order = read(said("> two minutes in hell, 2 minutes, 80 bpm\n\n- BPM: 120\n- length 60 s"))

    assert (60, 120) == (order.duration_s, order.bpm)


def test_the_word_range_is_read() -> None:
    assert (86, 300) == read(said("that is 86 to 300 sung words in all")).words


def test_a_word_range_upside_down_is_ignored() -> None:
    assert read(said("300 to 86 words")).words is None


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("It is instrumental, 4 min long.", True),
        ("an instrumental about rust", True),
        ("It is not instrumental.", False),
        ("with one instrumental break", False),
        ("sing it", False),
    ],
)
def test_an_instrumental_is_only_one_when_it_is_asked_for(message: str, expected: bool) -> None:
    assert expected == read(said(message)).instrumental


def test_a_brief_that_says_instrumental_is_sung_when_words_are_asked_for() -> None:
    assert not read(said("> instrumental surf rock\n\nthat is 86 to 300 sung words")).instrumental


@pytest.mark.parametrize(
    ("message", "bpm"), [("120 BPM", 120), ("- BPM: 84", 84), ("999 bpm", None), ("bpm", None)]
)
def test_a_fixed_tempo_is_read_when_it_can_be_played(message: str, bpm: int | None) -> None:
    assert bpm == read(said(message)).bpm


def test_a_fixed_key_is_read() -> None:
    assert read(said("- KEY: F# minor")).key == "F# minor"


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ('> x\n\nSing in the language with the code "ja", as a native songwriter would.', "ja"),
        ("> x\n\nSing in the language of the request; tags stay English.", ""),
        ("> x\n\nSing in English.", ""),
        ('> Sing in the language with the code "ja"\n\nSing in English.', ""),
    ],
)
def test_the_language_is_read_where_it_is_told_by_its_code(message: str, language: str) -> None:
    assert language == read(said(message)).language


def test_a_fixed_title_is_read_and_a_placeholder_is_not() -> None:
    fixed = read(said("> x\n\n- TITLE: Salt  and Tin\n\nTITLE: <two to five words>"))
    open_ = read(said("> x\n\nTITLE: <two to five words>"))

    assert ("Salt and Tin", "") == (fixed.title, open_.title)


def test_a_repair_keeps_brief_and_title_and_counts_the_attempt() -> None:
    order = read(said("> a ferry\n\n60 s", "TITLE: Rope\nPROMPT: …", 'Mend these: at "rope": too dull'))

    assert Order(brief="a ferry", duration_s=60, title="Rope", attempt=1) == order


def test_a_palette_that_must_be_kept_is_read() -> None:
    order = read(
        said("> x\n\nIts sound joins all of this into one thing:\n- minimal indie\n- dark pop\n\nmore")
    )

    assert order.palette.split("\n")[:2] == ["- minimal indie", "- dark pop"]


def test_content_may_come_in_parts() -> None:
    parts = [{"type": "text", "text": "a ferry"}, {"type": "image_url"}, "odd"]

    assert text(parts) == "a ferry"
    assert text(None) == ""


@given(st.lists(st.dictionaries(st.sampled_from(["role", "content"]), st.text() | st.none() | st.integers())))
def test_no_conversation_breaks_the_reading(messages: list[dict[str, object]]) -> None:
    assert isinstance(read(messages), Order)


def test_an_endless_message_is_read_in_no_time() -> None:
    order = read(said("> " + "- " * 500_000))

    assert len(order.brief) < 30_000
