"""What listening found out becomes labels: times, gains, the cover and who painted it."""

import math
from dataclasses import replace

import pytest

from pipeline import labels
from pipeline.labels import Extras, Labels
from pipeline.listening.timing import Timed, TimedLine, TimedSection
from tests.fakes import tracks

TIMED = Timed(
    lines=(TimedLine(8.004, "The kettle counts"), TimedLine(31.7, "Leave the porch light burning")),
    sections=(TimedSection(0, 8, "Intro"), TimedSection(8, 8, "Nothing"), TimedSection(8, 60, "Verse 1")),
    estimated=True,
)


def of(extras: Extras) -> Labels:
    return labels.of(tracks.track(), lyrics="[Verse 1]\nthe words", artist="Night Kettle", extras=extras)


def test_nothing_more_says_nothing_more() -> None:
    plain = labels.of(tracks.track(), lyrics="[Verse 1]\nthe words", artist="Night Kettle")

    assert plain == of(Extras())
    assert ((), (), "", "", "", "", b"") == (
        plain.synced,
        plain.chapters,
        plain.times,
        plain.replaygain_track_gain,
        plain.replaygain_track_peak,
        plain.r128_track_gain,
        plain.cover,
    )


def test_times_are_told_in_milliseconds_and_empty_sections_are_no_chapters() -> None:
    told = of(Extras(timed=TIMED))

    assert ((8000, "The kettle counts"), (31700, "Leave the porch light burning")) == told.synced
    assert ((0, 8000, "Intro"), (8000, 60000, "Verse 1")) == told.chapters


def test_estimated_times_are_told_from_heard_ones() -> None:
    heard = replace(TIMED, estimated=False)

    assert ["estimated", "heard", ""] == [of(Extras(timed=one)).times for one in (TIMED, heard, Timed())]


def test_a_table_never_has_more_chapters_than_it_can_count() -> None:
    many = tuple(TimedSection(at, at + 1, "Verse") for at in range(400))

    assert 255 == len(of(Extras(timed=Timed((), many))).chapters)


@pytest.mark.parametrize(
    ("lufs", "gain", "opus"),
    [
        (-12.19, "-5.81 dB", "-2767"),
        (-18.0, "0.00 dB", "-1280"),
        (-23.0, "5.00 dB", "0"),
        (-30.0, "12.00 dB", "1792"),
    ],
)
def test_gains_bring_the_song_to_what_players_expect(lufs: float, gain: str, opus: str) -> None:
    told = of(Extras(lufs=lufs))

    assert (gain, opus) == (told.replaygain_track_gain, told.r128_track_gain)


@pytest.mark.parametrize(("dbtp", "peak"), [(0.0, "1.000000"), (-0.1, "0.988553"), (1.5, "1.188502")])
def test_the_peak_is_told_as_a_share_of_full_scale(dbtp: float, peak: str) -> None:
    assert peak == of(Extras(true_peak_dbtp=dbtp)).replaygain_track_peak


@pytest.mark.parametrize("unknown", [-math.inf, math.nan])
def test_what_is_no_number_is_not_told(unknown: float) -> None:
    told = of(Extras(lufs=unknown, true_peak_dbtp=unknown))

    assert of(Extras()) == told


def test_a_model_that_painted_the_cover_is_told_and_a_computed_one_is_no_ai() -> None:
    painted = of(Extras(cover=b"\x89PNG", painter="maker/painter-1"))
    computed = of(Extras(cover=b"\x89PNG"))

    assert "vocals;instrumentation;composition;lyrics;artwork" == painted.ai_contribution
    assert "vocals;instrumentation;composition;lyrics" == computed.ai_contribution
    assert b"\x89PNG" == painted.cover == computed.cover


def test_a_painter_whose_picture_is_not_there_did_nothing() -> None:
    assert "artwork" not in of(Extras(painter="maker/painter-1")).ai_contribution
