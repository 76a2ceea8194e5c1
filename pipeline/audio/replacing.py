"""Replacing a file so that it is always whole: the old one or the new one, whatever happens."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Give a hidden copy in the same folder to work on; it takes the file's place when the block ends well.

    The copy is on the disk before it gets the name. A killed process leaves a hidden `.tmp` file, which the
    shelf sweeps. Raises OSError.
    """
    target = file.resolve()
    copy = _hidden(target)
    try:
        shutil.copyfile(target, copy)
        shutil.copymode(target, copy)
        yield copy
        _sync(copy)
        copy.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def _hidden(target: Path) -> Path:
    """Make an empty file that nobody else has; the extension stays, since mutagen looks at it."""
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem[:80]}.", suffix=f".tmp{target.suffix}", dir=target.parent
    )
    os.close(handle)
    return Path(name)


def _sync(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder, and writes the name through by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
