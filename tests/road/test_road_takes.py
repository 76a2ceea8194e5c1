"""Takes after the fact: another performance, another choice, and what the ear says when nothing can be used."""

import json
from pathlib import Path
from typing import Any

import mutagen

from tests.fakes import scribe
from tests.road.conftest import Songpipe

SHORT = ("--duration", "20", "--seed", "7")


def sidecar(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.with_suffix(".song.json").read_text())
    return found


def seed(file: Path) -> str:
    return str(mutagen.File(file).tags["TXXX:SONGPIPE_SEED"])


def test_a_retake_joins_the_takes_of_its_song_and_loses_none(songpipe: Songpipe) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT).file
    first = (song.with_suffix(".takes") / "take-1.mp3").read_bytes()

    ran = songpipe("retake", song.name.rsplit("-", 1)[1][:6], "--takes", "2", "--seed", "99")

    assert song == ran.file
    assert ["take-1.mp3", "take-2.mp3", "take-3.mp3"] == sorted(
        file.name for file in song.with_suffix(".takes").iterdir()
    )
    assert first == (song.with_suffix(".takes") / "take-1.mp3").read_bytes()
    assert [7, 99, 100] == [take["seed"] for take in sidecar(song)["takes"]]
    (told,) = [line for line in ran.err.splitlines() if "; new: take 2 (" in line]  # its number on the shelf
    assert ", take 3 (" in told
    assert "is chosen" not in ran.err
    assert 0 == songpipe("library", "verify").code


def test_a_take_that_was_picked_stays_whatever_is_played_after_it(songpipe: Songpipe) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", "--takes", "2", *SHORT).file
    other = 3 - int(str(sidecar(song)["chosen_take"]))

    songpipe("pick", "insomnia", str(other))
    songpipe("retake", "insomnia", "--seed", "99")

    assert str(6 + other) == seed(song)
    assert (other, True) == (sidecar(song)["chosen_take"], sidecar(song)["picked"])
    assert 0 == songpipe("library", "verify").code


def test_a_picked_take_is_played_again_as_it_was_played(songpipe: Songpipe) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT).file
    songpipe("retake", "insomnia", "--seed", "99", "--set", "acestep.inference_steps=33")
    played = {}

    for number in (1, 2):
        songpipe("pick", "insomnia", str(number))
        told = json.loads(str(mutagen.File(song).tags["TXXX:SONGPIPE_PARAMS"]))
        again = songpipe("render", "--rehearse", "--from", str(song), "--output", f"again-{number}").file
        played[number] = [
            (found["inference_steps"], found["seed"])
            for found in (sidecar(song)["parameters"], told, sidecar(again)["parameters"])
        ]

    assert {1: [(8, 7)] * 3, 2: [(33, 99)] * 3} == played


def test_a_take_that_is_not_there_cannot_be_picked(songpipe: Songpipe) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT).file
    before = song.read_bytes()

    ran = songpipe("pick", "insomnia", "3")

    assert 2 == ran.code
    assert "has no take 3" in ran.err
    assert before == song.read_bytes()


def test_listening_tells_what_was_asked_for_and_what_was_heard(songpipe: Songpipe) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT).file

    (told,) = songpipe("listen", "--json", str(song)).document  # type: ignore[misc]

    assert {"file", "verdict", "reasons", "hook", "measures"} == set(told)
    assert (str(song), "pass") == (told["file"], told["verdict"])
    assert 20.0 == round(told["measures"]["duration_s"])
    assert {"kept", "broken", "unsure"} >= {told["hook"]["verdict"]}


def test_words_are_not_measured_without_a_model_and_heard_with_one(songpipe: Songpipe) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT).file
    document = songpipe("library", "show", "insomnia", "--json").document
    lines = [line for section in document["sections"] for line in section["lines"]]

    (deaf,) = songpipe("listen", "--json", str(song)).document  # type: ignore[misc]
    with scribe.Scribe(scribe.hears_lines(lines[1:], at_s=3.0)) as server:
        model = json.dumps({"base_url": server.base_url, "model": "whisper-1"})
        (heard,) = songpipe(  # type: ignore[misc]
            "listen", "--json", str(song), "--set", f"listening.transcription={model}"
        ).document

    assert ["not measured"] * 3 == [
        deaf["hook"][name] for name in ("first_word_s", "sung_share", "line_times")
    ]
    assert 3.0 == heard["hook"]["first_word_s"]
    assert [None] == [time for time in heard["hook"]["line_times"] if time is None]
    assert len(lines) - 1 == round(heard["hook"]["sung_share"] * len(lines))


def test_a_file_that_is_no_audio_fails_the_listening(songpipe: Songpipe, workspace: Path) -> None:
    (workspace / "notes.mp3").write_text("milk, eggs, a new kettle")

    ran = songpipe("listen", "notes.mp3")

    assert 6 == ran.code
    assert "it cannot be decoded" in ran.out


def test_a_file_that_is_not_there_is_told_before_anything_is_heard(songpipe: Songpipe) -> None:
    ran = songpipe("listen", "nowhere.mp3")

    assert (2, "") == (ran.code, ran.out)
    assert "cannot read 'nowhere.mp3'" in ran.err


def test_a_plot_is_drawn_where_it_is_wanted(songpipe: Songpipe, workspace: Path) -> None:
    song = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT).file

    songpipe("listen", str(song), "--plot", "seen.png")
    songpipe("listen", str(song), "--plot", "seen.svg")
    wrong = songpipe("listen", str(song), "--plot", "seen.doc")

    assert (workspace / "seen.png").read_bytes().startswith(b"\x89PNG")
    assert (workspace / "seen.svg").read_text().startswith("<svg")
    assert 2 == wrong.code
