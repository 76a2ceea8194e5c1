"""`--blend`: names in, sound out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BriefError
from pipeline.writing.taste import Artist, Blend, Taste, nearest, same_name, select

TASTE = Taste(
    name="tried",
    artists=(
        Artist("The Low Tide", ("sparse guitar", "deep bass"), aliases=("LT",)),
        Artist("Iron Ward", ("mechanical rhythms", "deep bass")),
        Artist("Vela", ("silky vocals",)),
    ),
    blends=(
        Blend(("Iron Ward", "The Low Tide"), "whispers over machines"),
        Blend(("The Low Tide", "Vela"), "silk over bass"),
    ),
)


def test_without_names_the_whole_taste_is_there_to_choose_from() -> None:
    sound = select(TASTE)

    assert ("sparse guitar, deep bass", "mechanical rhythms, deep bass", "silky vocals") == sound.palettes
    assert ("whispers over machines", "silk over bass") == sound.blends
    assert not sound.mixed


def test_two_names_become_one_palette_without_doubles_and_with_their_ready_blend() -> None:
    sound = select(TASTE, ("The Low Tide", "Iron Ward"))

    assert ("sparse guitar, deep bass, mechanical rhythms",) == sound.palettes
    assert ("whispers over machines",) == sound.blends
    assert sound.mixed


def test_the_order_of_the_names_does_not_hide_the_ready_blend() -> None:
    assert ("whispers over machines",) == select(TASTE, ("Iron Ward", "The Low Tide")).blends


def test_one_name_brings_its_own_sound_and_no_blend() -> None:
    sound = select(TASTE, ("Vela",))

    assert (("silky vocals",), ()) == (sound.palettes, sound.blends)


def test_three_names_bring_the_blends_of_every_pair_among_them() -> None:
    sound = select(TASTE, ("Vela", "Iron Ward", "The Low Tide"))

    assert ("whispers over machines", "silk over bass") == sound.blends


def test_a_pair_that_nobody_has_mixed_yet_is_still_mixed() -> None:
    sound = select(TASTE, ("Vela", "Iron Ward"))

    assert (("silky vocals, mechanical rhythms, deep bass",), ()) == (sound.palettes, sound.blends)


def test_the_same_name_twice_counts_once() -> None:
    assert select(TASTE, ("Vela",)) == select(TASTE, ("Vela", "vela"))


@pytest.mark.parametrize("said", ["the low tide", "Low Tide", "LOW-TIDE", " lowtide ", "lt", "L.T."])
def test_a_name_is_known_in_every_spelling(said: str) -> None:
    assert select(TASTE, ("The Low Tide",)) == select(TASTE, (said,))


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(BriefError) as caught:
        select(TASTE, ("Vela", "Iron Word"))

    assert "the taste 'tried' knows no influence 'Iron Word'" == caught.value.message
    assert "did you mean 'Iron Ward'?" == caught.value.hint


def test_a_name_like_no_other_is_refused_with_the_list() -> None:
    with pytest.raises(BriefError) as caught:
        select(TASTE, ("zzzz",))

    assert "it knows: The Low Tide, Iron Ward, Vela" == caught.value.hint


@pytest.mark.parametrize("empty", ["", "  ", "?!"])
def test_a_name_without_a_letter_is_nobody(empty: str) -> None:
    with pytest.raises(BriefError):
        select(TASTE, (empty,))


def test_the_article_is_dropped_only_before_a_name() -> None:
    assert ("the", "xx", "theatre") == (same_name("The"), same_name("The XX"), same_name("Theatre"))


def test_the_nearest_names_come_likeliest_first() -> None:
    assert ("Vela", "Velas") == nearest("vella!", ("Velas", "Iron Ward", "Vela"))


@given(st.text(max_size=60))
def test_any_name_is_known_or_refused(name: str) -> None:
    known = {"lowtide", "lt", "ironward", "vela"}

    if same_name(name) in known:
        assert select(TASTE, (name,)).mixed
    else:
        with pytest.raises(BriefError):
            select(TASTE, (name,))
