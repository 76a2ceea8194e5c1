"""The ssh tunnel, against a real sshd on loopback."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from pipeline.acestep import tunnel as room
from pipeline.acestep.child import Child
from pipeline.acestep.tunnel import Tunnel
from pipeline.errors import BandError
from tests.acestep import sshd as fixture
from tests.acestep.sshd import Sshd, sshd, until
from tests.fakes.acestep_server import FakeAceStep
from tests.fakes.acestep_world import Time
from tests.fakes.children import unmeasured


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A machine that is reached by ssh."""
    with sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def tunnel(machine: Sshd, server: FakeAceStep) -> Iterator[Tunnel]:
    """A tunnel to the music server, not yet asked for."""
    with closing(Tunnel(machine.via, f"{server.url}/api", ssh=machine.ssh)) as opened:
        yield opened


def answers(url: str) -> bool:
    """Say whether a request gets through."""
    return httpx.get(f"{url}/health", trust_env=False).status_code == 200


def test_a_request_reaches_the_server_behind_ssh(machine: Sshd, server: FakeAceStep) -> None:
    with closing(Tunnel(machine.via, server.url, ssh=machine.ssh)) as tunnel:
        url = tunnel.url()

        assert url != server.url
        assert answers(url)
        assert ["/health"] == [seen.target for seen in server.seen]


def test_the_address_keeps_scheme_and_path_and_stays_the_same(tunnel: Tunnel, machine: Sshd) -> None:
    first = tunnel.url()

    assert first.startswith("http://127.0.0.1:")
    assert first.endswith("/api")
    assert first == tunnel.url()
    assert 1 == len(machine.sessions())


def test_a_tunnel_that_drops_is_opened_again_on_the_same_port(machine: Sshd, server: FakeAceStep) -> None:
    with closing(Tunnel(machine.via, server.url, ssh=machine.ssh)) as tunnel:
        first = tunnel.url()
        machine.hang_up()
        until(lambda: not machine.clients())

        second = tunnel.url()

        assert first == second
        assert answers(second)


def test_a_tunnel_that_keeps_dropping_is_tried_less_often(machine: Sshd, server: FakeAceStep) -> None:
    time = Time()
    with closing(Tunnel(machine.via, server.url, ssh=machine.ssh, clock=time.clock)) as tunnel:
        for _ in range(2):
            tunnel.url()
            machine.hang_up()
            until(lambda: not machine.clients())

        with pytest.raises(BandError, match="trying again in 2 s") as caught:
            tunnel.url()

        assert caught.value.hint
        time.now_s += 3
        assert answers(tunnel.url())


def test_a_tunnel_that_stood_for_long_is_opened_again_at_once(machine: Sshd, server: FakeAceStep) -> None:
    time = Time()
    with closing(Tunnel(machine.via, server.url, ssh=machine.ssh, clock=time.clock)) as tunnel:
        for _ in range(3):
            tunnel.url()
            time.now_s += 100
            machine.hang_up()
            until(lambda: not machine.clients())

        assert answers(tunnel.url())


def test_threads_that_ask_at_once_share_one_ssh(tunnel: Tunnel, machine: Sshd) -> None:
    with ThreadPoolExecutor(8) as crew:
        urls = set(crew.map(lambda _: tunnel.url(), range(8)))

    assert 1 == len(urls)
    assert 1 == len(machine.sessions())


def test_closing_leaves_no_ssh_behind(tunnel: Tunnel, machine: Sshd) -> None:
    tunnel.url()
    assert machine.clients()

    tunnel.close()

    assert [] == machine.clients()
    with pytest.raises(BandError, match="is closed"):
        tunnel.url()


def test_closing_twice_or_before_the_first_use_does_nothing(tunnel: Tunnel) -> None:
    tunnel.close()
    tunnel.close()


def test_ssh_ends_when_our_process_is_killed(machine: Sshd, server: FakeAceStep, tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pipeline.acestep.tunnel import Tunnel\n"
        f"tunnel = Tunnel({machine.via!r}, {server.url!r}, ssh={machine.ssh!r})\n"
        "print(tunnel.url(), flush=True)\ntime.sleep(60)\n"
    )
    ours = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=unmeasured())
    assert ours.stdout is not None
    with ours.stdout:
        assert b"http://127.0.0.1" in ours.stdout.readline()
    assert machine.clients()

    ours.send_signal(signal.SIGKILL)
    ours.wait()

    until(lambda: not machine.clients())


def test_an_unknown_host_key_is_refused(machine: Sshd, tmp_path: Path) -> None:
    stranger = tmp_path / "known"
    stranger.write_text("")
    ssh = (*machine.ssh, f"-oUserKnownHostsFile={stranger}")

    message, hint = refusal(machine.via, ssh)

    assert "Host key verification failed" in message
    assert "by hand: ssh -p" in hint


def test_a_changed_host_key_is_refused(machine: Sshd, tmp_path: Path) -> None:
    fixture.make_key(tmp_path / "other")
    fixture.trust(tmp_path, machine.port, tmp_path / "other.pub")
    ssh = (*machine.ssh, f"-oUserKnownHostsFile={tmp_path / 'known'}")

    message, hint = refusal(machine.via, ssh)

    assert "Host key verification failed" in message
    assert "has changed" in hint


