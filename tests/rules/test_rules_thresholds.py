"""The numbers in the rules: what lies just inside is left alone, what lies just outside is told."""

from collections.abc import Callable

import pytest

from pipeline.song import Section
from pipeline.writing import fit
from tests.rules.conftest import CHORUS, PROMPT, SECTIONS, VERSE_2

Faults = Callable[..., set[str]]
RAP_PROMPT = PROMPT.replace("Dark trip-hop", "Dark hip-hop")
WORDS = fit.words(line for section in SECTIONS for line in section.lines)


@pytest.mark.parametrize(("kept", "told"), [(1, True), (2, True), (3, False), (4, False)])
def test_a_chorus_comes_again_when_at_most_one_line_of_four_has_changed(
    kept: int, told: bool, faults: Faults
) -> None:
    again = Section("Chorus", "", (*CHORUS[:kept], *VERSE_2[kept:]))

    assert told == ("SP108" in faults(sections=(*SECTIONS[:3], again)))


@pytest.mark.parametrize("longer", [False, True])
def test_a_chorus_may_be_cut_short_or_sung_on(longer: bool, faults: Faults) -> None:
    again = Section("Chorus", "", (*CHORUS, *VERSE_2) if longer else CHORUS[:2])

    assert "SP108" not in faults(sections=(*SECTIONS[:3], again))


@pytest.mark.parametrize(
    ("prompt", "words_per_s", "told"),
    [
        (PROMPT, 2.1, False),
        (PROMPT, 2.3, True),
        (RAP_PROMPT, 2.3, False),
        (RAP_PROMPT, 3.2, False),
        (RAP_PROMPT, 3.4, True),
    ],
)
def test_rap_may_have_more_words_a_second_than_song_and_has_a_limit_too(
    prompt: str, words_per_s: float, told: bool, faults: Faults
) -> None:
    assert told == ("SP505" in faults(prompt=prompt, duration_s=WORDS / words_per_s))


def test_a_brief_that_asks_for_rap_allows_for_it_as_the_prompt_does(faults: Faults) -> None:
    assert "SP505" not in faults(duration_s=WORDS / 2.3, brief={"text": "a rapped confession"})
