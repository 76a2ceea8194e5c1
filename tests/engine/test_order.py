"""The order and its id: what is written is read back, and the same words always have the same id."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.brief import Brief
from pipeline.engine.order import Order, id_of, is_id, new_id, read, text_of
from pipeline.errors import ShelfError
from pipeline.track import Author

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(str.strip)
ORDERS = st.builds(
    Order,
    brief=st.builds(
        Brief,
        text=TEXTS,
        seed=st.none() | st.integers(0, 2**32 - 1),
        duration=st.sampled_from([30.0, "auto"]),
    ),
    draft=st.none() | TEXTS,
    words_only=st.booleans(),
    rehearsal=st.booleans(),
    assignments=st.lists(
        st.sampled_from(["llm.attempts=2", ("--max-cost", "llm.max_cost=0.5")]), max_size=3
    ).map(tuple),
    origin=st.sampled_from(["write", "batch", "daily"]),
    day=st.sampled_from(["", "2026-11-22"]),
    author=st.builds(Author, st.just("") | TEXTS, st.sampled_from(["", "ab" * 32])),
)


@given(ORDERS)
def test_an_order_is_read_back_as_it_was_written(order: Order) -> None:
    assert order == read(text_of(order))


def test_an_order_says_only_what_is_out_of_the_ordinary() -> None:
    assert {"brief": {"text": "a"}} == json.loads(text_of(Order(Brief(text="a"))))


def test_an_order_of_an_older_songpipe_has_a_draft_by_a_person() -> None:
    order = read('{"brief": {"text": "a"}, "draft": "LYRICS:", "origin": "render"}')

    assert ("LYRICS:", Author()) == (order.draft, order.author)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"brief": {"text": ""}}', '{"brief": 3}'])
def test_a_damaged_order_is_told_in_our_words(text: str) -> None:
    with pytest.raises(ShelfError, match="the order of a song is damaged"):
        read(text)


def test_a_drawn_id_is_an_id_and_never_the_same() -> None:
    drawn = {new_id() for _ in range(1000)}

    assert 1000 == len(drawn)
    assert all(is_id(one) for one in drawn)


@given(st.lists(st.text(max_size=10), min_size=1, max_size=4))
def test_the_same_words_always_have_the_same_id(parts: list[str]) -> None:
    assert id_of(*parts) == id_of(*parts)
    assert is_id(id_of(*parts))


def test_ids_outlive_versions() -> None:
    assert "n67st9qgzs08vckx" == id_of("song", "/home/you/output", "insomnia")  # as journals have it


def test_other_words_have_another_id_wherever_they_are_parted() -> None:
    parts = [("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"), ("abc", "")]

    assert len(parts) == len({id_of(*some) for some in parts})


@pytest.mark.parametrize(
    "text", ["", "..", "../..", "a/b", "A" * 16, "0" * 15, "0" * 17, "i" * 16, "0" * 16 + "\n"]
)
def test_what_is_no_id_is_never_taken_for_one(text: str) -> None:
    assert not is_id(text)
