"""Artist names in a prompt, and the words of style that only look like them."""

import pytest

from pipeline.writing.lexicon import Lexicon
from pipeline.writing.rules import Rulebook, names
from tests.rules.conftest import ARTISTS


def named(text: str, lexicon: Lexicon, artists: tuple[str, ...] = ARTISTS) -> tuple[str, ...]:
    return names.named(text, names.banned(artists, lexicon), lexicon)


@pytest.mark.parametrize(
    ("text", "artist"),
    [
        ("a Halsey chorus", "Halsey"),
        ("HALSEY'S drama", "Halsey"),
        ("soundgarden riffs", "Soundgarden"),
        ("Nine-Inch Nails noise", "Nine Inch Nails"),
        ("NIN noise walls", "Nine Inch Nails"),
        ("sparse like the xx", "The XX"),
        ("The XX whispers", "The XX"),
        ("Ááliyah grooves", "Aaliyah"),
    ],
)
def test_a_name_of_the_taste_is_found_however_it_is_spelled(text: str, artist: str, book: Rulebook) -> None:
    assert (artist,) == named(text, book.lexicon)


@pytest.mark.parametrize(
    "text",
    [
        "xx",  # the short name alone is no name
        "xx-large drums",
        "nine inch speakers, nails on a board",
        "nin",
        "Halseyish",
        "a garden of sound",
    ],
)
def test_what_only_resembles_a_name_is_none(text: str, book: Rulebook) -> None:
    assert () == named(text, book.lexicon)


def test_the_article_of_a_longer_name_is_optional(book: Rulebook) -> None:
    assert ("The Lanterners",) == named("lanterners harmonies", book.lexicon, ("The Lanterners",))


def test_a_name_that_is_a_word_of_style_cannot_be_banned(book: Rulebook) -> None:
    assert () == named("soul with low brass", book.lexicon, ("Soul", "..."))


@pytest.mark.parametrize(
    ("text", "artist"),
    [
        ("sounds like Mira Vance", "Mira Vance"),
        ("dark pop in the style of Vance, sparse", "Vance"),
        ("in the style of The Lanterners", "The Lanterners"),
        ("drums à la Vance", "Vance"),
        ("Vance-esque strings", "Vance"),
        ("for fans of Mira Vance", "Mira Vance"),
        ("inspired by Mira Vance", "Mira Vance"),
        ("Mira Vance-style crooning", "Mira Vance"),
        ("sounding like Öystein", "Öystein"),
    ],
)
def test_whoever_stands_in_a_comparison_is_named(text: str, artist: str, book: Rulebook) -> None:
    assert (artist,) == named(text, book.lexicon, ())


@pytest.mark.parametrize(
    "text",
    [
        "sounds like rain on a tin roof",
        "Sounds Like Dark Electropop",
        "in the style of 90s Seattle grunge",
        "in the style of Motown soul",
        "à la mode",
        "Western-esque guitars",
        "picturesque strings",
        "Dream-like pads",
        "inspired by Lisbon at night",
        "reminiscent of Tokyo City Pop",
        "New Orleans-style brass",
        "Bristol-inspired trip-hop",
        "Rhodes-like keys",
        "sounds like A storm",
        "in the style of été",
    ],
)
def test_a_comparison_with_a_place_a_thing_or_a_genre_is_fine(text: str, book: Rulebook) -> None:
    assert () == named(text, book.lexicon, ())


def test_a_name_is_told_once(book: Rulebook) -> None:
    assert ("Halsey",) == named("Halsey, sounds like Halsey", book.lexicon)
