"""Decodes audio files and prints their measures as JSON; the ear runs this file as a process of its own.

Paths come as JSON strings, a line each, on standard input; each is answered by a line. It stands alone (no
import of the package), so that it runs by its path from any folder.
"""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

_BLOCK = 1 << 19  # samples over all channels: about 2 MB, however long the file and many its channels


def measure(file: Path) -> dict[str, Any]:
    """Decode a whole file, block by block, into the fields of `take.Measures`.

    Levels are dBFS over all channels, −inf for digital silence. The length is what was decoded: headers lie
    about it (libsndfile #876; a truncated MP3 with a Xing header). Raises soundfile.LibsndfileError.
    """
    frames = 0
    peak = energy = 0.0
    finite = True
    with soundfile.SoundFile(file) as sound:
        for block in _blocks(sound):
            frames += len(block)
            finite = finite and bool(np.isfinite(block).all())
            level = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
            peak = max(peak, float(np.abs(level).max()))
            energy += float(np.square(level, dtype=np.float64).sum())
        return {
            "duration_s": frames / sound.samplerate,
            "sample_rate": sound.samplerate,
            "channels": sound.channels,
            "peak_dbfs": _decibels(peak),
            "rms_dbfs": _decibels(math.sqrt(energy / max(1, frames * sound.channels))),
            "finite": finite,
        }


def _blocks(sound: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    """Read to the real end: `SoundFile.read` would stop where the header says the end is."""
    room = np.empty((max(1, _BLOCK // sound.channels), sound.channels), dtype=np.float32)
    while count := sound.buffer_read_into(room, dtype="float32"):
        yield room[:count]


def _decibels(level: float) -> float:
    return 20 * math.log10(level) if level > 0 else -math.inf


def answer(line: str) -> str:
    """Give the line that answers a path: its measures, or null when it cannot be decoded."""
    try:
        return json.dumps(measure(Path(json.loads(line))))
    except soundfile.LibsndfileError:
        return "null"


def main() -> None:
    """Answer until standard input ends, which it does at the latest with the process that asks."""
    for line in sys.stdin:
        sys.stdout.write(answer(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
