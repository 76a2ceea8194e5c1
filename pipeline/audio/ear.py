"""The ear: decodes and measures takes, in a process of its own.

libmpg123 (inside libsndfile) writes notes about odd MP3s to file descriptor 2, past Python. Redirecting that
descriptor is process-wide: it would swallow the progress bar and the log of every other thread meanwhile. A
process has a stderr of its own, for a quarter of a second a take (measured); it also keeps a decoder that
crashes or hangs on a hostile file from taking the song with it.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ShelfError
from pipeline.take import Measures

_DECODER = Path(__file__).with_name("decode.py")
_PATIENCE_S = (
    120.0  # the slowest format, ten minutes of Opus, takes 5 s (measured); the rest is for slow machines
)


@dataclass(frozen=True, slots=True)
class SoundfileEar:
    """Measures audio with libsndfile: MP3, WAV, FLAC, Ogg Vorbis, Opus. Threads may share one."""

    patience_s: float = _PATIENCE_S

    def measure(self, file: Path) -> Measures | None:
        """Decode the whole file; None when it cannot be decoded, or not within `patience_s` seconds.

        Raises ShelfError when the file cannot be read at all: that says nothing about the take.
        """
        try:
            file.open("rb").close()
            heard = subprocess.run(  # noqa: S603 -- our own interpreter and our own file
                [sys.executable, "-P", str(_DECODER), str(file.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self.patience_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        except OSError as error:
            raise ShelfError(f"cannot listen to {file.name!r}: {error.strerror}") from error
        return Measures(**json.loads(heard.stdout)) if heard.returncode == 0 else None
