"""The months of the library: its folders and what stands in them, seen with as few looks as possible."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.library.staging import SIDECAR

LARGEST = 16 << 20  # bytes of a sidecar: a song of ten minutes needs 50 KB
_YEAR, _MONTH = re.compile("[0-9]{4}"), re.compile("[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Mark:
    """How a file stood when it was looked at: the time of its last change and its size in bytes."""

    mtime_ns: int
    size: int


def months(output: Path) -> Mapping[str, int]:
    """Find the folders of the library, `YYYY/MM`, with the time of each one's last change in nanoseconds.

    A folder changes when a file in it comes, goes or is replaced. Nothing is found where there is no library.
    """
    found = {}
    for year in _folders(output, _YEAR):
        for month in _folders(Path(year.path), _MONTH):
            with suppress(OSError):  # gone meanwhile
                found[f"{year.name}/{month.name}"] = month.stat().st_mtime_ns
    return found


def sidecars(folder: Path) -> Mapping[str, Mark]:
    """List the sidecars in a folder. Raises OSError."""
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(SIDECAR) and not entry.name.startswith("."):
                with suppress(OSError):  # gone meanwhile, or a link to nothing
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode):
                        found[entry.name] = Mark(status.st_mtime_ns, status.st_size)
    return found


def content(file: Path) -> tuple[bytes, Mark]:
    """Read a sidecar, and how it stood then. Raises ValueError when it is too large, OSError."""
    with file.open("rb") as stream:
        status = os.fstat(stream.fileno())
        if status.st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 20} MB")
        return stream.read(LARGEST + 1), Mark(status.st_mtime_ns, status.st_size)


def _folders(parent: Path, name: re.Pattern[str]) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(parent) as entries:
            yield from [entry for entry in entries if name.fullmatch(entry.name) and entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return
