"""The basic ear's judgement, and the choice among takes."""

import math
from typing import Any

import pytest
from pydantic import TypeAdapter

from pipeline.listening.choice import choose
from pipeline.listening.verdict import judge
from pipeline.take import Measures, Take
from tests.fakes import tracks


def heard(duration_s: float = 120.0, **changes: Any) -> Measures:
    known = {"sample_rate": 48_000, "channels": 2, "peak_dbfs": -1.0, "rms_dbfs": -14.0, "finite": True}
    return Measures(duration_s, **(known | changes))


def test_a_sound_take_passes() -> None:
    assert judge(heard(), 120.0) == ("pass", ())


def test_a_take_that_cannot_be_decoded_fails() -> None:
    assert judge(None, 120.0) == ("fail", ("it cannot be decoded",))


def test_samples_that_are_no_numbers_fail() -> None:
    assert judge(heard(finite=False), 120.0) == ("fail", ("it holds samples that are no numbers",))


@pytest.mark.parametrize(
    ("rms", "verdict"), [(-math.inf, "fail"), (-60.1, "fail"), (-60.0, "pass"), (-3.0, "pass")]
)
def test_silence_fails(rms: float, verdict: str) -> None:
    assert verdict == judge(heard(rms_dbfs=rms), 120.0)[0]


@pytest.mark.parametrize(
    ("wanted", "lasts", "verdict"),
    [
        (30.0, 27.0, "pass"),  # short songs: seconds count
        (30.0, 33.1, "warn"),
        (30.0, 35.0, "warn"),
        (30.0, 35.1, "fail"),
        (30.0, 24.9, "fail"),
        (240.0, 252.0, "pass"),  # long songs: the share counts
        (240.0, 227.9, "warn"),
        (240.0, 216.0, "warn"),
        (240.0, 215.9, "fail"),
        (120.0, 40.0, "fail"),
        (120.0, 0.0, "fail"),
    ],
)
def test_the_wrong_length_is_noticed(wanted: float, lasts: float, verdict: str) -> None:
    assert verdict == judge(heard(lasts), wanted)[0]


def test_a_silent_take_survives_the_journal() -> None:
    journal = TypeAdapter(Take)
    silent = tracks.take(measures=heard(peak_dbfs=-math.inf, rms_dbfs=-math.inf), verdict="fail")

    assert silent == journal.validate_json(journal.dump_json(silent))


def test_every_fault_is_told() -> None:
    verdict, reasons = judge(heard(40.0, rms_dbfs=-80.2), 120.0)

    assert verdict == "fail"
    assert reasons == ("it is silent (-80 dBFS)", "it lasts 40.0 s where 120.0 s were asked")


def test_the_first_of_the_best_takes_is_chosen() -> None:
    takes = [tracks.take(4), tracks.take(1, verdict="fail"), tracks.take(2, verdict="warn"), tracks.take(3)]

    assert choose(takes) == takes[3]


def test_a_doubtful_take_is_better_than_none() -> None:
    takes = [tracks.take(1, verdict="fail"), tracks.take(3, verdict="warn"), tracks.take(2, verdict="warn")]

    assert choose(takes) == takes[2]


@pytest.mark.parametrize("takes", [[], [tracks.take(1, verdict="fail")]])
def test_when_every_take_failed_none_is_chosen(takes: list[Any]) -> None:
    assert choose(takes) is None
