"""The tunnel: a music server behind ssh, reached through a port of this machine."""

import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from urllib.parse import urlsplit

from pipeline.acestep import ssh as openssh
from pipeline.acestep.child import Child
from pipeline.acestep.faults import NotReached
from pipeline.errors import BandError

_PAUSES_S = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)  # before the next try, by how often it fell in a row
_STEADY_S = 60.0  # a tunnel that stood so long is no flapping one
_MOST_PORTS = 5
_LOOK_S = 0.05
_SIGN = "songpipe-"


class Tunnel:
    """Forwards a port of this machine to a server behind the machine `via`. Safe to use from several threads.

    `via` is ssh://[user@]host[:port]; `target_url` is the server's address as that machine sees it. ssh runs
    with the user's own config, keys and agent, and ends with `close` and with our process, however that ends.
    `clock` is monotonic, in seconds; `patience_s` is how long ssh may take to connect.
    """

    def __init__(
        self,
        via: str,
        target_url: str,
        *,
        ssh: Sequence[str] = ("ssh",),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        patience_s: float = 30.0,
    ) -> None:
        self._via, self._ssh, self._patience_s = via, tuple(ssh), patience_s
        self._clock, self._sleep = clock, sleep
        self._target = urlsplit(target_url)
        self._lock = threading.Lock()
        self._port, self._is_port_proven, self._is_closed = 0, False, False
        self._child: Child | None = None
        self._stands_since, self._falls, self._rests_until = 0.0, 0, float("-inf")
        self._last: BandError | None = None

    def url(self) -> str:
        """Give the server's address through the tunnel, the same for the tunnel's whole life.

        Starts ssh when it does not run, and waits until it forwards. Raises BandError with its last words when
        it cannot, and at once during the pause after a failure: the pauses grow to a minute.
        """
        with self._lock:
            if self._is_closed:
                raise NotReached(f"the tunnel through {self._via} is closed")
            self._look_after()
            if self._child is None:
                self._open()
            return f"{self._target.scheme}://127.0.0.1:{self._port}{self._target.path.rstrip('/')}"

    def close(self) -> None:
        """End ssh for good."""
        with self._lock:
            self._is_closed = True
            self._drop()

    def _look_after(self) -> None:
        """Clear away an ssh that has ended, or that is of no use."""
        if self._child is None:
            return
        is_forbidden = openssh.is_forbidden_to_forward(self._child.lines)
        if not is_forbidden and not self._child.has_ended():
            return
        if self._clock() - self._stands_since >= _STEADY_S:
            self._falls = 0
        self._last = openssh.complaint(self._via, _words(self._child), "the connection broke")
        self._rest(is_forbidden)
        self._drop()

    def _open(self) -> None:
        left_s = self._rests_until - self._clock()
        if left_s > 0 and self._last is not None:
            again = f"{self._last.message}; trying again in {max(1, round(left_s))} s"
            raise NotReached(again, hint=self._last.hint)
        for _ in range(_MOST_PORTS):
            lines = self._try()
            if self._child is not None:
                self._is_port_proven, self._stands_since = True, self._clock()
                return
            if self._is_port_proven or not openssh.has_port_taken(lines):
                break
        self._last = openssh.complaint(self._via, lines, f"no connection within {self._patience_s:g} s")
        self._rest(True)
        raise self._last

    def _try(self) -> Sequence[str]:
        """Run ssh until it forwards or fails; give what it said."""
        if not self._is_port_proven:
            self._port = _free_port()
        # ssh runs its LocalCommand once it listens on our port and not before: a port that merely answers
        # could be a stranger's.
        sign = f"{_SIGN}{secrets.token_hex(8)}"
        child, end = Child(self._call(sign)), self._clock() + self._patience_s
        try:
            while sign not in child.lines and not child.has_ended() and self._clock() < end:
                self._sleep(_LOOK_S)
            words = _words(child)  # before it is asked to end: it would say that too
            if sign in child.lines and not child.has_ended():
                self._child = child
        finally:
            if self._child is None:
                child.close()
        return words

    def _call(self, sign: str) -> list[str]:
        host, port = self._target.hostname or "", self._target.port
        far = f"[{host}]" if ":" in host else host
        forward = f"127.0.0.1:{self._port}:{far}:{port or (443 if self._target.scheme == 'https' else 80)}"
        return openssh.command(
            [*self._ssh, "-N", "-L", forward],
            self._via,
            ExitOnForwardFailure="yes",
            PermitLocalCommand="yes",
            LocalCommand=f"echo {sign}",
        )

    def _rest(self, is_failure: bool) -> None:
        """Set the pause before the next try; only what stood before is tried again at once."""
        step = max(self._falls, int(is_failure))
        self._rests_until = self._clock() + _PAUSES_S[min(step, len(_PAUSES_S) - 1)]
        self._falls = step + 1

    def _drop(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


def _words(child: Child) -> tuple[str, ...]:
    return tuple(line for line in child.lines if not line.startswith(_SIGN))


def _free_port() -> int:
    """Choose a port that nobody has at this moment."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port
