"""What comes back when files are lost: choices, stars, scores, covers and times, by the real commands."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.audio.essence import essence
from pipeline.audio.tagger import FileTagger
from pipeline.cli.edge import run
from tests.road.conftest import Songpipe

SHORT = ("--duration", "10", "--seed", "7")
MADE = ("write", "--rehearse", "insomnia trip-hop", "--set", "acestep.vocal_language=en", *SHORT)


def sidecar(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.with_suffix(".song.json").read_text())
    return found


def beside(file: Path) -> dict[str, bytes]:
    """What stands beside a song but its sidecar, by its suffix."""
    return {suffix: file.with_suffix(suffix).read_bytes() for suffix in (".cover.jpg", ".lrc")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The output folder of a workspace with one song of two takes; the machine has chosen the better one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("made"))
        assert 0 == run([*MADE, "--takes", "2"])
        yield Path("output").absolute()


@pytest.fixture
def song(made: Path, workspace: Path) -> Path:
    """The file of that song in a workspace of its own."""
    shutil.copytree(made, workspace / "output")
    (found,) = (workspace / "output").glob("2*/*/*.mp3")
    return found


def lose_the_sidecar(songpipe: Songpipe, song: Path) -> None:
    """Leave the audio alone, and rebuild."""
    song.with_suffix(".song.json").unlink()
    shutil.rmtree(song.parents[2] / ".songpipe")
    ran = songpipe("library", "rebuild")
    assert (0, f"{song.with_suffix('.song.json')}\n") == (ran.code, ran.out)


def test_a_take_that_was_picked_stays_although_the_sidecar_was_lost(songpipe: Songpipe, song: Path) -> None:
    other = 3 - sidecar(song)["chosen_take"]
    songpipe("pick", "insomnia", str(other))
    sound = essence(song, "mp3")

    lose_the_sidecar(songpipe, song)
    songpipe("retake", "insomnia", "--seed", "99")

    assert (other, True, 3) == (
        sidecar(song)["chosen_take"],
        sidecar(song)["picked"],
        len(sidecar(song)["takes"]),
    )
    assert sound == essence(song, "mp3")
    assert 0 == songpipe("library", "verify").code


def test_the_take_that_stood_there_already_can_be_picked_for_good(songpipe: Songpipe, song: Path) -> None:
    before = FileTagger().read(song)
    songpipe("pick", "insomnia", str(sidecar(song)["chosen_take"]))

    after = FileTagger().read(song)
    lose_the_sidecar(songpipe, song)

    assert (False, True) == (before.picked, after.picked)
    assert sidecar(song)["picked"]


def test_what_the_machine_chose_is_the_machines_after_a_rebuild_too(songpipe: Songpipe, song: Path) -> None:
    chosen = sidecar(song)["chosen_take"]

    lose_the_sidecar(songpipe, song)

    assert (chosen, False) == (sidecar(song)["chosen_take"], sidecar(song)["picked"])


def test_a_choice_that_the_tags_do_not_tell_counts_as_made_by_hand(songpipe: Songpipe, song: Path) -> None:
    other = 3 - sidecar(song)["chosen_take"]
    songpipe("pick", "insomnia", str(other))
    FileTagger().amend(song, picked=None)  # as an older songpipe left it

    lose_the_sidecar(songpipe, song)
    songpipe("retake", "insomnia", "--seed", "99")

    assert (other, True) == (sidecar(song)["chosen_take"], sidecar(song)["picked"])


def test_stars_come_back_with_a_rebuild(songpipe: Songpipe, song: Path) -> None:
    sound = essence(song, "mp3")

    songpipe("rate", "insomnia", "4")
    lose_the_sidecar(songpipe, song)

    assert (4, sound) == (sidecar(song)["rating"], essence(song, "mp3"))
    assert [str(song)] == songpipe("library", "list", "--rating", "4").out.splitlines()
    assert 0 == songpipe("library", "verify").code


def test_stars_that_were_taken_back_do_not_come_back(songpipe: Songpipe, song: Path) -> None:
    songpipe("rate", "insomnia", "4")
    songpipe("rate", "insomnia", "--clear")

    lose_the_sidecar(songpipe, song)

    assert None is sidecar(song)["rating"]


@pytest.mark.parametrize("stars", [0, 6])
def test_stars_that_cannot_be_are_none(stars: int, songpipe: Songpipe, song: Path) -> None:
    FileTagger().amend(song, rating=stars)

    lose_the_sidecar(songpipe, song)

    assert None is sidecar(song)["rating"]


def test_a_damaged_file_is_rated_in_its_sidecar_alone(songpipe: Songpipe, song: Path) -> None:
    damaged = song.read_bytes()[:-500]
    song.write_bytes(damaged)

    ran = songpipe("rate", "insomnia", "4")

    assert (0, 4, damaged) == (ran.code, sidecar(song)["rating"], song.read_bytes())
    assert "only the sidecar tells it" in ran.err
    assert 7 == songpipe("library", "verify").code


def test_a_song_whose_file_is_gone_is_rated_all_the_same(songpipe: Songpipe, song: Path) -> None:
    song.unlink()

    ran = songpipe("rate", "insomnia", "4")

    assert (0, 4) == (ran.code, sidecar(song)["rating"])


def test_every_take_is_heard_again_and_has_its_score(songpipe: Songpipe, song: Path) -> None:
    before = sidecar(song)

    lose_the_sidecar(songpipe, song)

    after = sidecar(song)
    told = ("number", "duration_s", "verdict", "reasons", "score", "measures")
    assert [[take[name] for name in told] for take in before["takes"]] == [
        [take[name] for name in told] for take in after["takes"]
    ]
    chosen = before["chosen_take"]
    seeds = {take["number"]: take["seed"] for take in after["takes"]}
    assert {chosen: 6 + chosen, 3 - chosen: None} == seeds


def test_takes_are_shown_without_a_seed_that_nobody_knows(songpipe: Songpipe, song: Path) -> None:
    lose_the_sidecar(songpipe, song)

    shown = songpipe("library", "show", "insomnia", "--takes").out

    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.strip()}
    assert {"–", str(6 + sidecar(song)["chosen_take"])} == set(rows["seed"])
    assert ["0:10", "0:10"] == rows["length"]


def test_any_take_can_be_picked_after_a_rebuild(songpipe: Songpipe, song: Path) -> None:
    other = 3 - sidecar(song)["chosen_take"]
    take = song.with_suffix(".takes") / f"take-{other}.mp3"

    lose_the_sidecar(songpipe, song)
    ran = songpipe("pick", "insomnia", str(other))

    assert (0, essence(take, "mp3")) == (ran.code, essence(song, "mp3"))
    assert "" == FileTagger().read(song).seed
    again = songpipe("render", "--rehearse", "--from", str(song), "--json")
    assert (0, None) == (again.code, again.document["brief"]["seed"])
    assert 0 == songpipe("library", "verify").code


def test_a_take_that_cannot_be_decoded_is_not_measured(songpipe: Songpipe, song: Path) -> None:
    other = 3 - sidecar(song)["chosen_take"]
    (song.with_suffix(".takes") / f"take-{other}.mp3").write_bytes(b"no audio at all")

    lose_the_sidecar(songpipe, song)
    shown = songpipe("library", "show", "insomnia", "--takes").out
    picked = songpipe("pick", "insomnia", str(other))

    assert "not measured" in shown
    assert "it cannot be decoded" in shown
    assert 2 == picked.code


def test_a_song_that_was_restored_without_its_takes_is_not_lost_to_another_take(
    songpipe: Songpipe, song: Path
) -> None:
    sound, seed = essence(song, "mp3"), FileTagger().read(song).seed
    shutil.rmtree(song.with_suffix(".takes"))
    lose_the_sidecar(songpipe, song)
    songpipe("rate", "insomnia", "4")
    songpipe("retake", "insomnia", "--seed", "99")

    songpipe("pick", "insomnia", "2")
    other = essence(song, "mp3")
    checked = songpipe("library", "verify").out
    songpipe("pick", "insomnia", "1")

    assert (sound, True) == (essence(song, "mp3"), other != sound)
    assert (seed, 4) == (FileTagger().read(song).seed, FileTagger().read(song).rating)
    assert ("", "") == (checked, songpipe("library", "verify").out)


def test_the_file_of_a_song_comes_back_from_its_take(songpipe: Songpipe, song: Path) -> None:
    before = essence(song, "mp3")
    song.unlink()

    ran = songpipe("pick", "insomnia", str(sidecar(song)["chosen_take"]))

    assert (0, before, True) == (ran.code, essence(song, "mp3"), FileTagger().read(song).picked)
    assert 0 == songpipe("library", "verify").code


# What stands beside a song -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [[".cover.jpg"], [".cover.jpg", ".lrc"]])
def test_a_retag_makes_again_what_is_lost_beside_a_song(
    lost: list[str], songpipe: Songpipe, song: Path
) -> None:
    before = beside(song)
    for suffix in lost:
        song.with_suffix(suffix).unlink()

    code = songpipe("library", "retag", "insomnia").code

    assert (0, before) == (code, beside(song))
    assert 0 == songpipe("library", "verify").code


def test_a_retag_leaves_what_is_there_as_it_is(songpipe: Songpipe, song: Path) -> None:
    mine, lrc = song.with_suffix(".cover.jpg"), song.with_suffix(".lrc")
    mine.write_bytes(b"\xff\xd8 my own")
    made = lrc.stat().st_mtime_ns

    songpipe("library", "retag", "insomnia")

    assert (b"\xff\xd8 my own", made) == (mine.read_bytes(), lrc.stat().st_mtime_ns)
    assert "changed" in songpipe("library", "verify").out


def test_a_rebuild_makes_again_what_is_lost_beside_a_song(songpipe: Songpipe, song: Path) -> None:
    before = beside(song)
    for suffix in before:
        song.with_suffix(suffix).unlink()

    lose_the_sidecar(songpipe, song)

    assert before == beside(song)
    assert {f"{song.stem}{suffix}" for suffix in before} < set(sidecar(song)["hashes"])
    assert 0 == songpipe("library", "verify").code


def test_a_cover_that_a_model_drew_comes_back_from_the_song_itself(songpipe: Songpipe, song: Path) -> None:
    told = FileTagger().read(song)
    FileTagger().amend(song, ai_contribution=f"{told.ai_contribution};artwork")
    song.with_suffix(".cover.jpg").unlink()

    lose_the_sidecar(songpipe, song)

    assert told.cover == song.with_suffix(".cover.jpg").read_bytes()


def test_times_that_were_heard_stay_heard(songpipe: Songpipe, song: Path) -> None:
    told = FileTagger().read(song)
    late = tuple((ms + 1000, line) for ms, line in told.synced)
    FileTagger().amend(song, synced=late, times="heard")
    song.with_suffix(".lrc").unlink()

    lose_the_sidecar(songpipe, song)

    lines = song.with_suffix(".lrc").read_text().splitlines()
    assert not [line for line in lines if "estimated" in line]
    first_ms, first = late[0]
    assert f"[00:{first_ms // 1000:02d}.{first_ms // 10 % 100:02d}]{first}" in lines
