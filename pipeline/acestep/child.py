"""A program of the system on a leash: it is listened to, and it ends when we do, even by SIGKILL."""

import subprocess
import threading
from collections import deque
from collections.abc import Sequence

from pipeline.acestep import reasons
from pipeline.errors import BandError

_MOST_LINES = 50
_LONGEST_LINE = 2000  # characters read at once
_GOODBYE_S = 5.0  # for a program that was asked to end
# The shell's standard input is a pipe that only we hold open: it ends when we close it and when we are killed,
# and the program with it. SHELL is set because ssh runs its LocalCommand there, and a daemon's may be nologin.
_LEASH = """\
exec 3<&0
said=$1; shift
printf %s "$said" | SHELL=/bin/sh "$@" 3<&- &
child=$!
{ read -r _ <&3; kill "$child"; } >/dev/null 2>&1 &
watch=$!
wait "$child"; code=$?
kill "$watch" 2>/dev/null
exit "$code"
"""


class Child:
    """A program that runs until it ends by itself, until `close`, or until our own process is gone.

    `said` is its standard input. What it prints is read as it comes, so it never waits for us. Ctrl-C on the
    terminal does not reach it. Raises BandError when this system has no POSIX shell.
    """

    def __init__(self, argv: Sequence[str], said: str = "") -> None:
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- words of ours, none is parsed by the shell
                ["/bin/sh", "-c", _LEASH, "sh", said, *argv],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as exc:
            raise BandError(
                f"{argv[0]!r} cannot be run: {exc.strerror or exc}", hint="this needs a POSIX shell, /bin/sh"
            ) from exc
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines that it printed, made harmless, the newest last."""
        return tuple(self._lines.copy())

    def has_ended(self) -> bool:
        """Say whether it has ended; if so, all its lines are there."""
        if self._process.poll() is None:
            return False
        self._reader.join(_GOODBYE_S)
        return True

    def close(self) -> None:
        """End it, and wait until it has. Does nothing when it has ended already."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_GOODBYE_S)

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 -- for mypy: it is a pipe
        with self._process.stdout as stream:
            for line in iter(lambda: stream.readline(_LONGEST_LINE), ""):
                if shown := reasons.clean(line):
                    self._lines.append(shown)
