"""What people type becomes a query that is right, and never one that breaks."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.library import query


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("porch lig", '"porch" "lig" *'),
        ("porch li", '"porch" "li"'),
        ("Porch", '"porch" *'),
        ('"porch light" sho', '"porch light" "sho" *'),
        ('sho "porch light"', '"sho" "porch light"'),
        ('half "open', '"half" "open" *'),
        ("trip-hop", '"trip-hop" *'),
        ("NOT a AND b OR c*", '"not" "a" "and" "b" "or" "c*"'),
        ("title:x", '"title:x" *'),
        ("— rain —", '"rain" *'),
        ("日本", '"日 本" *'),
        ("歌", '"歌"'),
        ("porch＂light", '"porch light" *'),
    ],
)
def test_words_are_quoted_and_the_last_may_go_on(text: str, match: str) -> None:
    assert match == query.match(text)


@pytest.mark.parametrize("text", ["", "   ", '""', "— * ^ ( )", "'", "＂＂"])
def test_a_search_for_no_word_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no word to search for"):
        query.match(text)


@given(st.text() | st.text(alphabet='"＂*^:(){}+-\\ \0aANDOR', max_size=40))
def test_no_text_breaks_out_of_the_query(text: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE words USING fts5(title)")

    for make in (query.match, query.any_of):
        try:
            made = make(text)
        except InputError:
            continue
        if made:
            assert [] == db.execute("SELECT * FROM words WHERE words MATCH ?", [made]).fetchall()


def test_a_long_text_is_cut() -> None:
    assert 32 == query.match("word " * 10_000).count('"word"')
