"""A new take of an old song has its words heard when it becomes the song, by a real server and on a real shelf."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.audio.tagger import FileTagger
from pipeline.cli.watching import Silent
from pipeline.engine.halt import Halt
from pipeline.engine.session import Session
from pipeline.errors import Interrupted, ShelfError
from pipeline.library import sidecar
from pipeline.library.shelf import DiskShelf
from pipeline.listening.alignment import Word
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.transcriber import Transcriber
from pipeline.stages.dressing import heard
from pipeline.stages.finishing import join
from pipeline.stages.recording import Recorded
from pipeline.studio import Studio
from pipeline.track import Track
from tests.fakes import audio_files, tracks
from tests.fakes.players import studio
from tests.fakes.scribe import Scribe, fails, hears, sung
from tests.fakes.sessions import Notebook
from tests.fakes.shelved import place, song

LINES = ("The kettle counts the hours", "Leave the porch light burning")
WORDS = sung(LINES, at_s=7.0)
ECHO = tuple(Word(word["word"], word["start"], word["end"]) for word in WORDS)


class Notes(Silent):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two sounds that differ."""
    folder = tmp_path_factory.mktemp("tones")
    return [audio_files.make(folder, "mp3", seconds, name=f"tone-{seconds}") for seconds in (0.5, 0.6)]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def standing(output: Path, tones: list[Path]) -> Track:
    """A song on the shelf, made before there was a model that hears words."""
    track = song("k3f9a2p7q8r9s0tv", "Porch Light", lyrics="\n".join(LINES))
    return place(output, track, tones[0])


@pytest.fixture
def server() -> Iterator[Scribe]:
    """A server that hears every line, from the seventh second on."""
    with Scribe(hears(WORDS)) as running:
        yield running


def room(output: Path, scribe: Any, **changes: Any) -> Studio:
    """A studio with a real shelf and a real tagger."""
    return studio(**({"shelf": DiskShelf(output), "tagger": FileTagger(), "scribe": scribe} | changes))


def model(server: Scribe) -> Transcriber:
    return Transcriber(Endpoint(server.base_url), "whisper-1")


def came(file: Path, points: float = 10.0, **changes: Any) -> Recorded:
    """Give what the band brought: one take with that many points, the standing one has none."""
    take = replace(tracks.take(1, file, score={"hook": points}), **changes)
    return Recorded((take,), take)


def sheet(track: Track) -> str:
    return Path(track.file).with_suffix(".lrc").read_text()


def test_a_new_take_that_becomes_the_song_has_its_words_heard(
    standing: Track, output: Path, tones: list[Path], server: Scribe, session: Session
) -> None:
    track = join(standing, came(tones[1]), room(output, model(server)), session)

    kept = sidecar.load(Path(track.sidecar))
    assert 2 == track.chosen_take == kept.chosen_take
    assert (None, (7.0, 10.0)) == tuple(take.sung and take.sung.lines for take in kept.takes)
    assert "[00:07.00]The kettle counts the hours" in sheet(track)
    labels = FileTagger().read(Path(track.file))
    assert ("heard", [7_000, 10_000]) == (labels.times, [ms for ms, _ in labels.synced])
    assert [tones[1].read_bytes()] == [upload.file for upload in server.uploads]


def test_a_new_take_that_stays_behind_is_not_heard(
    standing: Track, output: Path, tones: list[Path], server: Scribe, session: Session
) -> None:
    join(standing, came(tones[1], -1.0), room(output, model(server)), session)

    assert [] == server.uploads


def test_beside_a_take_that_was_picked_nothing_is_heard(
    standing: Track, output: Path, tones: list[Path], server: Scribe, session: Session
) -> None:
    shelf = DiskShelf(output)
    picked = shelf.revise(standing.id, lambda track: replace(track, picked=True))

    track = join(picked, came(tones[1]), room(output, model(server)), session)

    assert (1, []) == (track.chosen_take, server.uploads)


def test_a_model_that_fails_is_a_word_and_the_new_take_is_the_song_all_the_same(
    standing: Track, output: Path, tones: list[Path], session: Session
) -> None:
    watch = Notes()

    with Scribe(fails(400, "out of tune")) as server:
        track = join(standing, came(tones[1]), room(output, model(server), watch=watch), session)

    told, _ = watch.told
    assert "the words were not heard" in told
    assert "out of tune" in told
    assert (2, None) == (track.chosen_take, track.takes[1].sung)
    assert "estimated" == FileTagger().read(Path(track.file)).times


def test_nobody_waits_for_the_shelf_while_words_are_heard(
    standing: Track, output: Path, tones: list[Path], session: Session
) -> None:
    class Rater:
        """Has another one write to the shelf while it listens."""

        def words(self, *_: object) -> tuple[Word, ...]:
            DiskShelf(output, patience_s=0.2).revise(standing.id, lambda track: replace(track, rating=5))
            return ECHO

    track = join(standing, came(tones[1]), room(output, Rater()), session)

    assert (2, 5, 1.0) == (track.chosen_take, track.rating, track.takes[1].sung and track.takes[1].sung.share)


def test_what_was_heard_before_a_crash_is_not_asked_for_again(
    standing: Track, output: Path, tones: list[Path], server: Scribe, tmp_path: Path
) -> None:
    class Breaking:
        """Tags nothing."""

        def tag(self, *_: object) -> None:
            raise ShelfError("no room")

    notebook = Notebook(tmp_path / "songs")
    with pytest.raises(ShelfError, match="no room"):
        join(standing, came(tones[1]), room(output, model(server), tagger=Breaking()), notebook.session())

    track = join(standing, came(tones[1]), room(output, model(server)), notebook.session())

    assert 1 == len(server.uploads)
    assert "heard" == FileTagger().read(Path(track.file)).times


def test_a_take_that_was_heard_is_never_asked_for_again(tones: list[Path], server: Scribe) -> None:
    track = song("k3f9a2p7q8r9s0tv", "Porch Light", lyrics="\n".join(LINES))
    track = replace(track, takes=(tracks.take(1, tones[0]),))

    once = heard(track, model(server), Silent())
    twice = heard(once, model(server), Silent())

    assert once.takes[0].sung is not None
    assert once is twice
    assert 1 == len(server.uploads)


def test_a_take_of_the_rehearsal_band_is_not_heard_in_a_real_song(
    standing: Track, output: Path, tones: list[Path], server: Scribe, session: Session
) -> None:
    hummed = came(tones[1]).best
    hummed = replace(hummed, recording=replace(hummed.recording, server_says={"dit_model": "rehearsal-band"}))

    join(standing, Recorded((hummed,), hummed), room(output, model(server)), session)

    assert [] == server.uploads


def test_work_that_is_called_off_is_no_model_that_fails(
    standing: Track, output: Path, tones: list[Path], server: Scribe, tmp_path: Path
) -> None:
    halt = Halt()
    halt.set()
    session = Notebook(tmp_path / "songs").session(heed=halt.heed)

    with pytest.raises(Interrupted):
        join(standing, came(tones[1]), room(output, model(server)), session)

    assert standing == DiskShelf(output).find(standing.id)
