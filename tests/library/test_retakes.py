"""Retakes: takes join those of a song, another one becomes the song, and a crash in between is mended."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from pipeline.audio.essence import essence
from pipeline.audio.tagger import FileTagger
from pipeline.errors import InputError, ShelfError
from pipeline.library import sidecar
from pipeline.library.shelf import DiskShelf
from pipeline.library.verify import verify
from pipeline.take import Measures, Take
from pipeline.track import Track
from tests.fakes import audio_files, tracks
from tests.fakes.children import unmeasured
from tests.fakes.shelved import numbered, song

ROOT = Path(__file__).parents[2]
SONG = "k3f9a2p7q8r9s0tv"
NOT_TURNED_OFF = ("thinking was turned off: the server has no language model",)

# A process that is killed when it is about to do something (`event`) to a file whose name ends so.
KILLED = """\
import os, signal, sys
from pathlib import Path
from pipeline.library import sidecar
from pipeline.library.shelf import DiskShelf
from tests.fakes.shelved import numbered
event, ending, output, song, number, track = sys.argv[1:]
def die(happening, arguments):
    if happening == event and str(arguments[1]).endswith(ending):
        os.kill(os.getpid(), signal.SIGKILL)
takes = sidecar.parse(Path(track).read_text()).takes
sys.addaudithook(die)
if takes[1:]:
    DiskShelf(Path(output)).join(song, takes[1:], lambda track: int(number), numbered)
else:
    DiskShelf(Path(output)).pick(song, int(number), numbered)
"""


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three sounds that differ; the last one is of another format."""
    folder = tmp_path_factory.mktemp("tones")
    kinds = {0.1: "mp3", 0.2: "mp3", 0.3: "wav"}
    return [
        audio_files.make(folder, kind, seconds, name=f"tone-{seconds}") for seconds, kind in kinds.items()
    ]


@pytest.fixture
def shelf(output: Path) -> DiskShelf:
    return DiskShelf(output)


@pytest.fixture
def standing(shelf: DiskShelf, tones: list[Path]) -> Track:
    """A song of one take, as an older songpipe kept it: the take does not say how it was played."""
    return shelf.place(replace(song(SONG, "Porch Light"), takes=(tracks.take(1, tones[0]),)), numbered)


@pytest.fixture
def pair(shelf: DiskShelf, standing: Track, tones: list[Path]) -> Track:
    """That song with a second take, which was played in another way; the first is the song."""
    return shelf.join(standing.id, [another(tones[1])], stays, numbered)


def another(file: Path) -> Take:
    """A take that says how it was played, as a job brings it: its number is the job's."""
    parameters = {"duration_s": 60.0, "inference_steps": 33, "seed": 99}
    measures = Measures(58.12345, 48_000, 2, -1.0, -14.0, finite=True)
    take = tracks.take(1, file, measures=measures, parameters=parameters, degraded=NOT_TURNED_OFF)
    return replace(take, recording=replace(take.recording, seed=99))


def stays(track: Track) -> int:
    return track.chosen_take


def label_nothing(*_: object) -> NoReturn:
    raise AssertionError("nothing was to be labelled")


def numbers(track: Track) -> list[int]:
    return [take.recording.number for take in track.takes]


def told(track: Track) -> tuple[str, bytes, bytes]:
    """What the song says of itself on the disk: title, cover and words."""
    file = Path(track.file)
    beside = (file.with_suffix(suffix).read_bytes() for suffix in (".cover.jpg", ".lrc"))
    return FileTagger().read(file).title, *beside  # type: ignore[return-value]


def is_all_of(track: Track, number: int) -> bool:
    """Whether sound, tags, cover and words are those of that take."""
    name = f"take {number}"
    take = next(Path(one.recording.file) for one in track.takes if one.recording.number == number)
    is_sound = essence(take, "mp3") == essence(Path(track.file), "mp3")
    return is_sound and told(track) == (name, name.encode(), name.encode())


