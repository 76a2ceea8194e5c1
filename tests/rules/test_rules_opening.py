"""What counts as telling how a song opens."""

from collections.abc import Callable

import pytest

from tests.rules.conftest import PROMPT

STYLE = PROMPT.partition(". ")[2]


@pytest.mark.parametrize(
    "opening",
    [
        "Opens with a stark piano chord.",
        "A lone cello opens the song.",
        "Intro: dry handclaps, no reverb.",
        "Kicks off on a snapped snare roll.",
        "The first four bars are one voice and tape hiss.",
        "It must open on a scream.",
        "Cold open, bare whispered voice.",
        "Opens. Starts with a stark piano chord.",
        "The verse is quiet, and the song opens with feedback and breath.",
    ],
)
def test_an_opening_is_recognised_in_any_words(opening: str, faults: Callable[..., set[str]]) -> None:
    assert "SP201" not in faults(prompt=f"{opening} {STYLE}")


@pytest.mark.parametrize(
    "opening",
    [
        "",
        "It opens.",
        "Opens well.",
        "The chorus opens with layered harmonies.",
        "The bridge then starts on a cello.",
        "Open hi-hats, start-stop rhythm, an open tuning.",
        "It opens up into wide synths.",
        "Reopens, restarts.",
    ],
)
def test_what_says_nothing_about_the_first_seconds_is_no_opening(
    opening: str, faults: Callable[..., set[str]]
) -> None:
    assert "SP201" in faults(prompt=f"{opening} {STYLE}".strip())
