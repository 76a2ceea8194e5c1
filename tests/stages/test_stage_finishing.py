"""The finished track: its parameters, its timings, and what the house filled in."""

from dataclasses import replace

import pytest

from pipeline.brief import Brief
from pipeline.engine.session import Session
from pipeline.stages.finishing import finish
from pipeline.stages.recording import record
from pipeline.stages.settling import settle
from tests.fakes import tracks
from tests.fakes.players import HOUSE, LOUD, PLAYING, QUIET, Clock, KeepingTagger, ScriptedBand, studio

BRIEF = Brief(text="insomnia")


def test_the_parameters_are_those_of_the_chosen_takes_job(session: Session) -> None:
    band = ScriptedBand(QUIET, LOUD)
    room = studio(band=band)

    track = finish(tracks.words(), record(tracks.words(), BRIEF, room, session), BRIEF, room, session)

    assert 2 == track.chosen_take
    assert band.jobs[1].seed == track.parameters["seed"] != band.jobs[0].seed
    assert {"number", "caption", "lyrics", "degraded"}.isdisjoint(track.parameters)
    assert ("ja", 3, 8, 7.0, "mp3") == tuple(
        track.parameters[name]
        for name in ("language", "time_signature", "inference_steps", "guidance_scale", "audio_format")
    )


def test_the_total_time_is_the_sum_of_its_parts(session: Session) -> None:
    room = studio(band=ScriptedBand(LOUD, queue_s=2.25, render_s=4.5), now=Clock(step=0.75))
    words = tracks.words(write_s=7.5)

    track = finish(words, record(words, BRIEF, room, session), BRIEF, room, session)

    # The clock is looked at when finishing begins, for `made_at`, and when the tags are written: two steps.
    assert {
        "write_s": 7.5,
        "queue_s": 2.25,
        "render_s": 4.5,
        "finish_s": 1.5,
        "total_s": 15.75,
    } == track.timings


def test_the_labels_carry_the_houses_artist_and_album(session: Session) -> None:
    tagger = KeepingTagger()
    room = studio(
        band=ScriptedBand(LOUD), tagger=tagger, house=replace(HOUSE, artist="A Kettle", album="Steam")
    )

    finish(tracks.words(), record(tracks.words(), BRIEF, room, session), BRIEF, room, session)

    assert [("A Kettle", "Steam")] == [(told.artist, told.album) for told in tagger.labels]


@pytest.mark.parametrize("duration", [60.0, "auto"])
def test_what_the_brief_leaves_open_comes_from_the_house(duration: float | str) -> None:
    house = replace(HOUSE, duration=duration)  # type: ignore[arg-type]

    settled = settle(BRIEF, house)

    assert ("ja", duration, 3) == (settled.language, settled.duration, settled.time_signature)


@pytest.mark.parametrize("duration", [90.0, "auto"])
def test_the_house_never_overrides_the_brief(duration: float | str) -> None:
    said = Brief.model_validate({
        "text": "insomnia", "language": "de", "duration": duration, "time_signature": 6,
        "bpm": 90, "key": "Am", "seed": 0, "takes": 2, "title": "Kettle",
    })  # fmt: skip

    assert said == settle(said, HOUSE)


def test_the_houses_length_is_settled_even_when_it_is_written_for_another(session: Session) -> None:
    house = replace(HOUSE, duration=120.0, playing=replace(PLAYING, duration_s=60.0))

    assert 120.0 == settle(BRIEF, house).duration
