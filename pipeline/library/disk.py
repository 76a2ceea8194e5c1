"""The disk: files that appear whole and never over another one, and its failures in our words."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ShelfError

_BLOCK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}
# What file systems without hard links (exFAT, some network shares) answer to link().
_NO_LINKS = {
    errno.EPERM,
    errno.EACCES,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
    errno.EXDEV,
}


@contextmanager
def failures_told(doing: str, output: Path) -> Iterator[None]:
    """Turn an OSError of the block into a ShelfError that says what, where and what to do."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or output
        raise ShelfError(
            f"cannot {doing}: {_reason(error)} ({where})", hint=_advice(error, output)
        ) from error


def _reason(error: OSError) -> str:
    if error.errno in _FULL:
        return "the disk is full"
    if error.errno == errno.EROFS:
        return "the disk is read-only"
    return error.strerror or type(error).__name__


def _advice(error: OSError, output: Path) -> str:
    if error.errno in _FULL:
        return "free some space, or name another folder with --output; the takes are kept"
    if error.errno in _FORBIDDEN:
        return f"make {str(output)!r} writable, or name another folder with --output"
    if error.errno in _NO_FOLDER:
        return "a file stands where a folder is needed; move it, or name another folder with --output"
    return "name another folder with --output"


def copy(source: Path, target: Path) -> str:
    """Copy a file to a new name, down to the disk, and give the SHA-256 of its content. Raises OSError."""
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("xb") as writing:
        while block := reading.read(_BLOCK):
            digest.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


def write(target: Path, content: bytes) -> None:
    """Write a new file, down to the disk. Raises OSError."""
    with target.open("xb") as writing:
        writing.write(content)
        writing.flush()
        os.fsync(writing.fileno())


def replace(target: Path, content: bytes) -> None:
    """Put new content under a name: others see the old file or the new one, never half. Raises OSError.

    One thread at a time: the caller holds the shelf's lock. A killed process leaves a hidden `.tmp.` file,
    which the shelf sweeps.
    """
    copy = target.with_name(f".{target.name[:80]}.{os.getpid()}.tmp{target.suffix}")
    try:
        with copy.open("wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        if target.exists():
            shutil.copymode(target, copy)
        copy.replace(target)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def settle(file: Path) -> str:
    """Bring a file down to the disk and give its SHA-256. Raises OSError."""
    with file.open("rb+") as reading:
        os.fsync(reading.fileno())
        return hashlib.file_digest(reading, "sha256").hexdigest()


def publish(hidden: Path, target: Path) -> None:
    """Give a finished hidden file its public name, unless something has that name already.

    A hard link is the one operation that puts a whole file under a name and refuses to replace another one,
    on every POSIX system and on NTFS. Without hard links the file is renamed after a look; the shelf's lock
    keeps other songpipes out of that gap. Raises FileExistsError or another OSError.
    """
    try:
        os.link(hidden, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        hidden.rename(target)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder down to the disk. Raises OSError."""
    if os.name == "nt":  # Windows cannot open a folder, and writes names through by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
