"""The recording stage: how many jobs are played, with which seed, and what is told of them."""

from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from pipeline.arranging import LOST_SENTENCE, SEED_SENTENCE
from pipeline.brief import Brief
from pipeline.engine.session import Session
from pipeline.errors import BandError, TakesError
from pipeline.song import Section, Song
from pipeline.stages.recording import record
from pipeline.take import Failure, Hook, Measures, Trouble
from tests.fakes import tracks
from tests.fakes.players import BROKEN, HOUSE, LOUD, PLAYING, QUIET, Dice, ScriptedBand, studio

WORDS = tracks.words()
BRIEF = Brief(text="insomnia")
NO_PLANNER = Failure(Trouble.NO_LANGUAGE_MODEL, "the script says so")
LOST = Failure(Trouble.LOST, "the script says so")


@pytest.mark.parametrize("spare", [0, 1, 2])
def test_no_more_jobs_are_played_than_asked_for_and_spared(session: Session, spare: int) -> None:
    band = ScriptedBand(NO_PLANNER, LOST, BROKEN, BROKEN, BROKEN)

    with pytest.raises(BandError, match="the music server played nothing"):
        record(WORDS, BRIEF, studio(band=band, house=replace(HOUSE, spare_takes=spare)), session)

    assert 1 + spare == len(band.jobs)


def test_spare_takes_are_shared_by_all_takes_of_a_song(session: Session) -> None:
    band = ScriptedBand(*[BROKEN] * 9)

    with pytest.raises(BandError):
        record(
            WORDS, BRIEF.model_copy(update={"takes": 3}), studio(band=band), session
        )  # the house spares two

    assert 5 == len(band.jobs)


def test_a_spare_take_is_not_played_when_it_is_not_needed(session: Session) -> None:
    band = ScriptedBand(LOUD, LOUD)

    recorded = record(WORDS, BRIEF.model_copy(update={"takes": 2}), studio(band=band), session)

    assert [1, 2] == [job.number for job in band.jobs]
    assert [1, 2] == [take.recording.number for take in recorded.takes]


def test_each_take_knows_what_it_was_played_with(session: Session) -> None:
    band = ScriptedBand(QUIET, LOUD)

    recorded = record(WORDS, BRIEF, studio(band=band), session)

    assert [("fail", 1), ("pass", 2)] == [(take.verdict, take.recording.number) for take in recorded.takes]
    assert recorded.takes[1] == recorded.best
    assert [job.parameters for job in band.jobs] == [take.parameters for take in recorded.takes]
    assert recorded.takes[0].parameters != recorded.takes[1].parameters


def test_the_seed_that_a_take_was_played_with_is_its_own_where_several_are_one_job(session: Session) -> None:
    class Twofold(ScriptedBand):
        def collect(self, *args: object) -> tuple[object, ...]:  # type: ignore[override]
            (outcome,) = super().collect(*args)  # type: ignore[arg-type]
            (one,) = outcome.recordings
            return (replace(outcome, recordings=(one, replace(one, number=2, seed=8))),)

    house = replace(HOUSE, playing=replace(PLAYING, batch_size=2))
    brief = BRIEF.model_copy(update={"takes": 2, "seed": 7})

    recorded = record(WORDS, brief, studio(band=Twofold(LOUD), house=house), session)

    assert [7, 8] == [take.parameters["seed"] for take in recorded.takes]


def test_what_was_given_up_on_the_way_to_a_take_is_told_of_that_take(session: Session) -> None:
    band = ScriptedBand(NO_PLANNER, NO_PLANNER, LOST, LOUD, LOUD)
    house = replace(HOUSE, spare_takes=3)

    recorded = record(WORDS, BRIEF.model_copy(update={"takes": 2}), studio(band=band, house=house), session)

    no_planner = "thinking was turned off: the server has no language model"
    assert [(no_planner,), (no_planner, LOST_SENTENCE)] == sorted(take.degraded for take in recorded.takes)


