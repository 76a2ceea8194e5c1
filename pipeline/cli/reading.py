"""Text that the user hands in: a file, or standard input."""

import sys
from pathlib import Path

from pipeline.errors import InputError

_LARGEST = 1_000_000  # bytes: a song is a few kilobytes


def read_text(name: str, what: str, largest: int = _LARGEST) -> str:
    """Read a UTF-8 file, or standard input for "-". Raises InputError."""
    try:
        raw = sys.stdin.buffer.read(largest + 1) if name == "-" else _head(Path(name), largest)
    except OSError as error:
        raise InputError(f"cannot read {what}: {error.strerror}", hint="check the path") from error
    except ValueError as error:
        raise InputError(f"cannot read {what}: not a usable file name") from error
    if len(raw) > largest:
        raise InputError(f"{what} is larger than {largest} bytes; that is too much")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not UTF-8 text (byte {error.start})", hint="save it as UTF-8") from error


def _head(path: Path, largest: int) -> bytes:
    with path.open("rb") as file:
        return file.read(largest + 1)
