"""Titles break where a reader would break them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pictures.fonts import own
from pipeline.pictures.lettering import fit
from pipeline.pictures.wording import drawable, initials, joined, pieces, runs_left


def latin(text: str) -> bool:
    """Draw like a font that has nothing beyond Latin."""
    return all(ord(letter) < 0x250 or letter in "…–" for letter in text)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Morning  Rain\n", "Morning Rain"),
        ("🔥 Fire ❤", "Fire"),
        ("日本 Fire", ""),
        ("🔥", ""),
        ("", ""),
        ("a" * 301, "a" * 299 + "…"),
        ("a" * 300, "a" * 300),
    ],
)
def test_a_title_is_drawn_whole_or_not_at_all(title: str, expected: str) -> None:
    assert expected == drawable(title, latin)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("東京 night bus", "NB"),
        ("(the) “Long” way home", "TLW"),
        ("東京", ""),
        ("ß", ""),
        ("7 bridges", "7B"),
    ],
)
def test_initials_are_of_words_that_can_be_drawn(title: str, expected: str) -> None:
    assert expected == initials(title, latin)


def test_words_stay_together() -> None:
    assert ["one", "two-three", "four"] == [piece.text for piece in pieces("one two-three four")]


def test_a_very_long_word_breaks_with_a_hyphen() -> None:
    first, second = pieces("Bundesverfassungsgerichtsurteil")

    assert "Bundesverfassung-" == joined([first])
    assert "Bundesverfassungsgerichtsurteil" == joined([first, second])


def test_marks_stay_with_their_letter() -> None:
    parts = pieces("q\u0303" * 40)

    assert all(not part.text.startswith("\u0303") for part in parts)


def test_japanese_breaks_between_letters_but_not_before_a_full_stop() -> None:
    assert ["夜", "の", "歌。", "ABC", "朝"] == [piece.text for piece in pieces("夜の歌。ABC朝")]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]) | st.just(" "), max_size=80))
def test_pieces_put_together_are_the_title(title: str) -> None:
    clean = " ".join(title.split(" ")).strip()

    assert clean == joined(pieces(clean))


@given(
    st.text("abcdefgh i", min_size=1, max_size=120).filter(str.strip),
    st.integers(60, 900),
    st.integers(40, 400),
)
def test_lettering_never_leaves_its_room(text: str, width: int, height: int) -> None:
    set_ = fit(" ".join(text.split()), own("grotesk"), (width, height), 120)

    assert set_.width <= width
    assert set_.height <= height
    assert len(set_.lines) <= 4


def test_lines_of_lettering_do_not_touch() -> None:
    set_ = fit("Ǻ gÿpj Ễ jumpy Ǻ gjy Ễ", own("serif"), (300, 400), 120)

    bottoms = [baseline + box[3] for baseline, box in zip(set_.baselines, set_.ink, strict=True)]
    tops = [baseline + box[1] for baseline, box in zip(set_.baselines, set_.ink, strict=True)]
    assert len(set_.lines) > 1
    assert all(bottom < top for bottom, top in zip(bottoms[:-1], tops[1:], strict=True))


def test_two_lines_are_taken_where_they_make_the_title_bigger() -> None:
    assert 2 == len(fit("Northern Light Southern Door", own("serif"), (1200, 400), 200).lines)
    assert 1 == len(fit("Rain", own("serif"), (1200, 400), 200).lines)


@pytest.mark.parametrize(
    ("text", "expected"), [("Rain", False), ("שיר", True), ("“أغنية”", True), ("42", False)]
)
def test_the_first_letter_decides_where_a_text_begins(text: str, expected: bool) -> None:
    assert expected is runs_left(text)
