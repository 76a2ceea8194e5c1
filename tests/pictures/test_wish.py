"""The wish tells an image model of mood and colour, and of nobody."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pictures import wish
from pipeline.pictures.cover import CoverSong, compose
from pipeline.pictures.palettes import PALETTES
from tests.pictures.songs import PROMPTS, song

FORBIDDEN = ("No text", "no letters", "No people", "nobody's likeness")


@pytest.mark.parametrize("number", range(len(PROMPTS)))
def test_it_says_the_mood_and_the_colours_and_forbids_writing_and_people(number: int) -> None:
    told = wish.of(song(number))

    assert all(words in told for words in FORBIDDEN)
    assert "Colours: " in told
    assert "#" not in told
    assert len(told) <= wish.LONGEST


def test_it_keeps_what_can_be_seen_and_leaves_out_what_is_only_heard() -> None:
    told = wish.of(
        replace(
            song(0),
            prompt="trip-hop, nocturnal, smoky female vocals, 84 BPM, in A minor, rain; wide mix, a man whispers",
        )
    )

    assert "a piece of music: trip-hop, nocturnal, rain." in told


@pytest.mark.parametrize(("key", "mood"), [("A minor", "wistful"), ("C major", "confident")])
def test_the_key_gives_an_undertone(key: str, mood: str) -> None:
    told = wish.of(replace(song(2), key=key))

    assert mood in told
    assert key not in told


def test_without_a_key_there_is_no_undertone() -> None:
    assert "undertone" not in wish.of(replace(song(2), key=""))


def test_the_title_is_never_told() -> None:
    titled = CoverSong("id", "The Lamp That Nobody Lit", "dub, song of the lamp that nobody lit, fog")

    assert "a piece of music: dub, fog." in wish.of(titled)


def test_a_title_of_one_word_may_be_a_mood_as_well() -> None:
    assert "nocturnal" in wish.of(CoverSong("id", "Nocturnal", "nocturnal, fog"))


@pytest.mark.parametrize(
    "words", ['a sign that says "open"', "{title}", "text: BUY", "in the style of someone"]
)
def test_a_style_prompt_cannot_make_the_model_write(words: str) -> None:
    assert "a piece of music: dub, fog." in wish.of(CoverSong("id", "t", f"dub, {words}, fog"))


def test_a_long_style_prompt_is_cut_between_its_parts() -> None:
    told = wish.of(
        CoverSong("id", "t", ", ".join(f"shade {'abcdefghij'[n % 10] * 20}{n}" for n in range(100)))
    )

    words = told.partition("music: ")[2].partition(". Colours")[0]
    assert 300 < len(words) <= 360
    assert all(re.fullmatch(r"shade (\w)\1{19}\d+", part) for part in words.split(", "))


def test_a_style_prompt_that_says_nothing_makes_a_wish_too() -> None:
    assert "no particular genre" in wish.of(CoverSong("id", "t", "female vocals"))


@pytest.mark.parametrize("number", [0, 4, 8, 16, 20])
def test_the_colours_are_those_of_the_cover_that_songpipe_draws(number: int) -> None:
    palette = wish.palette_of(song(number))

    assert palette.ink == compose(song(number), 120, folders=()).ink
    assert wish.named(palette.ground[0]) in wish.of(song(number))


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((255, 0, 0), "red"),
        ((255, 0, 10), "red"),
        ((0, 0, 255), "blue"),
        ((13, 19, 33), "very dark blue"),
        ((90, 50, 10), "dark brown"),
        ((246, 231, 29), "yellow"),
        ((198, 218, 239), "pale blue"),
    ],
)
def test_a_colour_has_a_name(colour: tuple[int, int, int], name: str) -> None:
    assert name == wish.named(colour)


def test_the_palettes_can_be_told_apart_by_their_names() -> None:
    told = {
        tuple(wish.named(colour) for colour in (*palette.ground, palette.ink, *palette.accents))
        for palette in PALETTES
    }

    assert len(PALETTES) == len(told)


@given(st.text(max_size=500), st.text(max_size=40), st.text(max_size=20))
def test_any_song_makes_one_short_line(prompt: str, title: str, key: str) -> None:
    told = wish.of(CoverSong("id", title, prompt * 3, key))

    assert len(told) <= wish.LONGEST
    assert told.isprintable()
    assert all(words in told for words in FORBIDDEN)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_any_colour_has_a_name(colour: tuple[int, int, int]) -> None:
    assert re.fullmatch(r"(very dark |dark |pale )?[a-z]+( green)?", wish.named(colour))
