"""The basic ear's judgement, and the choice among takes."""

import math
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from pipeline.listening.choice import choose
from pipeline.listening.limits import Asked
from pipeline.listening.verdict import judge, places
from pipeline.take import Measures, Take
from tests.fakes import tracks
from tests.fakes.limits import LIMITS


def heard(duration_s: float = 120.0, **changes: Any) -> Measures:
    known = {"sample_rate": 48_000, "channels": 2, "peak_dbfs": -1.0, "rms_dbfs": -14.0, "finite": True}
    return Measures(duration_s, **(known | changes))


def test_a_sound_take_passes() -> None:
    assert judge(heard(), Asked(120.0), LIMITS) == ("pass", ())


def test_a_take_that_cannot_be_decoded_fails() -> None:
    assert judge(None, Asked(120.0), LIMITS) == ("fail", ("it cannot be decoded",))


def test_samples_that_are_no_numbers_fail() -> None:
    assert judge(heard(finite=False), Asked(120.0), LIMITS) == (
        "fail",
        ("it holds samples that are no numbers",),
    )


@pytest.mark.parametrize(
    ("rms", "verdict"), [(-math.inf, "fail"), (-60.1, "fail"), (-60.0, "pass"), (-3.0, "pass")]
)
def test_silence_fails(rms: float, verdict: str) -> None:
    assert verdict == judge(heard(rms_dbfs=rms), Asked(120.0), LIMITS)[0]


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
    assert verdict == judge(heard(lasts), Asked(wanted), LIMITS)[0]


def test_a_silent_take_survives_the_journal() -> None:
    journal = TypeAdapter(Take)
    silent = tracks.take(measures=heard(peak_dbfs=-math.inf, rms_dbfs=-math.inf), verdict="fail")

    assert silent == journal.validate_json(journal.dump_json(silent))


def test_every_fault_is_told() -> None:
    verdict, reasons = judge(heard(40.0, rms_dbfs=-80.2), Asked(120.0), LIMITS)

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


def test_points_decide_among_takes_that_can_be_used() -> None:
    takes = [
        replace(tracks.take(1), score={"hook": 10.0, "warnings": 0.0}),
        replace(tracks.take(2, verdict="warn"), score={"hook": 30.0, "warnings": -10.0}),
        replace(tracks.take(3, verdict="fail"), score={"hook": 99.0}),
    ]

    assert choose(takes) == takes[1]


# What each measure does to a verdict: a value that is still fine, one that is not, and a word of the reason.
@pytest.mark.parametrize(
    ("name", "fine", "bad", "verdict", "word"),
    [
        ("silent_share", 0.89, 0.91, "fail", "silent"),
        ("first_sound_s", 4.9, 5.1, "fail", "begins with"),
        ("first_sound_s", 1.9, 2.1, "warn", "begins with"),
        ("trailing_silence_s", 2.9, 3.1, "fail", "cut short"),
        ("longest_gap_s", 3.9, 4.1, "fail", "drops out"),
        ("longest_gap_s", 1.9, 2.1, "warn", "in the middle"),
        ("balance_db", 11.0, 13.0, "fail", "right channel is dead"),
        ("balance_db", -11.0, -math.inf, "fail", "left channel is dead"),
        ("correlation", -0.2, -0.4, "fail", "inverted"),
        ("flatness", 0.09, 0.11, "warn", "buried"),
        ("clipped_per_s", 49.0, 51.0, "warn", "too hot"),
        ("overs_per_s", 99.0, 101.0, "warn", "too hot"),
        ("side_db", -59.0, -61.0, "warn", "mono"),
        ("dc", 0.009, 0.011, "warn", "DC"),
        ("end_db", -3.1, -2.9, "warn", "abruptly"),
    ],
)
def test_each_measure_speaks_against_a_take_from_its_limit_on(
    name: str, fine: float, bad: float, verdict: str, word: str
) -> None:
    before = judge(heard(**{name: fine}), Asked(120.0), LIMITS)
    after, (reason,) = judge(heard(**{name: bad}), Asked(120.0), LIMITS)

    assert verdict == after != before[0]
    assert word in reason