def visible(output: Path) -> list[str]:
    files = (
        path.relative_to(output / "2026" / "11") for path in output.glob("2026/11/**/*") if path.is_file()
    )
    return sorted(str(path).removeprefix("2026-11-22-porch-light-k3f9a2") for path in files)


def killed(event: str, ending: str, output: Path, number: int, track: Track) -> None:
    """Have another process put a take in front, and die before that happens."""
    told = output.parent / "told.json"
    told.write_text(sidecar.text(track), encoding="utf-8")
    command = [sys.executable, "-c", KILLED, event, ending, str(output), SONG, str(number), str(told)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=unmeasured())
    assert -signal.SIGKILL == ran.returncode, ran.stderr


def test_takes_join_under_the_next_numbers_and_the_song_stays(shelf: DiskShelf, pair: Track) -> None:
    track = shelf.join(SONG, [], stays, label_nothing)

    assert ([1, 2], 1) == (numbers(track), track.chosen_take)
    assert is_all_of(track, 1)
    assert () == verify(shelf.output).findings


def test_a_take_that_is_there_is_not_added_twice(shelf: DiskShelf, pair: Track, tones: list[Path]) -> None:
    track = shelf.join(SONG, [another(tones[1]), another(tones[2])], stays, label_nothing)

    assert [1, 2, 3] == numbers(track)
    assert [f".takes/take-{name}" for name in ("1.mp3", "2.mp3", "3.wav")] == visible(shelf.output)[-3:]


def test_what_a_killed_retake_left_is_taken_over(
    shelf: DiskShelf, standing: Track, tones: list[Path]
) -> None:
    came = another(tones[1])
    killed("os.rename", ".song.json", shelf.output, 2, replace(standing, takes=(*standing.takes, came)))
    assert numbers(shelf.find(SONG)) == [1]
    assert ".takes/take-2.mp3" in visible(shelf.output)

    track = shelf.join(SONG, [came], lambda _: 2, numbered)

    assert [1, 2] == numbers(track)
    assert [".takes/take-1.mp3", ".takes/take-2.mp3"] == visible(shelf.output)[-2:]
    assert is_all_of(track, 2)
    assert () == verify(shelf.output).findings


def test_what_stands_in_the_place_of_a_take_stays(
    shelf: DiskShelf, standing: Track, tones: list[Path]
) -> None:
    theirs = Path(standing.file).with_suffix(".takes") / "take-2.mp3"
    theirs.write_text("the user's own")

    track = shelf.join(SONG, [another(tones[1])], stays, numbered)

    assert [1, 3] == numbers(track)
    assert "the user's own" == theirs.read_text()


def test_a_take_that_changed_since_its_download_is_refused(
    shelf: DiskShelf, standing: Track, tones: list[Path]
) -> None:
    came = another(tones[1])

    with pytest.raises(ShelfError, match="has changed since it was downloaded"):
        shelf.join(SONG, [replace(came, recording=replace(came.recording, sha256="00"))], stays, numbered)

    assert standing == shelf.find(SONG)
    assert [] == list(shelf.output.glob("*/*/**/.*"))


def test_a_copy_that_a_killed_retake_left_half_done_is_swept(
    shelf: DiskShelf, standing: Track, tones: list[Path]
) -> None:
    came = another(tones[1])
    killed("os.link", "take-2.mp3", shelf.output, 2, replace(standing, takes=(*standing.takes, came)))
    (hidden,) = shelf.output.glob("*/*/**/.*")
    os.utime(hidden, (time.time() - 7200,) * 2)

    DiskShelf(shelf.output).join(SONG, [came], stays, numbered)

    assert [] == list(shelf.output.glob("*/*/**/.*"))


def test_the_song_says_how_the_take_in_front_was_played(shelf: DiskShelf, pair: Track) -> None:
    second = shelf.pick(SONG, 2, numbered)
    first = shelf.pick(SONG, 1, numbered)

    assert ({"duration_s": 60.0, "inference_steps": 33, "seed": 99}, NOT_TURNED_OFF) == (
        second.parameters,
        second.degraded,
    )
    assert ({"duration_s": 60.0, "thinking": True, "seed": 7}, ()) == (first.parameters, first.degraded)
    assert (58.123, 60.0) == (second.duration_s, first.duration_s)
    assert first == sidecar.load(Path(first.sidecar))


