"""The names on the shelf: safe on every file system, whatever the title says."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipeline.errors import ShelfError
from pipeline.song import clean_line

_LONGEST_SLUG = 60
_ID_LETTERS = (6, 10, 16)  # the short id; the longer ones only when another song has the name


def slug(title: str) -> str:
    """Make `[a-z0-9-]` of a title, at most 60 characters cut between words; "song" when nothing is left."""
    from slugify import slugify  # noqa: PLC0415 -- only whoever makes a song waits for its tables

    made = slugify(clean_line(title), max_length=_LONGEST_SLUG, word_boundary=True, save_order=True)
    return made if len(made) > 1 else "song"


def stems(made_at: str, title: str, song_id: str) -> Iterator[str]:
    """Give the names a song may have, `YYYY-MM-DD-slug-id6` first.

    The date in front makes a reserved name (CON, nul.txt) or a hidden one impossible, the id tells songs of
    one title apart, also where case does not count.
    """
    day = datetime.fromisoformat(made_at).date().isoformat()
    for length in _ID_LETTERS:
        yield f"{day}-{slug(title)}-{short(song_id, length)}"


def short(song_id: str, length: int = _ID_LETTERS[0]) -> str:
    """Give the first letters of a song's id, in [a-z0-9]."""
    letters = re.sub("[^a-z0-9]", "", song_id.lower())
    return (letters + hashlib.sha256(song_id.encode()).hexdigest())[:length]


def month(stem: str) -> str:
    """Give the folder of a name, `YYYY/MM`."""
    return stem[:7].replace("-", "/")


def spelled(name: str) -> str:
    """Spell a name from the disk so that it can be kept and printed, where it is not UTF-8.

    >>> spelled("porch-\\udcff.mp3")
    'porch-\\\\udcff.mp3'
    """
    return name.encode("utf-8", "backslashreplace").decode()


def demand_text(name: str) -> None:
    """Refuse a name from the disk that is not UTF-8: no database and no JSON can hold it. Raises ShelfError."""
    if spelled(name) != name:
        raise ShelfError("its name is not UTF-8", hint="rename it")


def inside(root: Path, relative: str) -> Path:
    """Join a name to a folder. Raises ShelfError when it leads out of the folder."""
    joined = root / relative
    if not joined.resolve().is_relative_to(root.resolve()):
        raise ShelfError(f"{relative!r} leads out of {str(root)!r}", hint="nothing was read or written there")
    return joined
