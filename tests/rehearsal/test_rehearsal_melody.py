"""When the band sings: the times that are given are those that are heard."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from pipeline.rehearsal.melody import SungLine, sung_lines, tune
from pipeline.rehearsal.score import Score
from pipeline.rehearsal.tones import RATE
from tests.rehearsal.hearing import song, sound

LYRICS = """[Intro]

[Verse]
la na la na la na
na la na la

[Chorus]
la la la
na na na na na

[Bridge]

[Outro]
la la na
"""


def score(**changes: object) -> Score:
    return song(24.0, 110, lyrics=LYRICS, seed=5, **changes)


def resung(whole: Score, number: int) -> Score:
    """Sing line `number` (from 0) of a song on other vowels, and all the rest as it was."""
    left = number
    passages = []
    for passage in whole.passages:
        lines = list(passage.lines)
        if 0 <= left < len(lines):
            lines[left] = lines[left].replace("a", "i")
        left -= len(lines)
        passages.append(replace(passage, lines=tuple(lines)))
    return replace(whole, passages=tuple(passages))


def test_every_line_is_sung_once_and_in_order() -> None:
    lines = list(sung_lines(score()))

    assert [line for line in LYRICS.splitlines() if line and "[" not in line] == [line.text for line in lines]
    assert all(line.at_s < line.until_s for line in lines)
    assert all(before.until_s < after.at_s for before, after in pairwise(lines))


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("caption", ["driving rock", "quiet folk"])
def test_a_line_is_heard_from_its_first_to_its_last_moment(number: int, caption: str) -> None:
    whole = score(caption=caption)
    line = list(sung_lines(whole))[number]

    other = np.abs(sound(whole) - sound(resung(whole, number))).max(axis=1) > 0.002
    heard = np.flatnonzero(other) / RATE

    echo = 1.5 * 60 / whole.bpm
    assert heard[0] == pytest.approx(line.at_s, abs=0.01)
    assert line.until_s - 0.15 < heard[-1] < line.until_s + echo


def test_a_song_without_words_has_no_sung_lines() -> None:
    assert [] == list(sung_lines(song(24.0, lyrics="[Instrumental]")))


def test_a_line_that_the_end_cuts_off_ends_with_the_song() -> None:
    whole = replace(score(), duration_s=9.0)

    lines = list(sung_lines(whole))

    assert 9.0 == max(line.until_s for line in lines)
    assert all(line.at_s < 9.0 for line in lines)


def test_a_line_is_as_long_as_its_notes() -> None:
    whole = song(8.0, 120, lyrics="[Verse]\nla la la la")
    notes = tune(whole, whole.passages[0])

    lines = list(sung_lines(whole))

    assert [SungLine("la la la la", 0.0, (notes[-1].beat + notes[-1].beats) / 2)] == lines
