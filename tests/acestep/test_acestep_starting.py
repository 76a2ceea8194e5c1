"""Starting a music server, here and on a machine behind a real sshd."""

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from pipeline.acestep.glance import Glance, glance
from pipeline.acestep.starting import LABEL, start
from pipeline.acestep.tunnel import Tunnel
from pipeline.errors import BandError, Interrupted, ShelfError
from tests.acestep.sshd import Sshd, free_port, sshd, until
from tests.fakes import startable
from tests.fakes.acestep_server import FakeAceStep, Reply
from tests.fakes.acestep_world import QUICK, Onlooker, Time
from tests.fakes.children import unmeasured
from tests.fakes.startable import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A place where a server can be started."""
    with startable.desk(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A machine that is reached by ssh."""
    with sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@dataclass(frozen=True)
class Command:
    """What starts a server."""

    line: str
    via: str | None
    log: Path
    ssh: tuple[str, ...] = ("ssh",)


def begin(command: Command, is_up: Callable[[], bool], watch: Onlooker, **world: Any) -> None:
    """Start it."""
    start(command.line, command.via, is_up, watch, log=command.log, ssh=command.ssh, **world)


def nap(_: float) -> None:
    """Sleep for a blink, however long it was to be."""
    time.sleep(0.02)


def test_a_server_is_started_and_waited_for(desk: Desk) -> None:
    watch = Onlooker()

    begin(Command(desk.line(load_s=0.3), None, desk.log), desk.is_up, watch, sleep=nap)

    assert desk.is_up()
    assert [LABEL] == watch.labels
    assert [f"starting the music server; its log: {desk.log}"] == watch.notes
    assert ["it's on its way", "loading the models"] == desk.log.read_text().splitlines()[:2]


