"""Verify names every file that is missing, changed or belongs to nothing, and nothing else."""

import hashlib
import shutil
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.library import staging
from pipeline.library.shelf import DiskShelf
from pipeline.library.verify import Claim, Finding, compare, verify
from pipeline.track import Track
from tests.fakes.shelved import place, song


@pytest.fixture
def placed(output: Path, audio: Path) -> Track:
    """A song on the shelf."""
    return place(output, song("k3f9a2p7q8r9s0tv", "Porch Light"), audio)


def wrong(output: Path) -> list[tuple[str, str]]:
    """What is wrong, as kinds and names of files."""
    return [(one.kind, one.path.removeprefix("2026/11/")) for one in verify(output).findings]


def test_comparing_tells_missing_from_changed() -> None:
    claim = Claim("T", {"same": "a", "other": "b", "gone": "c", "unhashed": ""})

    found = list(compare(claim, {"same": "a", "other": "x", "gone": None, "unhashed": "y"}))

    assert [
        Finding("changed", "other", "T", "its content is not what it was"),
        Finding("missing", "gone", "T", "it is not there"),
    ] == found


def test_a_library_as_it_was_has_no_findings(output: Path, placed: Track, audio: Path) -> None:
    place(output, song("aaa111", "Another", made_at="2025-01-01T00:00:00+00:00"), audio)
    told: list[tuple[int, int]] = []

    checked = verify(output, lambda done, total: told.append((done, total)))

    assert (2, 4, ()) == (checked.songs, checked.files, checked.findings)
    assert [(1, 2), (2, 2)] == told


def test_an_empty_or_absent_library_has_no_findings(output: Path) -> None:
    assert (0, 0, ()) == (verify(output).songs, verify(output).files, verify(output).findings)


def test_every_kind_of_loss_is_named(output: Path, placed: Track) -> None:
    file, folder = Path(placed.file), Path(placed.file).parent
    (folder / f"{file.stem}.takes" / "take-1.mp3").unlink()
    file.write_bytes(file.read_bytes() + b"\0")
    shutil.copy(file, folder / "Copy.MP3")
    (folder / f"{file.stem}.takes" / "take-9.mp3").write_bytes(b"x")
    (folder / "stranger.takes").mkdir()
    (folder / "stranger.takes" / "take-1.flac").write_bytes(b"x")
    for name in ("notes.txt", "stranger.takes/notes.txt", ".hidden.mp3"):
        (folder / name).write_bytes(b"x")

    assert [
        ("changed", file.name),
        ("missing", f"{file.stem}.takes/take-1.mp3"),
        ("orphan", f"{file.stem}.takes/take-9.mp3"),
        ("orphan", "Copy.MP3"),
        ("orphan", "stranger.takes"),
        ("orphan", "stranger.takes/take-1.flac"),
    ] == wrong(output)


def test_files_of_a_damaged_sidecar_are_no_orphans(output: Path, placed: Track, audio: Path) -> None:
    shutil.copy(audio, Path(placed.file).with_name("stranger.mp3"))
    Path(placed.sidecar).write_text("{}")

    findings = verify(output).findings

    assert ["unreadable", "orphan"] == [one.kind for one in findings]
    assert findings[0].path.endswith(".song.json")
    assert "it is no song document" in findings[0].message
    assert str(output) not in findings[0].message


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no name that is not UTF-8")
def test_names_that_are_no_text_are_told_as_they_are(output: Path, placed: Track, audio: Path) -> None:
    folder = Path(placed.file).parent
    shutil.copy(placed.sidecar, folder / "a\udcff.song.json")
    for name in ("a\udcff.mp3", "b\udcff.mp3"):  # what stands beside a sidecar goes with it
        shutil.copy(audio, folder / name)

    findings = verify(output).findings

    assert [
        Finding("unreadable", r"2026/11/a\udcff.song.json", "", "its name is not UTF-8 (rename it)"),
        Finding("orphan", r"2026/11/b\udcff.mp3", "", "no sidecar names it"),
    ] == list(findings)


@pytest.mark.parametrize("path", ["../../../etc/passwd", "/etc/passwd"])
def test_a_sidecar_that_names_files_elsewhere_is_not_followed(path: str, output: Path, placed: Track) -> None:
    sidecar = Path(placed.sidecar)
    sidecar.write_text(sidecar.read_text().replace('"hashes": {', f'"hashes": {{"{path}": "00",'))

    (finding,) = verify(output).findings

    assert "unreadable" == finding.kind
    assert "leads out of" in finding.message


def test_a_song_that_is_just_being_shown_is_no_orphan(output: Path, placed: Track, audio: Path) -> None:
    folder = Path(placed.file).parent
    shutil.copy(audio, folder / "2026-11-22-half-aaa111.mp3")
    staging.staging_of(folder, "2026-11-22-half-aaa111").mkdir()

    assert [] == wrong(output)


def test_a_song_that_changes_just_now_is_looked_at_again(output: Path, placed: Track) -> None:
    file = Path(placed.file)
    content = file.read_bytes()
    file.write_bytes(b"tagged anew")

    def finish() -> None:
        time.sleep(0.1)
        digest = hashlib.sha256(b"tagged anew").hexdigest()
        DiskShelf(output).revise(
            placed.id, lambda one: replace(one, hashes={**one.hashes, file.name: digest})
        )

    thread = threading.Thread(target=finish)
    thread.start()
    found = wrong(output)
    thread.join()

    assert [] == found
    file.write_bytes(content)
    assert [("changed", file.name)] == wrong(output)
