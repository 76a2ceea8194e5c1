"""The scripted players do what their scripts say."""

from pathlib import Path

import pytest

from pipeline.arranging import jobs
from pipeline.brief import Brief
from pipeline.cli.watching import Silent
from pipeline.track import Track
from pipeline.writing.prompt import Message
from tests.fakes import tracks
from tests.fakes.players import (
    BROKEN,
    LOUD,
    PLAYING,
    Clock,
    Dice,
    FlatShelf,
    KeepingTagger,
    ReadingEar,
    ScriptedBand,
    ScriptedWriter,
)


def test_the_writer_answers_in_order_and_keeps_what_it_was_asked() -> None:
    writer, question = ScriptedWriter("one", "two"), [Message("user", "sing")]

    assert ["one", "two"] == [writer.ask(question, watch=Silent()).text for _ in range(2)]
    assert [tuple(question)] * 2 == writer.asked
    with pytest.raises(StopIteration):
        writer.ask(question)


def test_the_band_plays_its_script_and_then_fails(tmp_path: Path) -> None:
    band = ScriptedBand(LOUD, BROKEN)
    (job,) = jobs(tracks.SONG, Brief(text="a"), 5, PLAYING)
    tickets = [band.submit(job, Silent()) for _ in range(3)]

    played, broken, exhausted = band.collect(tickets, tmp_path, Silent())

    (recording,) = played.recordings
    measures = ReadingEar().measure(Path(recording.file))
    assert measures is not None
    assert (LOUD, 60.0) == (measures.rms_dbfs, measures.duration_s)
    assert (5, 1) == (recording.seed, recording.number)
    assert BROKEN == broken.failure == exhausted.failure
    assert [job] * 3 == band.jobs


def test_dice_and_clock_never_say_the_same_twice() -> None:
    dice, clock = Dice(), Clock(step=0.5)

    assert [1000, 2000] == [dice(), dice()]
    assert 0.5 == -(clock() - clock()).total_seconds()


def test_the_shelf_has_the_chosen_take_labelled_where_it_lies() -> None:
    takes = (tracks.take(1), tracks.take(2))
    labelled: list[Path] = []
    track = tracks.track(*takes, chosen_take=2)

    def label(file: Path, track: Track) -> tuple[Track, dict[str, bytes]]:
        labelled.append(file)
        return track, {".lrc": b"words"}

    shelf = FlatShelf()
    placed = shelf.place(track, label)

    assert {".lrc": b"words"} == shelf.beside

    assert [Path(takes[1].recording.file)] == labelled
    assert takes[1].recording.file == placed.file


def test_the_tagger_keeps_the_labels() -> None:
    tagger = KeepingTagger()
    labels = object()

    tagger.tag(Path("a"), labels)  # type: ignore[arg-type]

    assert ([Path("a")], [labels]) == (tagger.files, tagger.labels)
