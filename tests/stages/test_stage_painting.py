"""A picture that a model draws becomes a cover: drawn by a real server, framed for real, on a real shelf."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.audio.tagger import FileTagger
from pipeline.cli.watching import Silent
from pipeline.engine.session import Session
from pipeline.errors import ShelfError
from pipeline.library import sidecar
from pipeline.library.shelf import DiskShelf
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.pace import Pace
from pipeline.stages.dressing import Dresser
from pipeline.stages.finishing import finish
from pipeline.stages.painting import painted
from pipeline.stages.recording import Recorded
from pipeline.studio import Studio
from pipeline.track import Track
from pipeline.wiring.covers import Painter, PictureModel
from tests.fakes import audio_files, tracks
from tests.fakes.gallery import Gallery, draws, picture
from tests.fakes.players import HOUSE, KeepingLeveller, studio
from tests.fakes.scribe import fails
from tests.fakes.sessions import ORDER, Notebook

DRAWN = picture(400)


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
def server() -> Iterator[Gallery]:
    """A server with one picture to give."""
    with Gallery(draws(DRAWN)) as running:
        yield running


def room(output: Path, server: Gallery, **changes: Any) -> Studio:
    """A studio with a real shelf, a real tagger and real painters."""
    model = PictureModel(Endpoint(server.base_url), "brush-1", 20.0, Pace(sleep=lambda _: None))
    known = {"shelf": DiskShelf(output), "tagger": FileTagger(), "painter": Painter(), "illustrator": model}
    return studio(**(known | changes))


def came(*tones: Path) -> Recorded:
    """Give what the band brought; the first take is the best."""
    takes = tuple(tracks.take(number, tone) for number, tone in enumerate(tones, 1))
    return Recorded(takes, takes[0])


def made(output: Path, server: Gallery, session: Session, *tones: Path, **changes: Any) -> Track:
    """Finish a song in a house with an image model."""
    return finish(tracks.words(), came(*tones), ORDER.brief, room(output, server, **changes), session)


def beside(track: Track, suffix: str) -> Path:
    return Path(track.file).with_suffix(suffix)


def test_the_picture_is_framed_kept_untouched_and_told_as_made_by_a_machine(
    tmp_path: Path, server: Gallery, session: Session, tones: list[Path]
) -> None:
    track = made(tmp_path / "output", server, session, tones[0])

    own = Painter().cover(track)
    framed = beside(track, ".cover.jpg").read_bytes()
    assert Painter().cover(replace(track, painter="")).large != framed == own.large
    assert DRAWN == beside(track, ".picture.png").read_bytes()
    assert "brush-1" == track.painter == sidecar.load(Path(track.sidecar)).painter
    assert hashlib.sha256(DRAWN).hexdigest() == track.hashes[beside(track, ".picture.png").name]
    labels = FileTagger().read(Path(track.file))
    assert own.small == labels.cover
    assert "artwork" in labels.ai_contribution.split(";")
    assert ["brush-1"] == [asked["model"] for asked in server.asked]


def test_another_take_keeps_the_picture_and_nobody_is_asked_again(
    tmp_path: Path, server: Gallery, session: Session, tones: list[Path]
) -> None:
    output = tmp_path / "output"
    track = made(output, server, session, *tones)
    cover = beside(track, ".cover.jpg").read_bytes()
    dresser = Dresser(FileTagger(), Painter(), KeepingLeveller(), HOUSE)

    picked = DiskShelf(output).pick(track.id, 2, dresser, mark=lambda song: song)

    assert (2, "brush-1") == (picked.chosen_take, picked.painter)
    assert cover == beside(picked, ".cover.jpg").read_bytes()
    assert "artwork" in FileTagger().read(Path(picked.file)).ai_contribution
    assert 1 == len(server.asked)


def test_a_picture_that_is_lost_gives_way_to_a_cover_of_ours(
    tmp_path: Path, server: Gallery, session: Session, tones: list[Path]
) -> None:
    output = tmp_path / "output"
    track = made(output, server, session, *tones)
    beside(track, ".picture.png").unlink()
    dresser = Dresser(FileTagger(), Painter(), KeepingLeveller(), HOUSE)

    picked = DiskShelf(output).pick(track.id, 2, dresser, mark=lambda song: song)

    assert "" == picked.painter
    assert Painter().cover(picked).large == beside(picked, ".cover.jpg").read_bytes()
    assert "artwork" not in FileTagger().read(Path(picked.file)).ai_contribution


@pytest.mark.parametrize(
    ("answer", "said"),
    [(fails(402, "no money left"), "no money left"), (draws(b"GIF89a"), "no PNG, JPEG or WebP")],
    ids=["no money", "no picture"],
)
def test_a_model_that_fails_is_a_word_and_songpipe_draws_the_cover(
    tmp_path: Path, session: Session, tones: list[Path], answer: Any, said: str
) -> None:
    watch = Notes()

    with Gallery(answer) as server:
        track = made(tmp_path / "output", server, session, tones[0], watch=watch)

    (told,) = watch.told
    assert told.startswith("songpipe draws the cover itself: ")
    assert said in told
    assert "" == track.painter
    assert Painter().cover(track).large == beside(track, ".cover.jpg").read_bytes()


def test_a_picture_is_paid_for_once_whatever_breaks_after_it(
    tmp_path: Path, server: Gallery, tones: list[Path]
) -> None:
    class Breaking:
        """Tags nothing."""

        def tag(self, *_: object) -> None:
            raise ShelfError("no room")

    notebook, output = Notebook(tmp_path / "songs"), tmp_path / "output"
    with pytest.raises(ShelfError, match="no room"):
        made(output, server, notebook.session(), tones[0], tagger=Breaking())

    track = made(output, server, notebook.session(), tones[0])

    assert 1 == len(server.asked)
    assert DRAWN == beside(track, ".picture.png").read_bytes()


def test_nobody_is_asked_for_a_rehearsal(
    tmp_path: Path, server: Gallery, session: Session, tones: list[Path]
) -> None:
    track = tracks.track(tracks.take(1, tones[0]), rehearsal=True)

    assert (track, None) == painted(track, room(tmp_path / "output", server), session)
    assert [] == server.asked
