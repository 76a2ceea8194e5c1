"""The recording stage when a music server goes away and another one takes over."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.arranging import MOST_TRIES, SEED_SENTENCE
from pipeline.brief import Brief
from pipeline.cli.watching import Silent
from pipeline.errors import BandError
from pipeline.stages.recording import record
from pipeline.take import Failure, Trouble
from tests.fakes import tracks
from tests.fakes.players import BROKEN, HOUSE, LOUD, ScriptedBand, studio

WORDS = tracks.words()
BRIEF = Brief(text="insomnia")
GONE = Failure(Trouble.GONE, "the music server http://a cannot be reached")


class Memory:
    """A session that forgets when the test ends; `names` are the stages as they ran."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []

    def once(self, name: str, _kind: Any, do: Callable[..., Any], *args: Any) -> Any:
        self.names.append(name)
        return do(*args)

    def set_aside(self, _stage: str) -> Path:
        return self.folder


class Notes(Silent):
    """A watch that remembers the notes."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.fixture
def session(tmp_path: Path) -> Any:
    return Memory(tmp_path)


def test_a_job_whose_server_has_gone_is_played_unchanged_and_costs_no_spare_take(session: Any) -> None:
    band = ScriptedBand(GONE, GONE, LOUD)
    house = replace(HOUSE, spare_takes=0)

    recorded = record(WORDS, BRIEF, studio(band=band, house=house), session)

    assert 3 == len(band.jobs)
    assert 1 == len(set(band.jobs))
    assert () == recorded.best.degraded
    assert 1 == recorded.best.recording.number


def test_every_try_has_a_name_of_its_own_in_the_journal(session: Any) -> None:
    record(WORDS, BRIEF, studio(band=ScriptedBand(GONE, GONE, LOUD)), session)

    assert len(session.names) == len(set(session.names))


def test_servers_that_keep_going_away_end_it(session: Any) -> None:
    band = ScriptedBand(*[GONE] * 99)

    with pytest.raises(BandError, match="cannot be reached"):
        record(WORDS, BRIEF, studio(band=band, house=replace(HOUSE, spare_takes=0)), session)

    assert MOST_TRIES == len(band.jobs)


def test_a_handed_over_job_takes_no_spare_take_from_one_that_failed(session: Any) -> None:
    band = ScriptedBand(
        BROKEN, GONE, BROKEN, LOUD, LOUD
    )  # two takes, then both again, then the first once more
    house = replace(HOUSE, spare_takes=1)

    record(WORDS, BRIEF.model_copy(update={"takes": 2}), studio(band=band, house=house), session)

    assert [1, 2, 2, 1] == [job.number for job in band.jobs]
    assert [(), (), (), (SEED_SENTENCE,)] == [job.degraded for job in band.jobs]


def test_without_a_spare_take_only_the_handed_over_job_is_played_again(session: Any) -> None:
    band = ScriptedBand(BROKEN, GONE, LOUD)
    house = replace(HOUSE, spare_takes=0)

    recorded = record(WORDS, BRIEF.model_copy(update={"takes": 2}), studio(band=band, house=house), session)

    assert [1, 2, 2] == [job.number for job in band.jobs]
    assert 2 == recorded.best.recording.number


def test_a_handover_is_told(session: Any) -> None:
    watch = Notes()

    record(WORDS, BRIEF, replace(studio(band=ScriptedBand(GONE, LOUD)), watch=watch), session)

    assert [f"take 1: {GONE.message}", "another server plays it"] == watch.told
