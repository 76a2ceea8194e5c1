"""The suite cannot reach the world."""

import socket
import subprocess
import sys

import pytest

DOCUMENTATION_ADDRESS = "192.0.2.1"  # RFC 5737: never routed


def test_this_process_cannot_connect_beyond_loopback() -> None:
    with socket.socket() as plug, pytest.raises(OSError, match="must stay offline"):
        plug.connect((DOCUMENTATION_ADDRESS, 80))


def test_this_process_cannot_look_a_name_up() -> None:
    with pytest.raises(OSError, match="must stay offline"):
        socket.getaddrinfo("songpipe.example", 443)


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
