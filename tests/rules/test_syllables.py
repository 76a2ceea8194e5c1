"""Counting syllables by their vowels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.writing import syllables

# Counted by hand.
ENGLISH = {
    1: "the fire love moon walked burned makes quick guard hours yours eye your you're I'd don't blood breathe teeth "
    "loved changed salt my ear through",
    2: "table little people waited buried silence houses boxes wishes static backyard hallway copper morning second "
    "something station special ocean quiet question being seeing going lion poem chaos language lonely "
    "careless "
    "sometimes basement rhythm didn't window kitchen water river suitcase graveyard breathing tasted "
    "needed watches "
    "hinges races bottles whistled alone orange fluid ruin cruel science million onion patience anxious "
    "create",
    3: "everything nobody radio piano furious courageous usual beautiful umbrella photograph electric tomorrow "
    "understand apartment memory cigarette gasoline idea diary violin violence magician religion dangerous "
    "serious area",
    4: "radiator elevator reality",
    5: "refrigerator",
}
COUNTED = [(word, count) for count, words in ENGLISH.items() for word in words.split()]


@pytest.mark.parametrize(("word", "count"), COUNTED)
def test_an_english_word_is_counted(word: str, count: int) -> None:
    assert count == syllables.in_english(word)


@pytest.mark.parametrize("word", ["shh", "", "hmm", "42"])
def test_what_has_no_vowel_has_no_syllable(word: str) -> None:
    assert 0 == syllables.in_english(word)


def test_a_line_is_the_sum_of_its_words() -> None:
    assert 10 == syllables.in_line("The kettle clicks at four to keep me proved")
    assert 4 == syllables.in_line("I don’t — (ooh) 42 know")


@pytest.mark.parametrize(
    ("line", "language", "count"),
    [
        ("die Straße hört dich über Nacht", "de", 8),
        ("je n'ai plus sommeil", "fr", 5),
        ("el café está frío", "es", 6),
        ("søvnløs i natten", "da", 5),
    ],
)
def test_other_latin_languages_are_counted_by_groups_of_vowels(line: str, language: str, count: int) -> None:
    assert count == syllables.in_line(line, language)


def test_an_english_word_with_accents_is_counted_by_its_vowels() -> None:
    assert 2 == syllables.in_english("café")
    assert 2 == syllables.in_english("blåøre")


@pytest.mark.parametrize("line", ["水壶在四点响", "Чайник", "주전자"])
def test_other_scripts_cannot_be_told(line: str) -> None:
    assert 0 == syllables.in_line(line)


@given(st.text())
def test_any_line_can_be_counted(line: str) -> None:
    assert 0 <= syllables.in_line(line)
    assert 0 <= syllables.in_line(line, "de")
