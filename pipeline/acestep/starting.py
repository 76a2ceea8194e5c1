"""Starting a music server that is down: by the user's own command, here or on a machine behind ssh."""

import shlex
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from pipeline.acestep import ssh as openssh
from pipeline.acestep.child import Child
from pipeline.acestep.waiting import span
from pipeline.errors import BandError, ShelfError

if TYPE_CHECKING:
    from pipeline.studio import Watch

LABEL = "it starts and loads its models"
_FIRST_LOOK_S, _LOOK_S = 0.25, 2.0  # between two looks at a server that is starting: soon, then less often
_AGAIN_S = 30.0  # before the command is run again, after one that found the server starting already
_BEGUN, _ENDED = "songpipe-begun", "songpipe-ended"
_LIVES = 213  # no command is likely to end with that: what was started before still runs
# What a shell on the server's machine does. The server itself holds the lock, where there is flock (Linux): one
# that loads is never started twice, even when whoever started it has gone. nohup: it survives the connection.
_SCRIPT = """\
log={log}
mkdir -p "$(dirname "$log")" && : >>"$log" || exit 1
before=$(wc -c <"$log")
set -- "$(command -v bash || command -v sh)" {flags} {line}
command -v flock >/dev/null && set -- flock -n -E {lives} "$log.running" "$@"
nohup "$@" >>"$log" 2>&1 </dev/null &
server=$!
echo {begun}
wait "$server"; code=$?
tail -c +$((before + 1)) "$log" | tail -c 2000 | grep . | tail -n 1
echo {ended} "$code"
"""


@dataclass(frozen=True, slots=True)
class _Command:
    """How a server is started: what `start` was given."""

    line: str
    via: str | None
    log: Path
    ssh: Sequence[str]

    @property
    def place(self) -> str:
        """Say where its log is."""
        if self.via is None:
            return str(self.log)
        return f"~/.local/state/songpipe/{self.log.name} on {urlsplit(self.via).hostname}"

    @property
    def argv(self) -> list[str]:
        """The shell that reads `script`; as text for `sh -s` it needs no quoting for the user's login shell."""
        return openssh.command(self.ssh, self.via, "sh", "-s") if self.via else ["/bin/sh", "-s"]

    @property
    def script(self) -> str:
        """What that shell does."""
        far = f'"${{XDG_STATE_HOME:-$HOME/.local/state}}"/songpipe/{shlex.quote(self.log.name)}'
        return _SCRIPT.format(
            log=far if self.via else shlex.quote(str(self.log.absolute())),
            flags="-l -c" if self.via else "-c",
            line=shlex.quote(self.line),
            lives=_LIVES,
            begun=_BEGUN,
            ended=_ENDED,
        )


def start(  # noqa: PLR0913 -- what is run where, and the world it is waited for in
    line: str,
    via: str | None,
    is_up: Callable[[], bool],
    watch: "Watch",
    *,
    log: Path,
    patience_s: float = 3600.0,
    ssh: Sequence[str] = ("ssh",),
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Run a shell command that starts a server, and wait until `is_up`: a first start downloads its models.

    bash runs the line, or sh where there is none; on the machine `via` (ssh://[user@]host[:port]) as a login
    shell, for nobody has set its PATH there. The server outlives us. Its words go to `log`; behind ssh, to a
    file of that name in ~/.local/state/songpipe of the other machine. Nothing is started twice at a time:
    others wait for the same server. Raises BandError when the command fails and when `patience_s` have passed,
    ShelfError when nothing can be written beside `log`.
    """
    command = _Command(line, via, log, ssh)
    end, turn = clock() + patience_s, _turn(log)
    with closing(_Attempts(command)) as attempts, ExitStack() as stack:
        stack.callback(turn.release)
        watch.note(f"starting the music server; its log: {command.place}")
        look_s = _FIRST_LOOK_S
        while not _holds(is_up):
            left_s = end - clock()
            if left_s <= 0:
                what = f"the music server did not come up within {span(patience_s)}"
                raise BandError(what, hint=f"its log: {command.place}")
            if turn.is_locked or _is_taken(turn):
                attempts.go_on(clock())
            watch.progress(None, LABEL, None)
            sleep(min(look_s, left_s))
            look_s = min(_LOOK_S, 1.5 * look_s)


class _Attempts:
    """The command on its way: run once, and again only when the server of an earlier start has ended."""

    def __init__(self, command: _Command) -> None:
        self._command = command
        self._child: Child | None = None
        self._next_at: float | None = float("-inf")

    def go_on(self, now: float) -> None:
        """Run the command if it is time to, and see how it fares. Raises BandError when it failed."""
        if self._next_at is not None and now >= self._next_at:
            self._child, self._next_at = Child(self._command.argv, self._command.script), None
        if self._child is not None and self._child.has_ended():
            lines = self._child.lines
            self.close()
            self._next_at = self._judged(lines, now)

    def close(self) -> None:
        """Stop listening to it; the server goes on."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _judged(self, lines: Sequence[str], now: float) -> float | None:
        """Say when to run the command again, None for never; a connection that broke is no failure of it."""
        via, hint = self._command.via, f"its log: {self._command.place}"
        if _BEGUN not in lines:
            if via is not None:
                raise openssh.complaint(via, lines, "the start command could not be handed over")
            raise BandError(f"the music server cannot be started: {' '.join(lines[-1:])}", hint=hint)
        code = next((line.split()[1] for line in lines[-1:] if line.startswith(f"{_ENDED} ")), "0")
        if code == str(_LIVES):
            return now + _AGAIN_S
        if code != "0":
            said = ": ".join(["", *[line for line in lines[-2:-1] if line != _BEGUN]])
            raise BandError(f"the start command of the music server ended with code {code}{said}", hint=hint)
        return None


def _turn(log: Path) -> FileLock:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ShelfError(f"the folder {str(log.parent)!r} cannot be made: {exc.strerror or exc}") from exc
    return FileLock(log.with_name(f"{log.name}.lock"))


def _is_taken(turn: FileLock) -> bool:
    """Take the turn if it is free: another songpipe may be starting the same server."""
    try:
        turn.acquire(timeout=0)
    except Timeout:
        return False
    except OSError as exc:
        raise ShelfError(f"{turn.lock_file!r} cannot be locked: {exc.strerror or exc}") from exc
    return True


def _holds(is_up: Callable[[], bool]) -> bool:
    try:
        return is_up()
    except BandError:  # a tunnel to a machine that is still booting, for one
        return False
