"""Whole replies in the manner of real models, each with the draft that must come out of it."""

from pathlib import Path

import pytest

from pipeline.writing import parse, render

REPLIES = Path(__file__).parent.parent / "fixtures" / "replies"
NAMES = sorted(path.name.removesuffix(".reply.txt") for path in REPLIES.glob("*.reply.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_reply_becomes_the_draft_beside_it(name: str) -> None:
    reply = (REPLIES / f"{name}.reply.txt").read_text(encoding="utf-8")
    expected = (REPLIES / f"{name}.draft.txt").read_text(encoding="utf-8")

    draft = parse.song(reply)

    assert expected == render.draft(draft.song)
    assert draft.repairs


@pytest.mark.parametrize("name", NAMES)
def test_every_position_is_the_line_of_the_reply_that_holds_the_words(name: str) -> None:
    reply = (REPLIES / f"{name}.reply.txt").read_text(encoding="utf-8")

    draft = parse.song(reply)

    at = ["", *reply.replace("’", "'").replace(" ", "").splitlines()]
    for section, numbers in zip(draft.song.sections, draft.positions.sections, strict=True):
        assert len(section.lines) + 1 == len(numbers)
        for words, number in zip(section.lines, numbers[1:], strict=True):
            assert words.replace(" ", "") in at[number]


def test_the_fixtures_are_there() -> None:
    assert len(NAMES) >= 7
