"""The edges of the command line: strange letters, strange names, damaged songs, and which studio goes on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.brief import Brief
from pipeline.cli.edge import run, tell
from pipeline.cli.printing import say_json
from pipeline.engine.journal import Journal, Order
from pipeline.errors import BandError
from tests.road.conftest import DRAFT

NOBODY = "http://127.0.0.1:9"
NO_SONG = "a letter about songs"


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """The journal of an empty folder, whose settings name servers that nobody runs."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", f"{NOBODY}/v1")
    monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", NOBODY)
    return Journal(folder / "output" / ".songpipe" / "songs")


def ordered(journal: Journal, text: str = "insomnia", **order: Any) -> str:
    """Put an unfinished song into the journal and give its id."""
    with journal.begin(Order(Brief(text=text, duration=30.0), **order)) as session:
        return session.id


def damaged(journal: Journal) -> str:
    song = ordered(journal)
    (journal.root / song / "order.json").write_text('{"brief": ')
    return song


def child(
    arguments: list[str | bytes], environment: Mapping[str, str], encoding: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own whose standard streams have that encoding."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        env={**environment, **os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("prefix", ["", "so\x1b[2Jng: "])
def test_nothing_in_an_error_can_move_the_cursor(prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(
        BandError("the \x1b[2Jserver\x07 said\u202e\x9b5m no\r\nERROR", hint="\x1b]0;x\x07ask\u200b"), prefix
    )

    err = capsys.readouterr().err
    assert 1 == err.count("\n")
    assert err.rstrip("\n").isprintable()
    assert all(part in err for part in ("server", "said", "no ERROR", "ask"))


def test_words_of_any_script_stay_in_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    tell(BandError("“夜” fehlt für Zoë"))

    assert "songpipe: “夜” fehlt für Zoë\n" == capsys.readouterr().err


@pytest.mark.parametrize("damaged_first", [True, False])
def test_resume_ends_with_the_worst_code_of_its_songs(
    journal: Journal, capsys: pytest.CaptureFixture[str], damaged_first: bool
) -> None:
    songs = [damaged(journal), ordered(journal, draft=NO_SONG)]

    code = run(["resume", "--json", *(songs if damaged_first else reversed(songs))])

    told = json.loads(capsys.readouterr().out)
    assert {3, 7} == {song["exit_code"] for song in told["songs"]}
    assert (7, 2) == (code, told["failed"])


def test_a_song_goes_on_in_the_studio_it_was_begun_in(
    journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    real = ordered(journal, draft=DRAFT)
    rehearsed = ordered(journal, draft=DRAFT, rehearsal=True)

    code = run(["resume", "--json", "--set", "acestep.start_deadline=0", real, rehearsed])

    first, second = json.loads(capsys.readouterr().out)["songs"]
    assert (5, 5) == (code, first["exit_code"])
    assert "127.0.0.1:9" in first["message"]
    assert (rehearsed, True) == (second["id"], second["rehearsal"])
    assert (real,) == journal.unfinished()


def test_a_rehearsal_that_failed_goes_on_as_a_rehearsal(
    journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("output").mkdir()
    in_the_way = Path("output") / str(datetime.now().astimezone().year)
    in_the_way.write_text("")

    failed = run(["write", "insomnia", "--rehearse", "--duration", "15"])
    in_the_way.unlink()
    (song_id,) = journal.unfinished()
    assert journal.look(song_id).order.rehearsal
    capsys.readouterr()
    resumed = run(["resume", "--json"])

    (song,) = json.loads(capsys.readouterr().out)["songs"]
    assert (7, 0, True) == (failed, resumed, song["rehearsal"])


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_json_is_valid_whatever_the_encoding_of_standard_output(
    journal: Journal, quiet_environment: Mapping[str, str], encoding: str
) -> None:
    ordered(journal, text="夜 für Zoë 🌒")

    ran = child(["resume", "--list", "--json"], quiet_environment, encoding)

    (song,) = json.loads(ran.stdout.decode(encoding))["songs"]
    assert (0, "夜 für Zoë 🌒", b"") == (ran.returncode, song["brief"], ran.stderr)


def test_letters_that_a_terminal_lacks_are_escaped(
    journal: Journal, quiet_environment: Mapping[str, str]
) -> None:
    ordered(journal, text="夜 für Zoë")

    ran = child(["resume", "--list"], quiet_environment, "cp1252")

    assert (0, b"") == (ran.returncode, ran.stderr)
    assert "\\u591c für Zoë".encode("cp1252") in ran.stdout


def test_half_a_character_leaves_a_document_that_every_reader_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say_json({"夜": "half \udcff"})

    assert {"夜": "half ?"} == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "arguments",
    [
        ["resume", b"\xff\xe5"],
        ["lint", b"\xff.txt", "--json"],
        ["write", b"a\xff", "--title", b"\xff", "--blend", b"\xff"],
    ],
    ids=["id", "file", "brief"],
)
def test_half_a_character_never_ends_in_a_traceback(
    journal: Journal,
    quiet_environment: Mapping[str, str],
    arguments: list[str | bytes],
) -> None:
    ran = child(arguments, quiet_environment, "cp1252")

    assert 2 == ran.returncode, ran.stderr
    assert 1 == len(ran.stderr.splitlines())
    assert b"Traceback" not in ran.stderr
    if "--json" in arguments:
        assert 2 == json.loads(ran.stdout.decode("cp1252"))["exit_code"]


@pytest.mark.parametrize("flags", [[], ["--drop"]], ids=["resume", "drop"])
@pytest.mark.parametrize("letter", ["a", "夜", "/", "."])
def test_an_endless_id_is_no_song(
    journal: Journal, capsys: pytest.CaptureFixture[str], letter: str, flags: list[str]
) -> None:
    code = run(["resume", *flags, letter * 5000])

    err = capsys.readouterr().err
    assert (2, 1) == (code, len(err.splitlines()))
    assert "no unfinished song" in err


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["plain", "json"])
def test_a_damaged_order_does_not_hide_the_other_songs(
    journal: Journal, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    before, broken, after = ordered(journal, "one"), damaged(journal), ordered(journal, "two")

    code = run(["resume", "--list", *flags])

    out, err = capsys.readouterr()
    listed = (
        [song["id"] for song in json.loads(out)["songs"]]
        if flags
        else [line[:16] for line in out.splitlines()]
    )
    assert (0, [before, after]) == (code, listed)
    assert f"{broken}/order.json is damaged" in err
