"""The points of a take, and what the ear says about the 10-second rule."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.listening import hook
from pipeline.listening.limits import Asked
from pipeline.listening.score import score
from pipeline.take import Hook, Measures

OPENING = Hook(first_sound_s=0.1, voice_s=4.0, certainty=0.9, loudness_lu=-1.0, onsets=20)
GOOD = Measures(
    120.0,
    48_000,
    2,
    -1.0,
    -14.0,
    finite=True,
    true_peak_dbtp=-1.0,
    lufs=-13.0,
    loudness_range_lu=6.0,
    side_db=-12.0,
    first_sound_s=0.1,
    bpm=90.0,
    pulse=0.7,
    key="A minor",
    hook=OPENING,
)
ASKED = Asked(120.0, 90, "A minor")


def total(heard: Measures, warnings: int = 0) -> float:
    return sum(score(heard, ASKED, warnings).values())


def test_a_take_that_is_all_that_was_asked_has_nearly_a_hundred_points() -> None:
    assert 99.0 <= total(GOOD) <= 100.0


@pytest.mark.parametrize(
    ("part", "worse"),
    [
        ("length", {"duration_s": 123.0}),
        ("tempo", {"bpm": 101.0}),
        ("key", {"key": "D# minor"}),
        ("start", {"first_sound_s": 3.0}),
        ("hook", {"hook": replace(OPENING, loudness_lu=-12.0)}),
        ("hook", {"hook": replace(OPENING, onsets=2)}),
        ("voice", {"hook": replace(OPENING, voice_s=15.0)}),
        ("voice", {"hook": replace(OPENING, voice_s=None)}),
        ("dynamics", {"true_peak_dbtp": -9.0}),
        ("dynamics", {"loudness_range_lu": 0.5}),
        ("width", {"side_db": -90.0}),
    ],
)
def test_what_is_worse_costs_points_of_its_own_part_and_of_no_other(part: str, worse: dict[str, Any]) -> None:
    good, bad = score(GOOD, ASKED, 0), score(replace(GOOD, **worse), ASKED, 0)

    assert {part} == {name for name in good if good[name] != bad[name]}
    assert bad[part] < good[part]


def test_a_warning_costs_ten_points() -> None:
    assert total(GOOD) - 20 == total(GOOD, warnings=2)


def test_what_was_not_measured_counts_half() -> None:
    unknown = Measures(120.0, 48_000, 2, -1.0, -14.0, finite=True)

    assert 50.0 < total(unknown) < 60.0  # the length is known


def test_a_voice_that_the_ear_is_not_sure_of_counts_less() -> None:
    unsure = replace(GOOD, hook=replace(OPENING, certainty=0.2))

    assert total(unsure) < total(GOOD)


@pytest.mark.parametrize(
    ("sung", "voice_s", "points"),
    [
        (True, 4.0, 15.0),
        (True, 15.0, 3.8),
        (True, None, 3.8),
        (False, 4.0, 0.0),
        (False, 15.0, 0.0),
        (False, None, 15.0),
    ],
)
def test_a_voice_earns_where_there_are_words_and_costs_where_there_are_none(
    sung: bool, voice_s: float | None, points: float
) -> None:
    asked = replace(ASKED, sung=sung)
    sure, guess = (replace(OPENING, voice_s=voice_s, certainty=certainty) for certainty in (1.0, 0.0))

    assert points == score(replace(GOOD, hook=sure), asked, 0)["voice"]
    assert 7.5 == score(replace(GOOD, hook=guess), asked, 0)["voice"]


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, "kept"),
        ({"first_sound_s": 3.0}, "broken"),
        ({"first_sound_s": None}, "broken"),
        ({"voice_s": 14.0}, "kept"),  # the opening itself is loud and busy
        ({"voice_s": 14.0, "onsets": 8}, "kept"),
        ({"voice_s": 14.0, "onsets": 7}, "broken"),
        ({"voice_s": 14.0, "loudness_lu": -8.0}, "kept"),
        ({"voice_s": 14.0, "loudness_lu": -8.1}, "broken"),
        ({"voice_s": 10.0, "onsets": 3}, "kept"),
        ({"voice_s": 10.1, "onsets": 3}, "broken"),
        ({"voice_s": None, "loudness_lu": -15.0}, "broken"),
        ({"voice_s": None, "loudness_lu": -15.0, "certainty": 0.2}, "unsure"),
        ({"voice_s": 4.0, "onsets": 3, "certainty": 0.2}, "unsure"),
        ({"voice_s": 4.0, "onsets": 3, "loudness_lu": -15.0}, "kept"),
    ],
)
def test_the_rule_is_kept_by_a_voice_or_by_an_opening_that_is_loud_and_busy(
    changes: dict[str, Any], kept: str
) -> None:
    assert kept == hook.judge(replace(OPENING, **changes))[0]
