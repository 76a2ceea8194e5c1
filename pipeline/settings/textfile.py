"""Text files from a stranger's hand: bounded in size, UTF-8, and refused with the line that is at fault."""

import re
from pathlib import Path
from typing import NoReturn

from pipeline.errors import SettingsError

UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
)  # control characters, but tab and line feed


def read_text(path: Path, name: str, largest: int) -> str:
    """Read a file of at most `largest` bytes of UTF-8, with or without a byte order mark.

    Raises SettingsError with `name:line:`.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable file name"
        raise SettingsError(
            f"{name}: cannot be read: {reason}", hint="check the path and its rights"
        ) from error
    if len(raw) > largest:
        refuse(name, 1, f"the file is larger than {largest} bytes", "split it into several files")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        refuse(name, line, "this is not UTF-8 text", "save the file as UTF-8", error)


def refuse(name: str, line: int, what: str, hint: str, cause: Exception | None = None) -> NoReturn:
    """Raise SettingsError for a line of a file."""
    raise SettingsError(f"{name}:{line}: {what}", hint=hint) from cause