def test_a_started_server_outlives_whoever_started_it(desk: Desk) -> None:
    script = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from pipeline.acestep.starting import start
        from tests.fakes.acestep_world import Onlooker
        print("on", flush=True)
        log = Path({str(desk.log)!r})
        start({desk.line(load_s=0.5)!r}, None, lambda: False, Onlooker(), log=log)
        """
    )
    ours = subprocess.Popen([sys.executable, "-c", script], env=unmeasured(), stdout=subprocess.DEVNULL)
    until(lambda: bool(desk.starts))

    ours.send_signal(signal.SIGKILL)
    ours.wait()

    until(desk.is_up)
    assert 1 == len(desk.starts)


def test_a_command_that_fails_is_told_with_its_last_words(desk: Desk) -> None:
    desk.log.parent.mkdir()
    desk.log.write_text("words of the day before\n")
    line = "echo first; echo 'CUDA\033[2J: no such card' >&2; echo; exit 7"

    with pytest.raises(BandError, match="ended with code 7: CUDA: no such card") as caught:
        begin(Command(line, None, desk.log), desk.is_up, Onlooker(), sleep=nap)

    assert str(desk.log) in caught.value.hint
    assert desk.log.read_text().startswith("words of the day before")


def test_a_command_that_fails_without_a_word_is_told(desk: Desk) -> None:
    with pytest.raises(BandError, match=r"ended with code 1$"):
        begin(Command("exit 1", None, desk.log), desk.is_up, Onlooker(), sleep=nap)


def test_a_command_that_leaves_the_server_to_others_is_waited_for(desk: Desk) -> None:
    line = f"({desk.line(load_s=0.2)}) & exit 0"

    begin(Command(line, None, desk.log), desk.is_up, Onlooker(), sleep=nap)

    assert desk.is_up()


def test_a_server_that_never_comes_up_is_given_up_with_its_log(desk: Desk) -> None:
    time = Time()

    with pytest.raises(BandError, match="did not come up within 15 min") as caught:
        begin(
            Command("exec sleep 5", None, desk.log),
            lambda: False,
            Onlooker(),
            patience_s=900,
            clock=time.clock,
            sleep=time.sleep,
        )

    assert str(desk.log) in caught.value.hint


def test_a_server_that_is_up_is_not_started(desk: Desk) -> None:
    begin(Command(desk.line(), None, desk.log), lambda: True, Onlooker(), sleep=nap)

    assert [] == desk.starts


def test_two_who_start_it_at_once_start_it_once(desk: Desk) -> None:
    command = Command(desk.line(load_s=0.4), None, desk.log)

    with ThreadPoolExecutor(3) as crew:
        list(crew.map(lambda _: begin(command, desk.is_up, Onlooker(), sleep=nap), range(3)))

    assert 1 == len(desk.starts)


def test_another_process_that_starts_it_is_waited_for(desk: Desk) -> None:
    desk.log.parent.mkdir()
    looks = iter([False] * 25 + [True])  # for half a second: a start would have been noted by then

    with FileLock(f"{desk.log}.lock"):
        begin(Command(desk.line(), None, desk.log), lambda: next(looks), Onlooker(), sleep=nap)

    assert [] == desk.starts


def test_a_server_that_still_loads_is_not_started_again_after_an_interruption(desk: Desk) -> None:
    command = Command(desk.line(load_s=0.6), None, desk.log)

    def interrupted_nap(_: float) -> None:
        nap(0)
        if desk.starts:
            raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        begin(command, desk.is_up, Onlooker(), sleep=interrupted_nap)

    begin(command, desk.is_up, Onlooker(), sleep=nap)

    assert 1 == len(desk.starts)


def test_a_server_of_an_earlier_start_that_has_ended_meanwhile_is_started_again(desk: Desk) -> None:
    time = Time()
    command = Command(desk.line(), None, desk.log)
    desk.log.parent.mkdir()
    lock = subprocess.Popen(["flock", f"{desk.log}.running", "sleep", "0.3"])

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        nap(seconds)

    begin(command, desk.is_up, Onlooker(), clock=time.clock, sleep=sleep)

    lock.wait()
    assert 1 == len(desk.starts)


def test_a_log_that_has_no_place_is_a_fault_of_the_disk(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = Command(desk.line(), None, tmp_path / "file" / "attic.log")

    with pytest.raises(ShelfError, match="cannot be made"):
        begin(command, desk.is_up, Onlooker())


def test_a_log_that_cannot_be_written_is_told(desk: Desk) -> None:
    desk.log.mkdir(parents=True)

    with pytest.raises(BandError, match="cannot be started"):
        begin(Command(desk.line(), None, desk.log), desk.is_up, Onlooker(), sleep=nap)


def test_a_server_is_started_over_ssh_and_outlives_the_connection(desk: Desk, machine: Sshd) -> None:
    command = Command(desk.line(load_s=0.3), machine.via, desk.log, machine.ssh)
    watch = Onlooker()

    begin(command, desk.is_up, watch, sleep=nap)

    machine.hang_up()
    assert desk.is_up()
    assert [] == machine.clients()
    far = machine.home / "state" / "songpipe" / desk.log.name
    assert ["it's on its way", "loading the models"] == far.read_text().splitlines()[:2]
    assert [
        f"starting the music server; its log: ~/.local/state/songpipe/{desk.log.name} on 127.0.0.1"
    ] == watch.notes


def test_a_command_that_fails_over_ssh_is_told_with_its_last_words(desk: Desk, machine: Sshd) -> None:
    command = Command("echo 'no such card' >&2; exit 255", machine.via, desk.log, machine.ssh)

    with pytest.raises(BandError, match="ended with code 255: no such card"):
        begin(command, desk.is_up, Onlooker(), sleep=nap)


def test_a_connection_that_breaks_while_the_server_loads_is_no_failure(desk: Desk, machine: Sshd) -> None:
    command = Command(desk.line(load_s=0.6), machine.via, desk.log, machine.ssh)
    hung_up: list[bool] = []

    def is_up() -> bool:
        if desk.starts and not hung_up:
            machine.hang_up()
            hung_up.append(True)
        return desk.is_up()

    begin(command, is_up, Onlooker(), sleep=nap)

    assert 1 == len(desk.starts)


def test_a_machine_that_cannot_be_reached_is_told(desk: Desk, machine: Sshd) -> None:
    command = Command(desk.line(), f"ssh://127.0.0.1:{free_port()}", desk.log, machine.ssh)

    with pytest.raises(BandError, match="Connection refused"):
        begin(command, desk.is_up, Onlooker(), sleep=nap)


def test_a_tunnel_that_fails_meanwhile_means_not_up(desk: Desk) -> None:
    looks: list[bool] = []

    def is_up() -> bool:
        looks.append(True)
        if len(looks) == 1:
            raise BandError("no tunnel yet")
        return desk.is_up()

    begin(Command(desk.line(), None, desk.log), is_up, Onlooker(), sleep=nap)

    assert desk.is_up()


def test_a_server_that_answers_is_up(server: FakeAceStep) -> None:
    assert Glance.UP is glance(server.url)


@pytest.mark.parametrize("health", [Reply(delay_s=9), Reply(503, {"detail": "loading"})])
def test_a_server_that_cannot_answer_yet_is_loading(server: FakeAceStep, health: Reply) -> None:
    server.reply("/health", health)

    assert Glance.LOADING is glance(server.url, deadlines=replace(QUICK, answer_s=0.3))


@pytest.mark.parametrize(
    "health", [Reply(404, {"detail": "Not Found"}), Reply(body=b"<html>"), Reply(401, {})]
)
def test_whatever_answers_is_up(server: FakeAceStep, health: Reply) -> None:
    server.reply("/health", health)

    assert Glance.UP is glance(server.url)


def test_a_port_that_nobody_listens_at_is_down() -> None:
    assert Glance.DOWN is glance(f"http://127.0.0.1:{free_port()}")


def test_a_port_that_nobody_listens_at_is_down_through_a_tunnel_too(machine: Sshd) -> None:
    tunnel = Tunnel(machine.via, f"http://127.0.0.1:{free_port()}", ssh=machine.ssh)

    found = glance(tunnel.url())

    tunnel.close()
    assert Glance.DOWN is found
