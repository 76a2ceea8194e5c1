"""Decodes audio files and prints their measures as JSON; the ear runs this module as a process of its own.

Questions come as JSON, a line each, on standard input; each is answered by a line. It imports no more than
it takes to listen, for the first take waits for it.
"""

import json
import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio.native import native
from pipeline.listening.listener import Listener
from pipeline.listening.portrait import Portrayer

Block: TypeAlias = NDArray[np.float32]
_BLOCK = 1 << 19  # samples over all channels: about 2 MB, however long the file and many its channels


def measure(file: Path) -> dict[str, Any]:
    """Decode a whole file, block by block, into the fields of `take.Measures`.

    The length is what was decoded: headers lie about it (libsndfile #876; a truncated MP3 with a Xing header).
    Raises soundfile.LibsndfileError.
    """
    with soundfile.SoundFile(native(file)) as sound:
        listener = Listener(sound.samplerate, sound.channels)
        for block in _ahead(_blocks(sound)):
            listener.hear(block)
    return asdict(listener.measures())


def _blocks(sound: soundfile.SoundFile) -> Iterator[Block]:
    """Read to the real end: `SoundFile.read` would stop where the header says the end is."""
    frames, tick = max(1, _BLOCK // sound.channels), max(1, sound.samplerate // 10)
    # Whole tenths of a second: the measures need not put them together again.
    whole = frames - frames % tick if frames > tick else frames
    while True:
        room = np.empty((whole, sound.channels), dtype=np.float32)
        count = sound.buffer_read_into(room, dtype="float32")
        if not count:
            return
        yield room[:count]


def _ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Decode the next block while this one is heard: libsndfile and numpy both let go of the interpreter."""
    ready: queue.Queue[Block | Exception | None] = queue.Queue(maxsize=1)

    def fetch() -> None:
        try:
            for block in blocks:
                ready.put(block)
            ready.put(None)
        except Exception as fault:  # noqa: BLE001 -- it is raised where the blocks are wanted
            ready.put(fault)

    threading.Thread(target=fetch, name="decoder", daemon=True).start()
    while (came := ready.get()) is not None:
        if isinstance(came, Exception):
            raise came
        yield came


def portray(file: Path) -> dict[str, Any]:
    """Decode a whole file into the fields of `portrait.Portrait`. Raises soundfile.LibsndfileError."""
    with soundfile.SoundFile(native(file)) as sound:
        portrayer = Portrayer(sound.samplerate)
        for block in _ahead(_blocks(sound)):
            portrayer.add(block)
    return asdict(portrayer.portrait())


def answer(line: str) -> str:
    """Give the line that answers a path, or `{"portray": path}`; null when the file cannot be decoded."""
    asked = json.loads(line)
    try:
        if isinstance(asked, dict):
            return json.dumps(portray(Path(asked["portray"])))
        return json.dumps(measure(Path(asked)))
    except soundfile.LibsndfileError:
        return "null"


def main() -> None:
    """Answer until standard input ends, which it does at the latest with the process that asks."""
    for line in sys.stdin:
        sys.stdout.write(answer(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
