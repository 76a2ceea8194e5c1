"""Addresses, citation marks and stage directions among the words."""

import pytest

from pipeline.writing.rules import Rulebook, noise


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("The kettle clicks [1]", "The kettle clicks"),
        ("The kettle [^2] clicks [3, 4]", "The kettle clicks"),
        ("The kettle 【12†source】 clicks", "The kettle clicks"),
        ("See https://example.org/a?b=c now", "See now"),
        ("www.example.org", ""),
        ("The kettle ([example.org](https://example.org/x)) clicks", "The kettle clicks"),
        ("Lyrics by lyrics-site.example.com, all of them", "Lyrics by, all of them"),
        ("[[a](b)](c)", ""),
    ],
)
def test_references_are_taken_out(text: str, rest: str) -> None:
    assert noise.references(text)
    assert rest == noise.without_references(text)
    assert () == noise.references(noise.without_references(text))


@pytest.mark.parametrize(
    "text",
    [
        "Hold on.Come back",
        "A.M. and P.M. and A.I.",
        "Dot com is what you said",
        "me@example.org is not an address to sing",
        "[softly] the kettle",
        "【主歌】",
    ],
)
def test_what_can_be_sung_is_no_reference(text: str) -> None:
    assert () == noise.references(text)
    assert text == noise.without_references(text)


@pytest.mark.parametrize(
    ("line", "direction", "rest"),
    [
        ("(guitar solo)", "guitar solo", ""),
        ("[softly] The kettle clicks", "softly", "The kettle clicks"),
        ("The kettle clicks [anything at all]", "anything at all", "The kettle clicks"),
        ("*whispers* the kettle clicks", "whispers", "the kettle clicks"),
        ("The kettle clicks (x2)", "x2", "The kettle clicks"),
        ("The kettle clicks (drums louder)", "drums louder", "The kettle clicks"),
        ("The kettle (whispered) clicks (spoken)", "whispered", "The kettle clicks"),
        ("[]", "", ""),
    ],
)
def test_directions_are_taken_out(line: str, direction: str, rest: str, book: Rulebook) -> None:
    assert direction == noise.directions(line, book.lexicon)[0]
    assert rest == noise.without_directions(line, book.lexicon)


@pytest.mark.parametrize(
    "line",
    [
        "The kettle clicks (light on)",
        "(ooh, the light)",
        "Sing it louder (louder)",  # alone it is as likely a backing vocal
        "Stop (stop) stop (silence)",
        "[ko] 주전자가 운다",
        "The kettle clicks [1]",  # a citation: another rule's business
        "Two * three * four",
        "A (half open door",
        "()",
    ],
)
def test_what_may_be_sung_is_no_direction(line: str, book: Rulebook) -> None:
    assert () == noise.directions(line, book.lexicon)
    assert line == noise.without_directions(line, book.lexicon)


def test_a_language_mark_counts_only_where_a_line_begins_and_for_a_language(book: Rulebook) -> None:
    assert ("ko",) == noise.directions("주전자 [ko]", book.lexicon)
    assert ("xyz",) == noise.directions("[xyz] line", book.lexicon)


def test_brackets_in_brackets_are_unpacked_only_so_deep() -> None:
    nested = "[" * 20 + "](x)" * 20

    assert len(noise.without_references(nested)) < len(nested)
    assert noise.references(noise.without_references(nested))


def test_asides_in_asides_are_unpacked_only_so_deep(book: Rulebook) -> None:
    nested = "[" * 20 + "]" * 20

    assert noise.directions(noise.without_directions(nested, book.lexicon), book.lexicon)