@pytest.mark.parametrize(
    ("measured", "said", "place"),
    [
        ({"first_sound_s": 7.0}, "it begins with 7.0 s of silence", (0.0, 7.0)),
        ({"trailing_silence_s": 9.0}, "it is cut short: the last 9.0 s are silent", (111.0, 120.0)),
        ({"longest_gap_s": 5.0, "longest_gap_at_s": 65.9}, "it drops out for 5.0 s at 1:05", (65.9, 70.9)),
        (
            {"longest_gap_s": 2.5, "longest_gap_at_s": 59.9},
            "it is silent for 2.5 s in the middle, at 0:59",
            (59.9, 62.4),
        ),
        (
            {"clipped_per_s": 300.0, "overs_per_s": 9.0, "clipped_at_s": 61.0},
            "it is too hot: it clips 300 times a second, most at 1:01",
            (61.0, 62.0),
        ),
        (
            {"overs_per_s": 300.0, "clipped_at_s": 119.5},
            "it is too hot: it clips 300 times a second, most at 1:59",
            (119.5, 120.0),
        ),
        ({"end_db": 0.0}, "it ends abruptly, in full cry", (119.75, 120.0)),
    ],
)
def test_what_speaks_against_a_take_has_its_place(
    measured: dict[str, float], said: str, place: tuple[float, float]
) -> None:
    take = heard(**measured)

    assert (said,) == judge(take, Asked(120.0), LIMITS)[1]
    assert pytest.approx(place) == places(take)[said]


@pytest.mark.parametrize(
    "measured", [{"longest_gap_s": 5.0}, {"clipped_per_s": 300.0}, {"dc": 0.1}, {"side_db": -144.0}]
)
def test_what_concerns_the_whole_take_or_was_never_placed_has_no_place(measured: dict[str, float]) -> None:
    take = heard(**measured)
    _, (said,) = judge(take, Asked(120.0), LIMITS)

    assert said not in places(take)


def test_a_place_never_ends_before_it_begins() -> None:
    odd = heard(0.1, first_sound_s=-1.0, trailing_silence_s=-1.0, clipped_at_s=3.0, end_db=0.0)

    assert all(begin <= end for begin, end in places(odd).values())


def test_flat_sound_without_a_beat_is_noise_and_with_one_it_is_not() -> None:
    flat = {"flatness": 0.4, "pulse": 0.02}

    assert ("fail", ("it is noise and no music (flatness 0.40)",)) == judge(
        heard(**flat), Asked(120.0), LIMITS
    )
    assert "warn" == judge(heard(**(flat | {"pulse": 0.5})), Asked(120.0), LIMITS)[0]


def test_a_loop_is_told_by_likeness_and_sameness_together() -> None:
    assert "warn" == judge(heard(repetition=0.98, variety=0.01), Asked(120.0), LIMITS)[0]
    assert "pass" == judge(heard(repetition=0.98, variety=0.1), Asked(120.0), LIMITS)[0]


@pytest.mark.parametrize(
    ("bpm", "pulse", "asked", "verdict"),
    [(120.0, 0.6, 60, "pass"), (121.0, 0.6, 120, "pass"), (97.0, 0.6, 120, "warn"), (97.0, 0.1, 120, "pass")],
)
def test_another_tempo_is_a_doubt_when_there_is_a_beat(
    bpm: float, pulse: float, asked: int, verdict: str
) -> None:
    assert verdict == judge(heard(bpm=bpm, pulse=pulse), Asked(120.0, asked), LIMITS)[0]


@pytest.mark.parametrize(
    ("key", "verdict"), [("A minor", "pass"), ("C major", "pass"), ("E minor", "pass"), ("D# minor", "warn")]
)
def test_another_key_is_a_doubt_unless_it_is_akin(key: str, verdict: str) -> None:
    assert verdict == judge(heard(key=key), Asked(120.0, None, "A minor"), LIMITS)[0]
