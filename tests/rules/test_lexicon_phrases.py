"""Phrases that find themselves in text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.writing.lexicon import Lexicon, Phrases, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I’m FEELING", ("i'm", "feeling")),
        ("drum-machines & Hi-Hats", ("drum", "machine", "hi", "hat")),
        ("the night's kisses", ("the", "night", "kisse")),
        ("bass chorus tennis", ("bass", "chorus", "tennis")),
        ("Café naïveté", ("cafe", "naivete")),
        ("R&B 80s", ("r", "b", "80s")),
        ("'til mornin'", ("til", "mornin")),
        ("snake_case", ("snake", "case")),
        ("!?", ()),
    ],
)
def test_words_are_what_is_left_to_compare(text: str, expected: tuple[str, ...]) -> None:
    assert expected == words(text)


def test_the_longest_phrase_is_found_first_and_none_overlap() -> None:
    phrases = Phrases(("fade", "fade out", "out of time", "time"))

    assert ("fade out", "time") == phrases.found("Fade out of TIME")
    assert ("out of time",) == phrases.found("out of time")


def test_a_phrase_is_found_at_a_place_or_not() -> None:
    phrases = Phrases(("salt water",))

    assert ("salt", "water") == phrases.at(words("the salt water"), 1)
    assert () == phrases.at(words("the salt water"), 0)
    assert () == phrases.at(words("salt"), 0)
    assert () == phrases.at((), 0)


def test_phrases_cover_a_text_that_is_made_of_them() -> None:
    phrases = Phrases(("guitar", "solo"))

    assert phrases.cover("Guitar solo, solo!")
    assert not phrases.cover("guitar solo please")
    assert not phrases.cover("...")


def test_no_phrases_are_false_and_find_nothing() -> None:
    assert not Phrases()
    assert not Phrases(("!?",))
    assert () == Phrases().found("anything")
    assert Phrases(("salt",))


def test_equal_entries_are_equal_phrases() -> None:
    assert Phrases(("salt",)) == Phrases(("salt",))


def test_a_lexicon_may_be_empty() -> None:
    assert ["genre", "mood", "instruments", "voice", "production"] == [name for name, _ in Lexicon().facets]


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    phrase = words(text)

    assert all(word and not word.isspace() for word in phrase)
    assert not phrase or Phrases((text,)).cover(text)