def test_a_key_that_is_not_welcome_is_refused(machine: Sshd, tmp_path: Path) -> None:
    fixture.make_key(tmp_path / "other")
    settings = (
        (machine.folder / "client").read_text().replace(str(machine.folder / "user"), str(tmp_path / "other"))
    )
    (tmp_path / "client").write_text(settings)

    message, hint = refusal(machine.via, (machine.ssh[0], "-F", str(tmp_path / "client")))

    assert "Permission denied" in message
    assert "ssh-copy-id" in hint


def test_a_machine_without_sshd_is_told(machine: Sshd) -> None:
    message, hint = refusal(f"ssh://127.0.0.1:{fixture.free_port()}", machine.ssh)

    assert "Connection refused" in message
    assert "is the machine on" in hint


def test_a_name_that_nobody_knows_is_told(machine: Sshd) -> None:
    with pytest.raises(room.NotReached) as caught:
        Tunnel("ssh://no-such-host.invalid", "http://127.0.0.1:1", ssh=machine.ssh).url()

    assert "Could not resolve" in caught.value.message
    assert caught.value.unknown_host


def test_a_system_without_ssh_is_told() -> None:
    message, hint = refusal("ssh://127.0.0.1", ("ssh-that-nobody-has",))

    assert "not found" in message
    assert "openssh-client" in hint


def until_it_fails(tunnel: Tunnel) -> None:
    """Ask for the address until that raises: ssh tells it a moment after the request has failed."""
    for _ in range(200):
        tunnel.url()
        time.sleep(0.02)


def test_a_machine_that_lets_nothing_through_is_told(server: FakeAceStep, tmp_path: Path) -> None:
    with (
        sshd(tmp_path / "strict", "AllowTcpForwarding no") as machine,
        closing(Tunnel(machine.via, server.url, ssh=machine.ssh)) as tunnel,
    ):
        with pytest.raises(httpx.TransportError):
            answers(tunnel.url())

        with pytest.raises(BandError, match="administratively prohibited") as caught:
            until_it_fails(tunnel)

    assert "AllowTcpForwarding" in caught.value.hint


def test_a_machine_that_never_answers_is_given_up(machine: Sshd) -> None:
    time = Time()
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:
        tunnel = Tunnel(
            f"ssh://127.0.0.1:{mute.getsockname()[1]}",
            "http://127.0.0.1:1",
            ssh=machine.ssh,
            clock=time.clock,
            sleep=time.sleep,
        )

        with pytest.raises(BandError, match="no connection within 30 s"):
            tunnel.url()

    assert [] == machine.clients()


def test_failures_in_a_row_are_tried_less_and_less_often(machine: Sshd) -> None:
    time = Time()
    tunnel = Tunnel(
        f"ssh://127.0.0.1:{fixture.free_port()}", "http://127.0.0.1:1", ssh=machine.ssh, clock=time.clock
    )
    pauses = []

    for _ in range(4):
        with pytest.raises(BandError, match=r"Connection refused$"):
            tunnel.url()
        with pytest.raises(BandError, match=r"trying again in \d+ s") as caught:
            tunnel.url()
        pauses.append(int(caught.value.message.split()[-2]))
        time.now_s += pauses[-1]

    assert [2, 4, 8, 16] == pauses


def test_a_port_that_was_snatched_away_is_replaced(
    machine: Sshd, server: FakeAceStep, tmp_path: Path
) -> None:
    # An ssh that finds its port taken the first time, as in the moment between choosing and listening.
    with closing(socket.create_server(("127.0.0.1", 0))) as thief:
        late = tmp_path / "late-ssh"
        stolen = thief.getsockname()[1]
        late.write_text(
            f'#!/bin/sh\n[ -e {tmp_path}/again ] && exec "$@"\ntouch {tmp_path}/again\n'
            f"for word do shift; case $word in 127.0.0.1:*:*) word=127.0.0.1:{stolen}:${{word#*:*:}};; esac\n"
            'set -- "$@" "$word"; done\nexec "$@"\n'
        )
        late.chmod(0o755)
        with closing(Tunnel(machine.via, server.url, ssh=(str(late), *machine.ssh))) as tunnel:
            assert answers(tunnel.url())

    assert (tmp_path / "again").exists()


def test_what_ssh_says_cannot_move_the_cursor(tmp_path: Path) -> None:
    rude = tmp_path / "ssh"
    rude.write_text("#!/bin/sh\nprintf '\\033[2Jfine\\a words \\033]0;title\\n' >&2\nexit 255\n")
    rude.chmod(0o755)

    message, _ = refusal("ssh://127.0.0.1", (str(rude),))

    assert message.isprintable()
    assert "fine words" in message


def test_a_child_that_prints_without_end_is_not_kept_in_memory() -> None:
    with closing(Child(["yes", "x" * 100])) as child:
        until(lambda: len(child.lines) >= 50)

        assert 50 >= len(child.lines)


def test_a_child_hears_what_it_is_told_and_is_heard() -> None:
    with closing(Child(["cat"], "one\ntwo\n")) as child:
        until(child.has_ended)

        assert ("one", "two") == child.lines


def refusal(via: str, ssh: tuple[str, ...]) -> tuple[str, str]:
    """Ask for a tunnel that cannot be; give the message, which is one line, and the hint."""
    with pytest.raises(BandError) as caught, closing(Tunnel(via, "http://127.0.0.1:1", ssh=ssh)) as tunnel:
        tunnel.url()
    assert "\n" not in caught.value.message
    return caught.value.message, caught.value.hint
