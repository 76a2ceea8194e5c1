"""The edges of the command line: strange letters, strange names, damaged songs, and which studio goes on."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.brief import Brief
from pipeline.cli.edge import run, tell
from pipeline.cli.printing import say_json
from pipeline.engine.database import Database
from pipeline.engine.jobs import jobs
from pipeline.engine.ledger import STOPPED, reading
from pipeline.engine.order import Order, new_id
from pipeline.errors import BandError
from tests.road.conftest import DRAFT

NOBODY = "http://127.0.0.1:9"
NO_SONG = "a letter about songs"


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The journal of an empty folder, whose settings name servers that nobody runs."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", f"{NOBODY}/v1")
    monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", NOBODY)
    return Database(folder / "output" / ".songpipe")


def ordered(journal: Database, text: str = "insomnia", **order: Any) -> str:
    """Put an unfinished song into the journal and give its id."""
    song = new_id()
    with reading(journal) as ledger:
        ledger.order([(song, Order(Brief(text=text, duration=30.0), **order))], STOPPED)
    return song


def damaged(journal: Database) -> str:
    """Put a song into the journal whose order nobody can read."""
    song = ordered(journal)
    damage = (
        "UPDATE workflow_input SET inputs = replace(inputs, 'brief', 'brood') WHERE workflow_uuid = :song"
    )
    engine = journal.open()
    with engine.begin() as connection:
        connection.execute(sa.text(damage), {"song": song})
    engine.dispose()
    return song


@dataclass(frozen=True)
class Ran:
    """What a run of the command left: exit code, and the bytes on its standard streams."""

    code: int
    out: bytes
    err: bytes


def ran(monkeypatch: pytest.MonkeyPatch, encoding: str, arguments: Sequence[str | bytes]) -> Ran:
    """Run the command in this process, with standard streams of that encoding and arguments as a shell gives them."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", out)
        patched.setattr("sys.stderr", err)
        code = run([os.fsdecode(argument) for argument in arguments])
        out.flush()
        err.flush()
    return Ran(code, out.buffer.getvalue(), err.buffer.getvalue())  # type: ignore[attr-defined]


def child(encoding: str, arguments: Sequence[str | bytes], environment: Mapping[str, str]) -> Ran:
    """Run the command in a process of its own whose standard streams have that encoding."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        env={**environment, **os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


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
    journal: Database, capsys: pytest.CaptureFixture[str], damaged_first: bool
) -> None:
    songs = [damaged(journal), ordered(journal, draft=NO_SONG)]

    code = run(["resume", "--json", *(songs if damaged_first else reversed(songs))])

    told = json.loads(capsys.readouterr().out)
    assert {3, 7} == {song["exit_code"] for song in told["songs"]}
    assert (7, 2) == (code, told["failed"])


def test_a_song_goes_on_in_the_studio_it_was_begun_in(
    journal: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    real = ordered(journal, draft=DRAFT)
    rehearsed = ordered(journal, draft=DRAFT, rehearsal=True)

    code = run(["resume", "--json", "--set", "acestep.start_deadline=0", real, rehearsed])

    done, failed = json.loads(capsys.readouterr().out)["songs"]
    assert (5, 5) == (code, failed["exit_code"])
    assert "127.0.0.1:9" in failed["message"]
    assert (rehearsed, True) == (done["id"], done["rehearsal"])
    assert [(real, "failed")] == [
        (job.id, job.state) for job in jobs(journal, latest=0) if job.state != "done"
    ]


def test_a_rehearsal_that_failed_goes_on_as_a_rehearsal(
    journal: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("output").mkdir()
    in_the_way = Path("output") / str(datetime.now().astimezone().year)
    in_the_way.write_text("")

    failed = run(["write", "insomnia", "--rehearse", "--duration", "15"])
    in_the_way.unlink()
    assert [True] == [job.rehearsal for job in jobs(journal, latest=0)]
    capsys.readouterr()
    resumed = run(["resume", "--json"])

    (song,) = json.loads(capsys.readouterr().out)["songs"]
    assert (7, 0, True) == (failed, resumed, song["rehearsal"])


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_json_is_valid_whatever_the_encoding_of_standard_output(
    journal: Database, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    ordered(journal, text="夜 für Zoë 🌒")

    listed = ran(monkeypatch, encoding, ["jobs", "--json"])

    (song,) = json.loads(listed.out.decode(encoding))["songs"]
    assert (0, "夜 für Zoë 🌒", b"") == (listed.code, song["brief"], listed.err)


def test_letters_that_a_terminal_lacks_are_escaped(
    journal: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(journal, text="夜 für Zoë")

    listed = ran(monkeypatch, "cp1252", ["jobs"])

    assert (0, b"") == (listed.code, listed.err)
    assert "\\u591c für Zoë".encode("cp1252") in listed.out


def test_half_a_character_leaves_a_document_that_every_reader_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say_json({"夜": "half \udcff"})

    assert {"夜": "half ?"} == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "arguments",
    [["resume", b"\xff\xe5"], ["write", b"a\xff", "--title", b"\xff", "--blend", b"\xff"]],
    ids=["id", "brief"],
)
def test_half_a_character_never_ends_in_a_traceback(
    journal: Database, monkeypatch: pytest.MonkeyPatch, arguments: list[str | bytes]
) -> None:
    refused = ran(monkeypatch, "cp1252", arguments)

    assert (2, 1) == (refused.code, len(refused.err.splitlines())), refused.err
    assert b"Traceback" not in refused.err


def test_half_a_character_never_ends_in_a_traceback_of_a_whole_process(
    journal: Database, quiet_environment: Mapping[str, str]
) -> None:
    refused = child("cp1252", ["lint", b"\xff.txt", "--json"], quiet_environment)

    assert (2, 1) == (refused.code, len(refused.err.splitlines())), refused.err
    assert b"Traceback" not in refused.err
    assert 2 == json.loads(refused.out.decode("cp1252"))["exit_code"]


@pytest.mark.parametrize("command", [["resume"], ["jobs", "cancel"]], ids=["resume", "cancel"])
@pytest.mark.parametrize("letter", ["a", "夜", "/", "."])
def test_an_endless_id_is_no_song(
    journal: Database, capsys: pytest.CaptureFixture[str], letter: str, command: list[str]
) -> None:
    code = run([*command, letter * 5000])

    assert 2 == code
    assert f"there is no song '{letter * 10}" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["plain", "json"])
def test_a_damaged_order_does_not_hide_the_other_songs(
    journal: Database, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    songs = [ordered(journal, "one"), damaged(journal), ordered(journal, "two")]

    code = run(["jobs", *flags])

    out = capsys.readouterr().out
    listed = (
        [song["id"] for song in json.loads(out)["songs"]]
        if flags
        else [line[:16] for line in out.splitlines()]
    )
    assert (0, songs) == (code, listed)
    assert "cannot be read" in out
