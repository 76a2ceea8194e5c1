"""The shelf: whole songs or none, nothing overwritten, and every trouble with the disk told."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

from pipeline.audio.tagger import FileTagger
from pipeline.errors import ShelfError
from pipeline.labels import Labels
from pipeline.library import disk, sidecar, staging
from pipeline.library.shelf import DiskShelf
from pipeline.studio import Label
from pipeline.track import Track
from tests.fakes import audio_files, tracks
from tests.fakes.children import unmeasured

STEM = "2026-11-22-porch-light-k3f9a2"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def track(tmp_path: Path) -> Track:
    """A track of two takes that lie in a working folder; the second one is chosen."""
    work = tmp_path / "work"
    work.mkdir()
    files = [audio_files.make(work, "mp3", 0.1, name=f"downloaded-{number}") for number in (1, 2)]
    return tracks.track(tracks.take(1, files[0]), tracks.take(2, files[1], verdict="warn"), chosen_take=2)


def labelled(track: Track, title: str = "labelled") -> Label:
    """What the finishing stage does: write the tags, then say how the track is to be kept, and what goes with it."""

    def label(file: Path, _: Track) -> tuple[Track, dict[str, bytes]]:
        FileTagger().tag(file, Labels(title=title))
        return replace(track, timings={"total_s": 1.5}), {}

    return label


def visible(output: Path) -> list[str]:
    """Every file that a user can see."""
    files = (path.relative_to(output) for path in output.rglob("*") if path.is_file())
    return sorted(str(path) for path in files if not any(part.startswith(".") for part in path.parts))


def hidden(output: Path) -> list[str]:
    return [path.name for path in output.glob("*/*/.*")]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_song_stands_whole_under_one_name(output: Path, track: Track) -> None:
    DiskShelf(output).place(track, labelled(track))

    assert visible(output) == [
        f"2026/11/{STEM}.mp3",
        f"2026/11/{STEM}.song.json",
        f"2026/11/{STEM}.takes/take-1.mp3",
        f"2026/11/{STEM}.takes/take-2.mp3",
    ]
    assert hidden(output) == []


def test_the_chosen_take_is_labelled_and_the_takes_stay_as_they_came(output: Path, track: Track) -> None:
    placed = DiskShelf(output).place(track, labelled(track))

    assert FileTagger().read(Path(placed.file)).title == "labelled"
    for take, came in zip(placed.takes, track.takes, strict=True):
        assert Path(take.recording.file).read_bytes() == Path(came.recording.file).read_bytes()


def test_the_track_comes_back_with_absolute_paths_and_hashes(
    output: Path, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(output.parent)

    placed = DiskShelf(Path("output")).place(track, labelled(track))

    folder = output / "2026" / "11"
    assert (str(folder / f"{STEM}.mp3"), str(folder / f"{STEM}.song.json")) == (placed.file, placed.sidecar)
    assert placed.hashes == {
        f"{STEM}.mp3": sha256(Path(placed.file)),
        f"{STEM}.takes/take-1.mp3": track.takes[0].recording.sha256,
        f"{STEM}.takes/take-2.mp3": track.takes[1].recording.sha256,
    }
    assert placed.timings == {"total_s": 1.5}  # what `label` gave back is what is kept


def test_the_sidecar_works_wherever_the_library_is_moved(output: Path, track: Track, tmp_path: Path) -> None:
    placed = DiskShelf(output).place(track, labelled(track))
    assert placed == sidecar.load(Path(placed.sidecar))
    assert str(tmp_path) not in json.dumps(json.loads(Path(placed.sidecar).read_text())["takes"])

    moved = tmp_path / "elsewhere"
    output.rename(moved)

    found = sidecar.load(moved / "2026" / "11" / f"{STEM}.song.json")
    assert Path(found.file).exists()
    assert all(Path(take.recording.file).exists() for take in found.takes)


def test_a_song_that_stands_there_already_is_not_placed_twice(output: Path, track: Track) -> None:
    first = DiskShelf(output).place(track, labelled(track))
    before = visible(output)
    next_day = replace(track, made_at="2026-12-01T00:00:00+01:00")

    second = DiskShelf(output).place(next_day, labelled(next_day, "again"))

    assert first == second
    assert before == visible(output)
    assert FileTagger().read(Path(second.file)).title == "labelled"


def test_another_song_of_the_same_name_gets_a_longer_one(output: Path, track: Track) -> None:
    DiskShelf(output).place(track, labelled(track))
    twin = replace(track, id="k3f9a2zzzz000000")

    placed = DiskShelf(output).place(twin, labelled(twin))

    assert Path(placed.file).name == "2026-11-22-porch-light-k3f9a2zzzz.mp3"


@pytest.mark.parametrize("suffix", [".mp3", ".song.json", ".takes", ".lrc"])
def test_a_file_of_the_user_is_never_overwritten(suffix: str, output: Path, track: Track) -> None:
    theirs = output / "2026" / "11" / f"{STEM}{suffix}"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")

    placed = DiskShelf(output).place(track, labelled(track))

    assert theirs.read_text() == "mine"
    assert Path(placed.file).name == "2026-11-22-porch-light-k3f9a2p7q8.mp3"


def test_when_every_name_is_taken_nothing_is_overwritten(output: Path, track: Track) -> None:
    folder = output / "2026" / "11"
    folder.mkdir(parents=True)
    for letters in ("k3f9a2", "k3f9a2p7q8", "k3f9a2p7q8r9s0tv"):
        (folder / f"2026-11-22-porch-light-{letters}.mp3").write_text("mine")

    with pytest.raises(ShelfError, match="every name for 'Porch Light' is taken"):
        DiskShelf(output).place(track, labelled(track))


def test_a_take_that_changed_since_its_download_is_refused(output: Path, track: Track) -> None:
    Path(track.takes[0].recording.file).write_bytes(b"other")

    with pytest.raises(ShelfError, match=r"take 1 .* has changed"):
        DiskShelf(output).place(track, labelled(track))

    assert visible(output) == hidden(output) == []


def test_a_format_that_would_make_a_path_is_refused(output: Path, track: Track) -> None:
    first = track.takes[0]
    odd = replace(
        track, takes=(replace(first, recording=replace(first.recording, format="../x")), *track.takes[1:])
    )

    with pytest.raises(ShelfError, match="no audio format"):
        DiskShelf(output).place(odd, labelled(odd))


def test_a_take_that_is_gone_is_named(output: Path, track: Track) -> None:
    Path(track.takes[1].recording.file).unlink()

    with pytest.raises(
        ShelfError, match=r"cannot put 'Porch Light' on the shelf: No such file .*downloaded-2\.mp3"
    ):
        DiskShelf(output).place(track, labelled(track))


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ShelfError("cannot tag")])
def test_a_labelling_that_fails_leaves_nothing(
    interruption: BaseException, output: Path, track: Track
) -> None:
    def fail(file: Path, track: Track) -> NoReturn:
        raise interruption

    with pytest.raises((KeyboardInterrupt, ShelfError)):
        DiskShelf(output).place(track, fail)

    assert visible(output) == hidden(output) == []


def test_nothing_is_seen_until_the_labels_are_in(output: Path, track: Track) -> None:
    seen = []

    def label(file: Path, track: Track) -> tuple[Track, Mapping[str, bytes]]:
        seen.extend(visible(output))
        return labelled(track)(file, track)

    DiskShelf(output).place(track, label)

    assert seen == []


def test_what_goes_with_a_song_stands_beside_it_under_its_name_and_with_its_hash(
    output: Path, track: Track
) -> None:
    def label(file: Path, track: Track) -> tuple[Track, dict[str, bytes]]:
        return track, {".lrc": b"[00:01.00]The kettle", ".cover.jpg": b"picture"}

    placed = DiskShelf(output).place(track, label)

    stem = Path(placed.file).with_suffix("")
    assert b"[00:01.00]The kettle" == Path(f"{stem}.lrc").read_bytes()
    assert b"picture" == Path(f"{stem}.cover.jpg").read_bytes()
    assert hashlib.sha256(b"picture").hexdigest() == placed.hashes[f"{stem.name}.cover.jpg"]


def half_shown(output: Path, steps: int) -> Path:
    """Leave what a process leaves that is killed after `steps` files got their public names."""
    folder = output / "2026" / "11"
    made = staging.prepare(folder, STEM)
    files = [f"{STEM}.takes/take-1.mp3", f"{STEM}.mp3", f"{STEM}.song.json"]
    for name in files:
        disk.write(made / name, name.encode())
    (folder / f"{STEM}.takes").mkdir()
    for name in files[:steps]:
        disk.publish(made / name, folder / name)
    return folder


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_what_a_killed_process_had_shown_without_its_sidecar_is_taken_back(
    steps: int, output: Path, track: Track
) -> None:
    folder = half_shown(output, steps)

    placed = DiskShelf(output).place(track, labelled(track))

    assert Path(placed.file) == folder / f"{STEM}.mp3"
    assert len(visible(output)) == 4
    assert hidden(output) == []


def test_a_song_whose_sidecar_was_shown_is_kept_by_the_next_process(output: Path, track: Track) -> None:
    folder = half_shown(output, 3)

    placed = DiskShelf(output).place(track, labelled(track))

    assert (folder / f"{STEM}.song.json").read_text() == f"{STEM}.song.json"
    assert Path(placed.file).stem.endswith("k3f9a2p7q8")
    assert hidden(output) == []


def test_taking_back_touches_only_what_is_provably_its_own(output: Path, track: Track) -> None:
    folder = half_shown(output, 1)
    (folder / f"{STEM}.mp3").write_text("the user's own")
    (folder / f"{STEM}.takes" / "notes.txt").write_text("the user's own")

    DiskShelf(output).place(track, labelled(track))

    assert (folder / f"{STEM}.mp3").read_text() == "the user's own"
    assert ["notes.txt"] == [path.name for path in (folder / f"{STEM}.takes").iterdir()]


def test_abandoned_copies_of_the_tagger_are_swept_when_they_are_old(output: Path, track: Track) -> None:
    folder = output / "2026" / "11"
    folder.mkdir(parents=True)
    old, young, foreign = (
        folder / name for name in (f".{STEM}.a.tmp.mp3", f".{STEM}.b.tmp.mp3", ".notes.tmp.mp3")
    )
    for file in (old, young, foreign):
        file.write_text("x")
    for file in (old, foreign):
        os.utime(file, (time.time() - 7200,) * 2)

    DiskShelf(output).place(track, labelled(track))

    assert (False, True, True) == (old.exists(), young.exists(), foreign.exists())


def test_a_killed_process_never_leaves_half_a_song(output: Path, track: Track, tmp_path: Path) -> None:
    (tmp_path / "track.json").write_text(sidecar.text(track), encoding="utf-8")
    endless = (
        "import sys; from dataclasses import replace; from pathlib import Path\n"
        "from pipeline.audio.tagger import FileTagger; from pipeline.labels import Labels\n"
        "from pipeline.library import sidecar; from pipeline.library.shelf import DiskShelf\n"
        "track = sidecar.parse(Path(sys.argv[1]).read_text()); number = int(sys.argv[3])\n"
        "while number := number + 1:\n"
        "    one = replace(track, id=f'{number:016d}'[::-1])\n"
        "    def label(file, _): FileTagger().tag(file, Labels(title='x' * 9000)); return one, {}\n"
        "    DiskShelf(Path(sys.argv[2])).place(one, label)\n"
        "    print(flush=True)\n"
    )

    for turn in range(3):
        command = [sys.executable, "-c", endless, str(tmp_path / "track.json"), str(output), str(turn * 1000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=unmeasured()) as placing:
            assert placing.stdout is not None
            placing.stdout.readline()
            time.sleep(0.005 + 0.011 * turn)
            placing.send_signal(signal.SIGKILL)
    DiskShelf(output).place(track, labelled(track))

    songs = [sidecar.load(found) for found in output.glob("*/*/*.song.json")]
    assert len(songs) >= 4
    assert len(visible(output)) == 4 * len(songs)
    assert hidden(output) == []
    for song in songs:
        assert all(sha256(Path(song.sidecar).parent / name) == known for name, known in song.hashes.items())


def test_a_second_process_waits_its_turn(output: Path, track: Track) -> None:
    (output / ".songpipe").mkdir(parents=True)

    with FileLock(output / ".songpipe" / "shelf.lock"), pytest.raises(ShelfError, match="another songpipe"):
        DiskShelf(output, patience_s=0.05).place(track, labelled(track))


def test_an_output_that_is_a_file_is_told(output: Path, track: Track) -> None:
    output.write_text("a file")

    with pytest.raises(ShelfError, match="cannot put 'Porch Light' on the shelf") as told:
        DiskShelf(output).place(track, labelled(track))

    assert "a file stands where a folder is needed" in told.value.hint


def test_an_output_below_a_file_is_told(output: Path, track: Track) -> None:
    output.write_text("a file")

    with pytest.raises(ShelfError, match="Not a directory"):
        DiskShelf(output / "deeper").place(track, labelled(track))


def test_a_folder_that_may_not_be_written_is_told(output: Path, track: Track) -> None:
    output.mkdir(mode=0o500)
    forbidden = Path("/sys") if os.geteuid() == 0 else output  # root may write anywhere but there

    with pytest.raises(ShelfError, match="cannot put 'Porch Light' on the shelf") as told:
        DiskShelf(forbidden).place(track, labelled(track))

    assert f"make {str(forbidden)!r} writable" in told.value.hint


def test_a_place_where_no_folder_can_be_made_is_told(track: Track) -> None:
    with pytest.raises(ShelfError, match="cannot put 'Porch Light' on the shelf") as told:
        DiskShelf(Path("/proc/self/songs")).place(track, labelled(track))

    assert "--output" in told.value.hint


def test_a_full_disk_leaves_nothing_and_says_so(output: Path, track: Track, tmp_path: Path) -> None:
    (tmp_path / "track.json").write_text(sidecar.text(track), encoding="utf-8")
    limited = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from pipeline.errors import ShelfError\n"
        "from pipeline.library import sidecar; from pipeline.library.shelf import DiskShelf\n"
        "track = sidecar.parse(Path(sys.argv[1]).read_text())\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: DiskShelf(Path(sys.argv[2])).place(track, lambda file, track: (track, {}))\n"
        "except ShelfError as error: print(error, '|', error.hint)\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", limited, str(tmp_path / "track.json"), str(output)],
        capture_output=True, text=True, check=True, env=unmeasured(),
    )  # fmt: skip

    assert "cannot put 'Porch Light' on the shelf: the disk is full" in told.stdout
    assert "free some space" in told.stdout
    assert visible(output) == hidden(output) == []


@pytest.mark.parametrize(
    ("code", "reason", "advice"),
    [
        (28, "the disk is full", "free some space"),
        (122, "the disk is full", "free some space"),
        (30, "the disk is read-only", "writable"),
        (13, "Permission denied", "writable"),
        (20, "Not a directory", "a file stands where"),
        (5, "Input/output error", "--output"),
    ],
)
def test_every_failure_of_the_disk_says_what_to_do(
    code: int, reason: str, advice: str, tmp_path: Path
) -> None:
    def fail() -> None:
        with disk.failures_told("keep it", tmp_path):
            raise OSError(code, os.strerror(code), "x.mp3")

    with pytest.raises(ShelfError, match=f"cannot keep it: {reason} \\(x.mp3\\)") as told:
        fail()

    assert advice in told.value.hint


def test_a_name_is_given_once(tmp_path: Path) -> None:
    for name in ("hidden", "target"):
        (tmp_path / name).write_text(name)

    with pytest.raises(FileExistsError):
        disk.publish(tmp_path / "hidden", tmp_path / "target")

    assert (tmp_path / "target").read_text() == "target"


def test_what_cannot_be_linked_is_renamed_and_still_replaces_nothing(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()  # no file system links folders

    disk.publish(tmp_path / "one", tmp_path / "public")
    with pytest.raises(FileExistsError):
        disk.publish(tmp_path / "two", tmp_path / "public")

    assert {"public", "two"} <= {path.name for path in tmp_path.iterdir()}


def test_a_copy_never_lands_on_another_file(tmp_path: Path) -> None:
    shutil.copy(__file__, tmp_path / "there")

    with pytest.raises(FileExistsError):
        disk.copy(Path(__file__), tmp_path / "there")
