"""Keep the suite offline: any attempt to reach beyond loopback fails, here and in every child process.

An audit hook sees every connect and look-up of the interpreter and cannot be removed again; children load
this file because its folder stands first on their PYTHONPATH.
"""

import ipaddress
import sys
from typing import Any


class BeyondLoopbackError(OSError):
    """Somebody tried to reach the world."""


def _is_loopback(host: Any) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host(address: Any) -> Any:
    """Give the host of an address; a unix socket's is a path, and a connected socket is told none."""
    return address[0] if isinstance(address, tuple) else None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        host = _host(arguments[1])
    elif event == "socket.getnameinfo":
        host = _host(arguments[0])
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        host = arguments[0]
    else:
        return
    if not _is_loopback(host):
        raise BeyondLoopbackError(f"the suite must stay offline: {event} to {host!r}")


sys.addaudithook(_watch)
