"""Palettes and layouts suit the prompt, and every palette can carry words."""

from collections import Counter

import pytest

from pipeline.pictures import layouts, palettes
from pipeline.pictures.colour import contrast, luminance, mixed
from pipeline.pictures.dice import Dice
from pipeline.pictures.palettes import PALETTES, Palette
from tests.pictures.songs import PROMPTS


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_ink_stands_out_from_all_of_the_ground(palette: Palette) -> None:
    grounds = [mixed(*palette.ground, share / 10) for share in range(11)]

    assert contrast(palette.ink, grounds) >= 7


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_the_loudest_accent_can_be_seen_on_the_ground(palette: Palette) -> None:
    assert contrast(palette.accents[0], palette.ground) >= 1.7


def test_there_are_two_dozen_palettes_and_no_two_alike() -> None:
    assert len(PALETTES) >= 24
    assert len(PALETTES) == len({palette.ground for palette in PALETTES})
    assert len(PALETTES) == len({palette.name for palette in PALETTES})


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_a_prompt_in_the_words_of_a_palette_gets_it(palette: Palette) -> None:
    prompt = ", ".join(sorted(palette.words))

    assert palette == palettes.choose(prompt, Dice("any"), minor=palette.minor)


def test_a_prompt_that_says_nothing_goes_by_the_key() -> None:
    major = {palettes.choose("", Dice(str(n)), minor=False).minor for n in range(60)}
    minor = {palettes.choose("", Dice(str(n)), minor=True).minor for n in range(60)}

    assert ({False}, {True}) == (major, minor)


def test_sad_songs_are_dark_and_happy_ones_light() -> None:
    sad = palettes.choose("gothic darkwave, haunting, sinister", Dice("1"), minor=True)
    happy = palettes.choose("bright uplifting pop, joyful, hopeful", Dice("1"), minor=False)

    assert luminance(sad.ground[0]) < 0.1
    assert luminance(happy.ground[0]) > 0.4


def test_every_layout_is_chosen_for_some_song() -> None:
    chosen = Counter(layouts.choose(prompt, Dice(f"{n}")).name for prompt in PROMPTS for n in range(8))

    assert {offer.name for offer in layouts.LAYOUTS} == set(chosen)
    assert max(chosen.values()) < sum(chosen.values()) / 3


def test_dice_of_the_same_text_fall_the_same() -> None:
    one, same, other = ([dice.number() for _ in range(50)] for dice in (Dice("a"), Dice("a"), Dice("b")))

    assert one == same
    assert not set(one) & set(other)
    assert all(0 <= number < 1 for number in one)


def test_the_contrast_of_black_and_white_is_that_of_the_standard() -> None:
    assert pytest.approx(21) == contrast((0, 0, 0), (255, 255, 255))
    assert pytest.approx(4.54, abs=0.01) == contrast((118, 118, 118), (255, 255, 255))  # WCAG's own example
    assert 1 == contrast((7, 8, 9), (7, 8, 9))
