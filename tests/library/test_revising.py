"""What is said of a song can be changed, whole or not at all, and what others noted stays."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError, ShelfError
from pipeline.library import disk, sidecar
from pipeline.library.index import Index
from pipeline.library.query import Wanted
from pipeline.library.shelf import DiskShelf
from pipeline.track import Track
from tests.fakes.shelved import place, song


@pytest.fixture
def placed(output: Path, audio: Path) -> Track:
    """A song on the shelf."""
    return place(output, song("k3f9a2p7q8r9s0tv", "Porch Light"), audio)


def rated(track: Track) -> Track:
    return replace(track, rating=4)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_change_is_kept_and_indexed(is_known: bool, output: Path, placed: Track) -> None:
    at = Path(placed.sidecar) if is_known else None

    revised = DiskShelf(output).revise(placed.id, rated, at=at)

    assert replace(placed, rating=4) == revised == sidecar.load(Path(placed.sidecar))
    with Index(output) as index:
        assert [4] == [card.rating for card in index.list(Wanted(rating=4))]


def test_a_sidecar_of_another_song_is_not_taken_for_it(output: Path, placed: Track, audio: Path) -> None:
    other = place(output, song("aaa111", "Other"), audio)

    DiskShelf(output).revise(placed.id, rated, at=Path(other.sidecar))

    assert (None, 4) == (sidecar.load(Path(other.sidecar)).rating, sidecar.load(Path(placed.sidecar)).rating)


def test_what_a_later_songpipe_noted_stays(output: Path, placed: Track) -> None:
    file = Path(placed.sidecar)
    file.write_text(json.dumps({**json.loads(file.read_text()), "mood": {"later": 1}}))

    DiskShelf(output).revise(placed.id, rated)

    assert {"later": 1} == json.loads(file.read_text())["mood"]


def test_a_change_that_fails_changes_nothing(output: Path, placed: Track) -> None:
    before = Path(placed.sidecar).read_bytes()

    def fail(_: Track) -> Track:
        raise ShelfError("no")

    with pytest.raises(ShelfError, match="no"):
        DiskShelf(output).revise(placed.id, fail)

    assert before == Path(placed.sidecar).read_bytes()


def test_a_change_cannot_lead_out_of_the_folder(output: Path, placed: Track) -> None:
    with pytest.raises(ShelfError, match="leads out of"):
        DiskShelf(output).revise(placed.id, lambda track: replace(track, file="/etc/passwd"))


def test_an_unknown_song_is_told(output: Path, placed: Track) -> None:
    with pytest.raises(InputError, match="there is no song 'zzz999'"):
        DiskShelf(output).revise("zzz999", rated)


def test_a_file_is_replaced_whole_with_its_mode_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")
    target.chmod(0o640)

    disk.replace(target, b"new")

    assert ("new", 0o640) == (target.read_text(), target.stat().st_mode & 0o777)
    assert [target] == list(tmp_path.glob("*json*"))


def test_a_replacing_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()

    with pytest.raises(OSError, match="directory"):
        disk.replace(target, b"new")

    assert [target] == list(tmp_path.glob("*folder*"))


def test_no_sidecar_is_restored_beside_a_song_that_is_not_there(output: Path, placed: Track) -> None:
    for file in (placed.sidecar, placed.file):
        Path(file).unlink()

    assert not DiskShelf(output).restore(placed, {})

    assert not Path(placed.sidecar).exists()


def test_a_sidecar_that_is_there_is_never_restored_over(output: Path, placed: Track) -> None:
    assert not DiskShelf(output).restore(replace(placed, title="Other"), {})

    assert placed == sidecar.load(Path(placed.sidecar))