def test_the_labels_are_told_how_the_take_in_front_was_played(shelf: DiskShelf, pair: Track) -> None:
    seen: list[Track] = []

    def label(file: Path, track: Track) -> tuple[Track, dict[str, bytes]]:
        seen.append(track)
        return numbered(file, track)

    shelf.pick(SONG, 2, label)

    assert [(2, 33, NOT_TURNED_OFF, True)] == [
        (track.chosen_take, track.parameters["inference_steps"], track.degraded, track.picked)
        for track in seen
    ]


def test_takes_of_an_older_songpipe_were_played_as_their_song_says_each_with_its_own_seed(
    shelf: DiskShelf, tones: list[Path]
) -> None:
    takes = (tracks.take(1, tones[0]), tracks.take(2, tones[1]))
    placed = shelf.place(replace(song(SONG, "Porch Light"), takes=takes, degraded=NOT_TURNED_OFF), numbered)
    file = Path(placed.sidecar)
    old = json.loads(file.read_text())
    for take in old["takes"]:
        del take["parameters"], take["degraded"]
    file.write_text(json.dumps(old))

    track = shelf.pick(SONG, 2, numbered)

    assert {"duration_s": 60.0, "thinking": True, "seed": 8} == track.parameters
    assert [7, 8] == [take.parameters["seed"] for take in track.takes]
    assert NOT_TURNED_OFF == track.degraded == track.takes[0].degraded


def test_a_take_of_another_format_takes_the_old_file_and_its_hash_away(
    shelf: DiskShelf, pair: Track, tones: list[Path]
) -> None:
    track = shelf.join(SONG, [another(tones[2])], lambda _: 3, numbered)

    assert ".wav" == Path(track.file).suffix
    assert not Path(pair.file).exists()
    stem = Path(track.file).stem
    takes = {f"{stem}.takes/take-{name}" for name in ("1.mp3", "2.mp3", "3.wav")}
    assert {f"{stem}.wav", f"{stem}.cover.jpg", f"{stem}.lrc", *takes} == set(track.hashes)
    assert () == verify(shelf.output).findings


def test_a_sidecar_that_names_the_file_of_another_song_takes_nothing_away_from_that(
    shelf: DiskShelf, pair: Track, tones: list[Path]
) -> None:
    take = tracks.take(1, tones[2])
    other = shelf.place(replace(song("aaa111", "Other"), takes=(take,)), numbered)
    forged = json.loads(Path(pair.sidecar).read_text()) | {"file": Path(other.file).name}
    Path(pair.sidecar).write_text(json.dumps(forged))

    track = shelf.pick(SONG, 2, numbered)

    assert Path(other.file).exists()
    assert pair.file == track.file


def test_a_song_that_is_its_own_take_keeps_it_when_another_becomes_the_song(
    shelf: DiskShelf, standing: Track, tones: list[Path]
) -> None:
    shutil.rmtree(Path(standing.file).with_suffix(".takes"))
    own = replace(standing.takes[0].recording, file=standing.file, sha256="of other tags")
    restored = replace(standing.takes[0], recording=own)
    name = Path(standing.file).name
    shelf.revise(SONG, lambda track: replace(track, takes=(restored,), hashes={name: standing.hashes[name]}))

    track = shelf.join(SONG, [another(tones[1])], lambda _: 2, numbered)

    assert [1, 2] == numbers(track)
    assert essence(tones[0], "mp3") == essence(Path(track.takes[0].recording.file), "mp3")
    assert is_all_of(track, 2)
    assert () == verify(shelf.output).findings


