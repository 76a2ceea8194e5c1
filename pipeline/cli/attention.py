"""The attention: files are heard from the first moment on, while the rest of the program is still being loaded."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.audio.ear import SoundfileEar
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.take import Measures  # pydantic, which nobody needs before the first file is heard


@dataclass(frozen=True, slots=True)
class Attention:
    """Files that are being heard, the measures of each that are to come, and the ear that hears them."""

    files: Sequence[Path]
    coming: "Sequence[Future[Measures | None]]"
    ear: SoundfileEar


@contextmanager
def attention(names: Sequence[str]) -> Iterator[Attention]:
    """Begin to hear files side by side, in as many processes as there are processors.

    Leaving it waits for what is being heard and calls off the rest. Raises InputError for a file that is not there,
    before anything is decoded.
    """
    files = [_readable(name) for name in names]
    with SoundfileEar() as ear:
        listeners = ThreadPoolExecutor(min(len(files), os.cpu_count() or 1))
        try:
            yield Attention(files, [listeners.submit(ear.measure, file) for file in files], ear)
        finally:
            listeners.shutdown(cancel_futures=True)


def _readable(name: str) -> Path:
    file = Path(name)
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):  # opening a pipe would wait for ever
            raise InputError(f"cannot read {name!r}: it is a pipe or a device", hint="name an audio file")
        file.open("rb").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable file name"
        raise InputError(f"cannot read {name!r}: {reason}", hint="check the path") from error
    return file
