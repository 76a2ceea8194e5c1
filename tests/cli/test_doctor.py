"""The doctor and music servers: several of them, behind ssh, and down."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.cli.edge import run
from pipeline.rehearsal.studio import RehearsalStudio
from tests.acestep.sshd import Sshd, free_port, sshd
from tests.fakes import startable
from tests.fakes.startable import Desk

Doctor = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def studio() -> Iterator[RehearsalStudio]:
    """A writer, and a music server that is up."""
    with RehearsalStudio() as running:
        yield running


@pytest.fixture
def doctor(
    studio: RehearsalStudio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Doctor:
    """Run the doctor with these music servers; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
    monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwriter")

    def command(*servers: dict[str, str], flags: tuple[str, ...] = ()) -> tuple[int, str, str]:
        Path("songpipe.yaml").write_text(json.dumps({"acestep": {"servers": servers}}))
        capfd.readouterr()
        code = run(["doctor", *flags])
        return code, *capfd.readouterr()

    return command


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A place where a server can be started."""
    with startable.desk(tmp_path) as made:
        yield made


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A machine that the system's `ssh` reaches, with the configuration of this test."""
    with sshd(tmp_path / "sshd") as running:
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "ssh").write_text(f'#!/bin/sh\nexec {" ".join(running.ssh)} "$@"\n')
        (folder / "ssh").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=":")
        yield running


def nowhere(**more: str) -> dict[str, str]:
    """A music server that is down."""
    return {"url": f"http://127.0.0.1:{free_port()}"} | more


def test_every_music_server_has_its_line(doctor: Doctor, studio: RehearsalStudio) -> None:
    code, out, _ = doctor({"url": studio.band_url, "name": "attic"}, nowhere(name="cellar"))

    assert 0 == code
    assert re.search(r"ok +music server +attic answers at", out)
    assert re.search(r"warn music server +cellar: .*cannot be reached", out)


def test_one_music_server_that_can_play_is_enough(doctor: Doctor, studio: RehearsalStudio) -> None:
    code, out, _ = doctor(nowhere(), {"url": studio.band_url}, flags=("--json",))

    document = json.loads(out)
    servers = [check for check in document["checks"] if check["name"] == "music server"]
    assert (0, "songpipe.checkup/1", True, 0) == (
        code,
        document["schema"],
        document["ok"],
        document["exit_code"],
    )
    assert [(False, 0), (True, 2)] == [(check["ok"], check["exit_code"]) for check in servers]


def test_without_any_music_server_no_song_can_be_made(doctor: Doctor) -> None:
    code, out, _ = doctor(nowhere(name="attic"), nowhere(name="cellar"))

    assert 5 == code
    assert 2 == len(re.findall("FAIL music server", out))


def test_a_server_that_can_be_started_is_offered_to_be(doctor: Doctor) -> None:
    code, out, _ = doctor(nowhere(start_command="exit 1"))

    assert 5 == code
    assert "→ songpipe doctor --start starts it" in out


def test_a_server_that_is_no_music_server_is_not_offered_to_be_started(
    doctor: Doctor, studio: RehearsalStudio
) -> None:
    with RehearsalStudio(faults=["band-html"]) as strange:
        _, out, _ = doctor({"url": strange.band_url, "start_command": "exit 1"}, flags=("--start",))

    assert "FAIL music server" in out
    assert "--start" not in out
    assert "ended with code" not in out


def test_a_server_that_is_down_is_started(doctor: Doctor, desk: Desk, studio: RehearsalStudio) -> None:
    down = {"url": desk.url, "name": "attic", "start_command": desk.line(load_s=0.2)}

    code, out, err = doctor(down, {"url": studio.band_url}, flags=("--start",))

    assert 0 == code
    assert re.search(r"ok +music server +attic answers at", out)
    assert "attic: starting the music server; its log: " in err
    assert 1 == len(desk.starts)


def test_a_start_command_that_fails_is_told(doctor: Doctor, tmp_path: Path) -> None:
    line = "echo no such card; exit 3"

    code, out, _ = doctor(nowhere(name="attic", start_command=line), flags=("--start",))

    assert 5 == code
    assert "attic: the start command of the music server ended with code 3: no such card" in out
    assert "attic.log" in out


def test_a_server_behind_ssh_is_looked_at_through_its_tunnel(
    doctor: Doctor, studio: RehearsalStudio, machine: Sshd
) -> None:
    code, out, _ = doctor({"url": studio.band_url, "via": machine.via, "name": "attic"})

    assert 0 == code
    assert f"attic answers at {machine.via} {studio.band_url}" in out
    assert [] == machine.clients()


def test_a_server_behind_ssh_is_started_there(doctor: Doctor, desk: Desk, machine: Sshd) -> None:
    server = {"url": desk.url, "via": machine.via, "name": "attic", "start_command": desk.line()}
    _, before, _ = doctor(server)

    code, out, err = doctor(server, flags=("--start",))

    assert f"attic: nobody answers at {machine.via} {desk.url}" in before
    assert "→ songpipe doctor --start starts it" in before
    assert 0 == code
    assert re.search(r"ok +music server +attic answers at", out)
    assert "its log: ~/.local/state/songpipe/attic.log on 127.0.0.1" in err
    assert (machine.home / "state" / "songpipe" / "attic.log").exists()
    assert desk.is_up()


def test_a_machine_that_cannot_be_reached_is_told_with_what_to_do(doctor: Doctor, machine: Sshd) -> None:
    via = f"ssh://127.0.0.1:{free_port()}"

    code, out, _ = doctor(nowhere(via=via, start_command="exit 1"), flags=("--start",))

    assert 5 == code
    assert "Connection refused" in out
    assert "is the machine on" in out


def test_a_machine_that_lets_nothing_through_is_told_with_what_to_do(
    doctor: Doctor, studio: RehearsalStudio, machine: Sshd
) -> None:
    settings = (machine.folder / "allowed").read_text()
    (machine.folder / "allowed").write_text(f"no-port-forwarding {settings}")

    code, out, _ = doctor({"url": studio.band_url, "via": machine.via})

    assert 5 == code
    assert "administratively prohibited" in out
    assert "AllowTcpForwarding" in out
