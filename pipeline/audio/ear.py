"""The ear: decodes and measures takes, in processes of its own.

libmpg123 (inside libsndfile) writes notes about odd MP3s to file descriptor 2, past Python. Redirecting that
descriptor is process-wide: it would swallow the progress bar and the log of every other thread meanwhile. A
process has a stderr of its own; it also keeps a decoder that crashes or hangs on a hostile file from taking the
song with it. Starting one takes a quarter of a second (measured), so they are kept for the next take. Only when one
brings no answer is another one started without a file: it tells whether the file is at fault, or the ear.
"""

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from pipeline.errors import ShelfError

if TYPE_CHECKING:
    from pipeline.listening.portrait import Portrait
    from pipeline.take import Measures

_HOUSE = str(Path(__file__).parents[2])
# Not by `-m`: this very package need not be the one that is installed, nor any, and the current folder may hold
# anything. One thread, for several takes are heard at once: numpy asks about it while it is imported.
_DECODER = f"""
import os, sys
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
if {_HOUSE!r} not in sys.path:
    sys.path.insert(0, {_HOUSE!r})
from pipeline.audio import decode
decode.main()
"""
_DECODER_COMMAND = (sys.executable, "-P", "-c", _DECODER)
_LONGEST_REASON = 300  # characters
_PATIENCE_S = (
    120.0  # the slowest format, ten minutes of Opus, takes 6 s (measured); the rest is for slow machines
)


class SoundfileEar:
    """Measures audio with libsndfile: MP3, WAV, FLAC, Ogg Vorbis, Opus. Threads may share one.

    Closing it ends its processes; they end with ours in any case.
    """

    def __init__(self, patience_s: float = _PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._idle: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the processes that wait for the next take."""
        with self._lock:
            idle, self._idle = self._idle, []
        for decoder in idle:
            _end(decoder)

    def __enter__(self) -> Self:
        with suppress(OSError):  # whoever measures is told
            self._idle.append(_started())  # it gets ready while the song is written
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def measure(self, file: Path) -> "Measures | None":
        """Decode the whole file; None when it cannot be decoded, or not within `patience_s` seconds.

        Raises ShelfError when the file cannot be read at all, or the decoder cannot start: that says nothing about
        the take.
        """
        found = self._told(file, str(file.absolute()))
        return _read(found) if found is not None else None

    def portray(self, file: Path) -> "Portrait | None":
        """Decode the whole file for a picture of it; None and ShelfError as for `measure`."""
        found = self._told(file, {"portray": str(file.absolute())})
        if found is None:
            return None
        from pipeline.listening.portrait import Portrait  # noqa: PLC0415 -- numpy, which only pictures need

        mel = tuple(map(tuple, found.pop("mel")))
        return Portrait(**{name: _frozen(value) for name, value in found.items()}, mel=mel)

    def _told(self, file: Path, question: object) -> dict[str, Any] | None:
        try:
            file.open("rb").close()
            began = time.monotonic()
            line = self._answer(self._decoder(), question)
            is_overdue = time.monotonic() - began >= self._patience_s
            if not line and not is_overdue:  # it may have died of something else than this file
                line = self._answer(_started(), question)
            if not line:
                _demand_a_start()
        except OSError as error:
            raise ShelfError(f"cannot listen to {file.name!r}: {error.strerror}") from error
        found: dict[str, Any] | None = json.loads(line) if line else None
        return found

    def _decoder(self) -> subprocess.Popen[str]:
        """Give a decoder that waits, else a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _started()

    def _answer(self, decoder: subprocess.Popen[str], question: object) -> str:
        """Have a question answered; "" when the decoder broke or took too long, and then it is gone."""
        asked, said = _pipes(decoder)
        overdue = threading.Timer(self._patience_s, decoder.kill)
        overdue.start()
        try:
            asked.write(json.dumps(question) + "\n")
            asked.flush()
            line = said.readline()
        except BrokenPipeError:
            line = ""
        finally:
            overdue.cancel()
        if line.endswith("\n"):
            with self._lock:
                self._idle.append(decoder)
            return line
        _end(decoder)
        return ""


def _read(found: dict[str, Any]) -> "Measures":
    from pipeline.take import Hook, Measures  # noqa: PLC0415 -- the decoder starts first: everybody waits for it

    hook = found.pop("hook")
    outline = tuple(found.pop("outline", ()))
    return Measures(**found, outline=outline, hook=Hook(**hook) if hook else None)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _demand_a_start() -> None:
    """See that decoders can start, by one that is asked nothing: it ends at once. Raises ShelfError, OSError.

    It decodes no file, so what it writes to stderr is why it cannot.
    """
    try:
        trial = subprocess.run(  # noqa: S603 -- our own interpreter and our own file
            _DECODER_COMMAND,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        why = f"it is not ready after {_PATIENCE_S:.0f} s"
    else:
        if trial.returncode == 0:
            return
        why = (trial.stderr.strip().splitlines() or [f"it ended with code {trial.returncode}"])[-1]
    hint = "no take is judged by this; install songpipe anew, with what it depends on"
    raise ShelfError(f"the ear cannot work, its decoder does not start: {why[:_LONGEST_REASON]}", hint=hint)


def _started() -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and our own file
        _DECODER_COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C is for us, and says nothing about a take
    )


def _pipes(decoder: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if decoder.stdin is None or decoder.stdout is None:  # both were asked for
        raise AssertionError
    return decoder.stdin, decoder.stdout


def _end(decoder: subprocess.Popen[str]) -> None:
    decoder.kill()
    with suppress(BrokenPipeError), decoder:  # closes the pipes and waits
        pass
    decoder.wait()