@pytest.mark.parametrize(("ending", "changed"), [(".lrc", 1), ("k3f9a2.mp3", 2), (".song.json", 3)])
def test_a_song_whose_take_was_changed_halfway_is_put_in_order_by_picking_the_old_one(
    ending: str, changed: int, shelf: DiskShelf, pair: Track
) -> None:
    killed("os.rename", ending, shelf.output, 2, replace(pair, takes=pair.takes[:1]))
    assert (1, changed) == (shelf.find(SONG).chosen_take, len(verify(shelf.output).findings))

    track = shelf.pick(SONG, 1, numbered)

    assert is_all_of(track, 1)
    assert () == verify(shelf.output).findings


def test_a_song_whose_file_is_gone_is_put_in_order_by_picking_its_take(shelf: DiskShelf, pair: Track) -> None:
    Path(pair.file).unlink()

    track = shelf.pick(SONG, 1, numbered)

    assert is_all_of(track, 1)
    assert () == verify(shelf.output).findings


def test_a_cover_that_somebody_put_there_is_kept_beside_the_new_one(shelf: DiskShelf, pair: Track) -> None:
    cover = Path(pair.file).with_suffix(".cover.jpg")
    for own in (b"my own cover", b"my second cover"):
        cover.write_bytes(own)
        shelf.pick(pair.id, 3 - DiskShelf(shelf.output).find(pair.id).chosen_take, numbered)

    aside = sorted(path.read_bytes() for path in cover.parent.glob("*.bak"))
    assert [b"my own cover", b"my second cover"] == aside
    assert b"my second cover" != cover.read_bytes()


def test_picking_the_take_in_front_of_a_whole_song_touches_no_file_of_it(
    shelf: DiskShelf, pair: Track
) -> None:
    track = shelf.pick(SONG, 1, label_nothing)

    assert (1, True) == (track.chosen_take, track.picked)
    assert is_all_of(track, 1)


def test_tags_that_somebody_wrote_are_no_reason_for_a_retake_to_touch_the_song(
    shelf: DiskShelf, pair: Track, tones: list[Path]
) -> None:
    FileTagger().tag(Path(pair.file), replace(FileTagger().read(Path(pair.file)), title="my own title"))

    shelf.join(SONG, [another(tones[2])], stays, label_nothing)

    assert "my own title" == told(pair)[0]


def test_a_retake_in_the_moment_after_a_pick_leaves_the_picked_take_in_front(
    shelf: DiskShelf, pair: Track, tones: list[Path]
) -> None:
    def best(track: Track) -> int:
        return track.chosen_take if track.picked else 3

    takes = [another(tones[2])]
    retake = threading.Thread(target=shelf.join, args=(SONG, takes, best, numbered))

    def label(file: Path, track: Track) -> tuple[Track, dict[str, bytes]]:
        retake.start()
        time.sleep(0.05)  # it waits for the shelf, and has it as soon as it is free
        return numbered(file, track)

    shelf.pick(SONG, 2, label)
    retake.join()

    track = shelf.find(SONG)
    assert ([1, 2, 3], 2, True) == (numbers(track), track.chosen_take, track.picked)
    assert is_all_of(track, 2)


@pytest.mark.parametrize("chosen", [1, 99])
def test_a_take_that_is_not_there_is_not_picked_whatever_the_sidecar_says(
    chosen: int, shelf: DiskShelf, pair: Track
) -> None:
    shelf.revise(SONG, lambda track: replace(track, chosen_take=chosen))

    with pytest.raises(InputError, match="'Porch Light' has no take 99 that can be played") as refused:
        shelf.pick(SONG, 99, label_nothing)

    assert refused.value.hint.endswith(": 1, 2")
    assert not shelf.find(SONG).picked


@pytest.mark.parametrize("number", [1, 2])
def test_a_take_that_cannot_be_played_is_not_picked(number: int, shelf: DiskShelf, pair: Track) -> None:
    deaf = tuple(replace(take, measures=None) for take in pair.takes)
    shelf.revise(SONG, lambda track: replace(track, takes=deaf))

    with pytest.raises(InputError) as refused:
        shelf.pick(SONG, number, label_nothing)

    assert refused.value.hint.endswith(": none")
    assert (1, False) == (shelf.find(SONG).chosen_take, shelf.find(SONG).picked)
