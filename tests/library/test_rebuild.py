"""A rebuild brings back the index from sidecars, and sidecars from tags where only audio is left."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.audio.tagger import FileTagger
from pipeline.errors import ShelfError
from pipeline.labels import Labels
from pipeline.library import sidecar, store
from pipeline.library.index import Index
from pipeline.library.query import Wanted
from pipeline.library.reading import Fault
from pipeline.library.rebuild import Rebuilt, rebuild
from pipeline.library.restoring import RESTORED, Hearing
from pipeline.library.verify import verify
from pipeline.take import Measures
from pipeline.track import Track
from tests.fakes.limits import LIMITS
from tests.fakes.shelved import place, song

MEASURES = Measures(0.5, 48_000, 2, -6.0, -9.0, True)


def same_sound(one: Path, other: Path) -> bool:
    """Files of one tone and different tags end alike."""
    return one.read_bytes()[-2000:] == other.read_bytes()[-2000:]


def again(_track: Track, _told: Labels, wanted: Collection[str]) -> dict[str, bytes]:
    return {suffix: f"made again: {suffix}".encode() for suffix in wanted}


HEARING = Hearing(FileTagger().read, lambda _: MEASURES, same_sound, LIMITS, again)


@pytest.fixture
def placed(output: Path, audio: Path) -> Track:
    """A song on the shelf."""
    track = song(
        "k3f9a2p7q8r9s0tv",
        "Porch Light",
        lyrics="The kettle counts\nNo shore",
        parameters={"duration_s": 0.5, "thinking": True},
    )
    return place(output, track, audio)


def remade(output: Path, note: Callable[[str], None] = lambda _: None) -> Rebuilt:
    return rebuild(output, HEARING, note)


def test_the_index_comes_back_from_the_sidecars(output: Path, placed: Track) -> None:
    (output / ".songpipe" / store.FILE).unlink()

    made = remade(output)

    assert (1, (), ()) == (made.songs, made.restored, made.faults)
    with Index(output) as index:
        assert ["Porch Light"] == [card.title for card in index.search("kettle", Wanted())]


def test_a_lost_sidecar_comes_back_from_the_tags(output: Path, placed: Track) -> None:
    Path(placed.sidecar).unlink()

    made = remade(output)

    found = sidecar.load(Path(placed.sidecar))
    assert (1, (placed.sidecar,)) == (made.songs, made.restored)
    assert (placed.id, placed.title, placed.file) == (found.id, found.title, found.file)
    assert (placed.words.song, placed.words.model) == (found.words.song, found.words.model)
    assert placed.brief.text == found.brief.text
    assert (placed.takes[0].recording.seed, "pass") == (found.takes[0].recording.seed, found.takes[0].verdict)
    assert (RESTORED,) == found.degraded
    assert "2026-11-22T00:00:00+00:00" == found.made_at
    assert (0.5, MEASURES) == (found.duration_s, found.takes[0].measures)
    assert () == verify(output).findings


def test_what_stands_beside_a_song_comes_back_with_it(output: Path, placed: Track) -> None:
    Path(placed.sidecar).unlink()
    Path(placed.file).with_suffix(".lrc").write_text("[00:01.00]The kettle counts")
    Path(placed.file).with_suffix(".txt").write_text("my own")

    remade(output)

    hashes = sidecar.load(Path(placed.sidecar)).hashes
    assert {".mp3", ".lrc", ".jpg"} == {Path(name).suffix for name in hashes}
    assert "[00:01.00]The kettle counts" == Path(placed.file).with_suffix(".lrc").read_text()
    assert "made again: .cover.jpg" == Path(placed.file).with_suffix(".cover.jpg").read_text()
    assert () == verify(output).findings


def test_the_picture_that_a_model_drew_comes_back_with_its_song(output: Path, placed: Track) -> None:
    Path(placed.sidecar).unlink()
    FileTagger().amend(Path(placed.file), ai_contribution="vocals;artwork")
    picture = Path(placed.file).with_suffix(".picture.png")
    picture.write_bytes(b"\x89PNG")

    remade(output)

    found = sidecar.load(Path(placed.sidecar))
    assert picture.name in found.hashes
    assert found.painter


def test_a_song_without_its_takes_is_its_own_take(output: Path, placed: Track) -> None:
    Path(placed.sidecar).unlink()
    shutil.rmtree(Path(placed.file).with_suffix(".takes"))

    remade(output)

    found = sidecar.load(Path(placed.sidecar))
    assert [found.file] == [take.recording.file for take in found.takes]
    assert () == verify(output).findings


def test_the_take_that_sounds_like_the_song_was_the_chosen_one(output: Path, placed: Track) -> None:
    Path(placed.sidecar).unlink()
    takes = Path(placed.file).with_suffix(".takes")
    (takes / "take-1.mp3").rename(takes / "take-2.mp3")
    (takes / "take-1.mp3").write_bytes(b"another sound")
    (takes / "take-x.mp3").write_bytes(b"no take")

    remade(output)

    found = sidecar.load(Path(placed.sidecar))
    assert (2, [1, 2]) == (found.chosen_take, [take.recording.number for take in found.takes])


def test_what_songpipe_did_not_make_is_left_alone_with_a_word(
    output: Path, placed: Track, audio: Path
) -> None:
    folder = Path(placed.file).parent
    shutil.copy(audio, folder / "stranger.mp3")
    shutil.copy(placed.file, folder / "copy.mp3")
    (folder / "noise.mp3").write_bytes(b"no audio")
    told: list[str] = []

    made = remade(output, told.append)

    assert (1, ()) == (made.songs, made.restored)
    assert ["copy", "noise", "stranger"] == [line.split("/")[2].split(".")[0] for line in told]
    assert "copy of song k3f9a2p7q8r9s0tv" in told[0]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no name that is not UTF-8")
def test_names_that_are_no_text_are_told_and_left_alone(output: Path, placed: Track) -> None:
    odd = Path(placed.file).with_name("a\udcff.mp3")
    Path(placed.file).rename(odd)
    Path(placed.sidecar).rename(odd.with_name("b\udcff.song.json"))
    told: list[str] = []

    made = remade(output, told.append)

    assert (0, ()) == (made.songs, made.restored)
    assert [Fault("2026/11", r"b\udcff.song.json", "its name is not UTF-8")] == list(made.faults)
    assert [r"2026/11/a\udcff.mp3 was left alone: its name is not UTF-8"] == told


def test_tags_that_somebody_forged_do_no_harm(output: Path, audio: Path) -> None:
    folder = output / "2026" / "11"
    folder.mkdir(parents=True)
    forged = [
        Labels(title="x", prompt="p", lyrics="[A]\nb", song_id="../../../etc/passwd"),
        Labels(title="x", prompt="p", lyrics="[A]\nb", song_id="a" * 5000),
        Labels(title="x", prompt="p", lyrics="[A]\nb", song_id="abc123", date="2026-99-99", seed="9" * 50,
               parameters="[" * 9000, brief="y" * 9000, language="eng"),
    ]  # fmt: skip
    for number, labels in enumerate(forged):
        shutil.copy(audio, folder / f"song-{number}.mp3")
        FileTagger().tag(folder / f"song-{number}.mp3", labels)

    made = remade(output)

    assert [f"{folder}/song-2.song.json"] == list(made.restored)
    found = sidecar.load(folder / "song-2.song.json")
    assert ("abc123", "2026-11-01", {}) == (found.id, found.made_at[:10], found.parameters)


def test_a_damaged_sidecar_is_told_and_not_replaced(output: Path, placed: Track) -> None:
    Path(placed.sidecar).write_text("{")

    made = remade(output)

    assert (0, ()) == (made.songs, made.restored)
    assert [Path(placed.sidecar).name] == [fault.name for fault in made.faults]
    assert "{" == Path(placed.sidecar).read_text()


def test_a_rebuild_gives_the_index_of_a_newer_songpipe_up(output: Path, placed: Track) -> None:
    with sqlite3.connect(output / ".songpipe" / store.FILE) as db:
        db.execute("INSERT INTO migration VALUES ('from_the_future')")

    assert 1 == remade(output).songs


def test_what_the_audio_cannot_tell_stops_no_rebuild(output: Path, placed: Track) -> None:
    Path(placed.sidecar).unlink()
    told: list[str] = []

    def broken(_: Path) -> Labels:
        raise ShelfError("the tags are damaged")

    made = rebuild(output, replace(HEARING, labels=broken), told.append)

    assert (0, ()) == (made.songs, made.restored)
    assert "the tags are damaged" in told[0]