def test_what_was_given_up_for_a_take_is_not_told_of_another(session: Session) -> None:
    band = ScriptedBand(LOUD, BROKEN, LOUD)

    recorded = record(WORDS, BRIEF.model_copy(update={"takes": 2}), studio(band=band), session)

    assert 1 == recorded.best.recording.number
    assert [(), (SEED_SENTENCE,)] == [take.degraded for take in recorded.takes]


def test_a_file_of_another_format_is_told_as_given_up(session: Session) -> None:
    class Contrary(ScriptedBand):
        def collect(self, *args: object) -> tuple[object, ...]:  # type: ignore[override]
            (outcome,) = super().collect(*args)  # type: ignore[arg-type]
            return (replace(outcome, recordings=(replace(outcome.recordings[0], format="wav"),)),)

    recorded = record(WORDS, BRIEF, studio(band=Contrary(LOUD)), session)

    assert ("the server sent wav where mp3 was asked for",) == recorded.best.degraded


def test_the_dice_are_rolled_once_for_all_takes_of_a_playing(session: Session) -> None:
    dice, band = Dice(), ScriptedBand(LOUD, LOUD)
    room = studio(band=band, dice=dice)

    record(WORDS, BRIEF.model_copy(update={"takes": 2}), room, session)
    record(WORDS, BRIEF.model_copy(update={"takes": 2}), room, session)  # taken up again

    assert [1000, 1001] == [job.seed for job in band.jobs]
    assert 1 == dice.rolls


def test_a_playing_that_was_put_aside_is_played_anew_with_a_new_seed(session: Session) -> None:
    dice, band = Dice(), ScriptedBand(QUIET, LOUD)
    room = studio(band=band, dice=dice, house=replace(HOUSE, spare_takes=0))

    with pytest.raises(TakesError, match="it is silent"):
        record(WORDS, BRIEF, room, session)
    recorded = record(WORDS, BRIEF, room, session)

    assert [1000, 2000] == [job.seed for job in band.jobs]
    assert "pass" == recorded.best.verdict


@pytest.mark.parametrize("seed", [0, 7])
def test_the_seed_of_the_brief_is_played_and_nobody_rolls_dice(session: Session, seed: int) -> None:
    dice, band = Dice(), ScriptedBand(LOUD)

    record(WORDS, BRIEF.model_copy(update={"seed": seed}), studio(band=band, dice=dice), session)

    assert ([seed], 0) == ([job.seed for job in band.jobs], dice.rolls)


def test_a_batch_is_one_job(session: Session) -> None:
    band = ScriptedBand(LOUD)
    house = replace(HOUSE, playing=replace(PLAYING, batch_size=3))

    record(WORDS, BRIEF.model_copy(update={"takes": 3}), studio(band=band, house=house), session)

    assert [3] == [job.batch_size for job in band.jobs]


class Chorister:
    """Hears a voice in every other take, beginning with the first, and is sure of it."""

    def __init__(self) -> None:
        self._sings = cycle([4.0, None])

    def measure(self, file: Path) -> Measures:
        voice = Hook(0.1, next(self._sings), certainty=1.0, loudness_lu=0.0, onsets=20)
        return Measures(float(file.read_text().split()[1]), 48_000, 2, -1.0, LOUD, finite=True, hook=voice)


@pytest.mark.parametrize(("lines", "chosen"), [(("No shore",), 1), ((), 2)], ids=["song", "instrumental"])
def test_a_take_that_sings_is_chosen_for_words_and_another_without(
    session: Session, lines: tuple[str, ...], chosen: int
) -> None:
    song = Song("Dark trip-hop", (Section("Verse 1", "", lines),), "Porch Light")
    room = studio(band=ScriptedBand(LOUD, LOUD), ear=Chorister())

    recorded = record(tracks.words(song), BRIEF.model_copy(update={"takes": 2}), room, session)

    assert chosen == recorded.best.recording.number
