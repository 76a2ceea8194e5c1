"""The suite cannot reach the world."""

import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

DOCUMENTATION_ADDRESS = "192.0.2.1"  # RFC 5737: never routed


def test_this_process_cannot_connect_beyond_loopback() -> None:
    with socket.socket() as plug, pytest.raises(OSError, match="must stay offline"):
        plug.connect((DOCUMENTATION_ADDRESS, 80))


def test_this_process_cannot_look_a_name_up() -> None:
    with pytest.raises(OSError, match="must stay offline"):
        socket.getaddrinfo("songpipe.example", 443)


@pytest.mark.parametrize(
    "reach",
    [
        lambda plug: plug.sendto(b"", (DOCUMENTATION_ADDRESS, 9)),
        lambda plug: plug.sendmsg([b""], [], 0, (DOCUMENTATION_ADDRESS, 9)),
    ],
    ids=["sendto", "sendmsg"],
)
def test_this_process_cannot_send_a_datagram_beyond_loopback(
    reach: Callable[[socket.socket], object],
) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug,
        pytest.raises(OSError, match="must stay offline"),
    ):
        reach(plug)


@pytest.mark.parametrize(
    "look_up",
    [
        lambda: socket.gethostbyname("songpipe.example"),
        lambda: socket.gethostbyname_ex("songpipe.example"),
        lambda: socket.gethostbyaddr(DOCUMENTATION_ADDRESS),
        lambda: socket.getnameinfo((DOCUMENTATION_ADDRESS, 80), 0),
    ],
    ids=["gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"],
)
def test_no_way_to_look_a_name_up_is_left_open(look_up: Callable[[], object]) -> None:
    with pytest.raises(OSError, match="must stay offline"):
        look_up()


def test_a_child_process_cannot_connect_beyond_loopback() -> None:
    script = f"import socket; socket.create_connection(('{DOCUMENTATION_ADDRESS}', 80), timeout=1)"

    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert child.returncode == 1
    assert "BeyondLoopbackError" in child.stderr


def test_loopback_stays_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as plug,
    ):
        assert server.getsockname() == plug.getpeername()


def test_messages_between_sockets_of_this_machine_stay_open() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth,
    ):
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)

        mouth.sendmsg([b"one"], [], 0, ear.getsockname())
        mouth.connect(ear.getsockname())
        mouth.sendmsg([b"two"])

        assert [b"one", b"two"] == [ear.recv(9), ear.recv(9)]
