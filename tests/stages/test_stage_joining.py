"""What is told of several takes: a new song's by their own numbers, a retake's by those they have on the shelf."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.audio.tagger import FileTagger
from pipeline.brief import Brief
from pipeline.cli.watching import Silent
from pipeline.engine.session import Session
from pipeline.library.shelf import DiskShelf
from pipeline.stages.finishing import finish, join
from pipeline.stages.recording import Recorded, record
from pipeline.take import Take
from pipeline.track import Track
from tests.fakes import audio_files, tracks
from tests.fakes.players import LOUD, ScriptedBand, studio
from tests.fakes.shelved import numbered, song


class Notes(Silent):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four sounds that differ."""
    folder = tmp_path_factory.mktemp("tones")
    return [audio_files.make(folder, "mp3", number / 10, name=f"tone-{number}") for number in (1, 2, 3, 4)]


@pytest.fixture
def shelf(tmp_path: Path) -> DiskShelf:
    return DiskShelf(tmp_path / "output")


@pytest.fixture
def standing(shelf: DiskShelf, tones: list[Path]) -> Track:
    """A song of two takes; the second one, with 97.14 points, is the song."""
    takes = (came(1, tones[0], 90.0), came(2, tones[1], 97.14))
    placed = replace(song("k3f9a2p7q8r9s0tv", "Porch Light"), takes=takes, chosen_take=2)
    return shelf.place(placed, numbered)


def came(number: int, file: Path, points: float) -> Take:
    """A take with that number and so many points; none, and it has failed."""
    if not points:
        return tracks.take(number, file, verdict="fail", reasons=("it is silent",))
    return tracks.take(number, file, score={"hook": points - 1, "sound": 1.0})


def retaken(shelf: DiskShelf, standing: Track, session: Session, *takes: Take) -> list[str]:
    """Join takes to a song, as a job numbers them; gives the notes."""
    watch, best = Notes(), max(takes, key=lambda take: sum(take.score.values()))
    room = studio(shelf=shelf, tagger=FileTagger(), watch=watch)
    join(standing, Recorded(takes, best), room, session)
    return watch.told


def test_a_retake_that_is_not_better_is_told_by_the_numbers_of_the_shelf(
    shelf: DiskShelf, standing: Track, tones: list[Path], session: Session
) -> None:
    notes = retaken(shelf, standing, session, came(1, tones[2], 95.2), came(2, tones[3], 96.25))

    assert ["take 2 stays the song (97.1); new: take 3 (95.2), take 4 (96.2)"] == notes


def test_a_retake_that_is_better_is_told_beside_what_it_replaces(
    shelf: DiskShelf, standing: Track, tones: list[Path], session: Session
) -> None:
    notes = retaken(shelf, standing, session, came(1, tones[2], 98.0), came(2, tones[3], 0.0))

    assert [
        "take 3 is the song now instead of take 2 (97.1); new: take 3 (98.0), take 4 (fails: it is silent)"
    ] == notes


def test_beside_a_take_that_was_picked_the_best_retake_changes_nothing_and_that_is_told(
    shelf: DiskShelf, standing: Track, tones: list[Path], session: Session
) -> None:
    picked = shelf.pick(standing.id, 1, numbered)

    notes = retaken(shelf, picked, session, came(1, tones[2], 99.0))

    assert ["take 1 stays: you picked it; new: take 3 (99.0)"] == notes


def test_the_same_sound_once_more_is_nothing_new(
    shelf: DiskShelf, standing: Track, tones: list[Path], session: Session
) -> None:
    assert ["take 2 stays the song (97.1)"] == retaken(shelf, standing, session, came(1, tones[0], 90.0))


def test_a_song_whose_sidecar_names_a_take_that_is_not_there_gets_a_retake_all_the_same(
    shelf: DiskShelf, standing: Track, tones: list[Path], session: Session
) -> None:
    lost = shelf.revise(standing.id, lambda track: replace(track, chosen_take=9))

    assert ["take 2 is the song now; new: take 3 (90.0)"] == retaken(
        shelf, lost, session, came(1, tones[2], 90.0)
    )


def test_the_choice_among_a_new_songs_takes_is_told_when_it_is_finished_and_not_before(
    session: Session,
) -> None:
    watch, brief, words = Notes(), Brief(text="insomnia", takes=2), tracks.words()
    room = studio(band=ScriptedBand(LOUD, LOUD), watch=watch)

    recorded = record(words, brief, room, session)
    before = list(watch.told)
    finish(words, recorded, brief, room, session)

    assert [] == before
    (told,) = watch.told
    first, second = (f"{sum(take.score.values()):.1f}" for take in recorded.takes)
    assert f"take 1 is chosen: take 1 ({first}), take 2 ({second})" == told


def test_nothing_is_told_of_a_choice_where_there_is_none(session: Session) -> None:
    watch, brief, words = Notes(), Brief(text="insomnia"), tracks.words()
    room = studio(band=ScriptedBand(LOUD), watch=watch)

    finish(words, record(words, brief, room, session), brief, room, session)

    assert [] == watch.told
