"""A plot of a take shows the sections of its song and the places of what speaks against it, whatever lies beside it."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from pipeline.audio.ear import SoundfileEar
from pipeline.audio.tagger import FileTagger
from pipeline.cli.plotting import Plots
from pipeline.errors import InputError
from pipeline.labels import Labels
from pipeline.library import sidecar
from pipeline.take import Sung
from pipeline.track import Track
from tests.fakes import audio_files, tracks
from tests.fakes.shelved import place

SVG = "{http://www.w3.org/2000/svg}"
SECONDS = 4.0
LEFT, SPAN = 64, 1600 - 64 - 24
HEARD, ESTIMATED = "sections: as heard", "sections: as written, times estimated"
RED = "#c22f2f"


@pytest.fixture(scope="module")
def ear() -> Iterator[SoundfileEar]:
    """One ear for all takes."""
    with SoundfileEar() as listening:
        yield listening


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audio_files.make(tmp_path_factory.mktemp("tone"), "mp3", SECONDS)


@pytest.fixture
def song(tmp_path: Path, tone: Path) -> Track:
    """A song on the shelf, of a verse and a chorus, with one take; its tags hold no chapters."""
    return place(tmp_path / "output", tracks.track(), tone)


class Drawn:
    """A plot as SVG, read again."""

    def __init__(self, take: Path, ear: SoundfileEar, *reasons: str) -> None:
        target = take.with_name("seen.svg")
        Plots(str(target), [take]).draw(take, ear.measure(take), reasons, ear)
        self._root = ElementTree.fromstring(target.read_text())  # noqa: S314 -- our own document

    @property
    def texts(self) -> list[str]:
        return [str(each.text) for each in self._root.iter(f"{SVG}text")]

    @property
    def sections(self) -> list[str]:
        """The names in the strip, which all stand on one line."""
        return [str(each.text) for each in self._root.iter(f"{SVG}text") if each.attrib["y"] == "75.0"]

    @property
    def borders(self) -> list[float]:
        """Where the stretches of the strip begin, in seconds."""
        strip = (each for each in self._root.iter(f"{SVG}rect") if each.attrib.get("y") == "58.0")
        return [round((float(each.attrib["x"]) - LEFT) / SPAN * SECONDS, 1) for each in strip]

    @property
    def shaded(self) -> list[tuple[float, float]]:
        """What is shaded over the wave, in seconds from and until."""
        marks = (
            each.attrib
            for each in self._root.iter(f"{SVG}rect")
            if (each.attrib["fill"], each.attrib.get("fill-opacity")) == (RED, "0.16")
        )
        spans = ((float(mark["x"]) - LEFT, float(mark["width"])) for mark in marks)
        return [(round(x / SPAN * SECONDS, 1), round((x + width) / SPAN * SECONDS, 1)) for x, width in spans]


def test_a_file_that_is_nobodys_song_has_letters_for_sections(tone: Path, ear: SoundfileEar) -> None:
    drawn = Drawn(tone, ear)

    assert ["A"] == drawn.sections
    assert HEARD in drawn.texts


def test_a_song_has_the_sections_that_were_written(song: Track, ear: SoundfileEar) -> None:
    drawn = Drawn(Path(song.file), ear)

    assert ["Verse 1", "Chorus"] == drawn.sections
    assert ESTIMATED in drawn.texts
    assert 0.0 == drawn.borders[0] < drawn.borders[1] < SECONDS


def test_a_take_has_the_sections_of_its_song(song: Track, ear: SoundfileEar) -> None:
    drawn = Drawn(Path(song.takes[0].recording.file), ear)

    assert ["Verse 1", "Chorus"] == drawn.sections
    assert ESTIMATED in drawn.texts


def test_lines_that_were_heard_place_the_sections(song: Track, ear: SoundfileEar) -> None:
    beside = Path(song.sidecar)
    told = sidecar.parse(beside.read_text())
    take = replace(told.takes[0], sung=Sung(0.5, 1.0, (0.5, 3.0, 3.5), 1.0))
    beside.write_text(sidecar.text(replace(told, takes=(take,))))

    drawn = Drawn(Path(song.file), ear)

    assert [0.0, 3.0] == drawn.borders
    assert "sections: as written, times heard" in drawn.texts


def test_the_chapters_of_a_song_come_before_its_sidecar(song: Track, ear: SoundfileEar) -> None:
    chapters = ((0, 1000, "Opening"), (1000, 4000, "Refrain"))
    FileTagger().tag(Path(song.file), Labels(song_id=song.id, chapters=chapters, times="heard"))

    drawn = Drawn(Path(song.file), ear)

    assert (["Opening", "Refrain"], [0.0, 1.0]) == (drawn.sections, drawn.borders)
    assert "sections: as written, times heard" in drawn.texts


def test_the_chapters_of_a_strangers_file_are_not_a_songs(
    tone: Path, tmp_path: Path, ear: SoundfileEar
) -> None:
    file = tmp_path / "podcast.mp3"
    file.write_bytes(tone.read_bytes())
    FileTagger().tag(file, Labels(chapters=((0, 2000, "Adverts"), (2000, 4000, "Chatter"))))

    assert HEARD in Drawn(file, ear).texts


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"schema": "songpipe.song/1"}',
        b'{"schema": "songpipe.song/1", "duration_s": 1e999}',
    ],
    ids=["nothing", "a list", "no text", "a pit", "a stub", "no number"],
)
def test_a_sidecar_that_makes_no_sense_is_passed_over(song: Track, ear: SoundfileEar, content: bytes) -> None:
    Path(song.sidecar).write_bytes(content)

    assert HEARD in Drawn(Path(song.file), ear).texts


@pytest.mark.parametrize("kind", ["folder", "pipe", "bottomless"])
def test_what_is_no_file_that_could_be_read_is_passed_over(song: Track, ear: SoundfileEar, kind: str) -> None:
    beside = Path(song.sidecar)
    beside.unlink()
    if kind == "folder":
        beside.mkdir()
    elif kind == "pipe":
        os.mkfifo(beside)
    else:
        beside.touch()
        os.truncate(beside, 1 << 34)

    assert HEARD in Drawn(Path(song.file), ear).texts


@pytest.mark.parametrize("name", ["another.mp3", "../../../etc/passwd", "nul\0.mp3", ""])
def test_a_sidecar_that_tells_of_another_file_is_passed_over(
    song: Track, ear: SoundfileEar, name: str
) -> None:
    content = json.loads(Path(song.sidecar).read_text())
    content["file"] = name
    content["takes"][0]["file"] = name
    Path(song.sidecar).write_text(json.dumps(content))

    assert HEARD in Drawn(Path(song.file), ear).texts
    assert HEARD in Drawn(Path(song.takes[0].recording.file), ear).texts


def test_a_gap_is_marked_where_it_is_and_told_in_the_order_of_time(tmp_path: Path, ear: SoundfileEar) -> None:
    samples = np.array(audio_files.tone(SECONDS))
    samples[48_000 : 2 * 48_000] = 0
    samples[3 * 48_000 :] = 0
    file = audio_files.save(tmp_path / "holes.flac", samples)

    drawn = Drawn(
        file,
        ear,
        "it is mono",
        "it is cut short: the last 1.0 s are silent",
        "it drops out for 1.0 s at 0:01",
    )

    assert [(1.0, 2.0), (3.0, 4.0)] == drawn.shaded
    assert ["0:01.0–0:02.0", "0:03.0–0:04.0", "whole"] == [
        text for text in drawn.texts if "–" in text or text == "whole"
    ]


def test_what_an_older_ear_said_without_a_place_is_told_without_one(tone: Path, ear: SoundfileEar) -> None:
    drawn = Drawn(tone, ear, "it drops out for 9.9 s")

    assert [] == drawn.shaded
    assert {"whole", "it drops out for 9.9 s"} <= set(drawn.texts)


def test_a_kind_of_file_that_holds_no_tags_of_ours_is_drawn_too(tmp_path: Path, ear: SoundfileEar) -> None:
    file = tmp_path / "tone.au"
    soundfile.write(file, audio_files.tone(SECONDS), audio_files.RATE)

    assert HEARD in Drawn(file, ear).texts


def test_what_cannot_be_decoded_is_not_drawn(tmp_path: Path, ear: SoundfileEar) -> None:
    file = tmp_path / "notes.mp3"
    file.write_text("milk, eggs, a new kettle")

    assert Plots(str(tmp_path / "seen.png"), [file]).draw(file, None, (), ear) is None
    assert not (tmp_path / "seen.png").exists()


@pytest.mark.parametrize(
    ("wanted", "takes", "word"), [("seen.png", 2, "name a folder"), ("seen.doc", 1, ".svg")]
)
def test_a_picture_that_cannot_be_made_is_refused_at_once(wanted: str, takes: int, word: str) -> None:
    with pytest.raises(InputError) as refused:
        Plots(wanted, [Path("take.mp3")] * takes)

    assert word in str(refused.value.hint)


def test_takes_of_the_same_name_have_a_picture_each(tone: Path, tmp_path: Path, ear: SoundfileEar) -> None:
    takes = [tmp_path / folder / "take-1.mp3" for folder in ("one", "other", "third")]
    for take in takes:
        take.parent.mkdir()
        shutil.copy(tone, take)
    plots, measures = Plots(str(tmp_path / "plots"), takes), ear.measure(tone)

    drawn = [plots.draw(take, measures, [], ear) for take in takes]

    names = ["take-1.plot.png", "take-1-2.plot.png", "take-1-3.plot.png"]
    assert names == [path.name for path in drawn if path is not None and path.is_file()]
