"""The rows of the index: a song as the database keeps it."""

import sqlite3
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from pipeline.library.cards import Card, Texts, folded
from pipeline.library.query import SERIALS
from pipeline.library.reading import Read

COLUMNS = (  # of a card, in the order in which `card` reads them
    "song.id, song.title, song.brief, made_at, duration_s, bpm, song.key, language, verdict, rating, picked, "
    "rehearsal, blend, takes, folder, name, file"
)
_NEW_SONG = f"INSERT OR REPLACE INTO song VALUES ({', '.join('?' * 23)})"  # noqa: S608 -- marks only
_NEW_WORDS = "INSERT INTO words (rowid, title, lyrics, prompt, about) VALUES (?, ?, ?, ?, ?)"


def write(db: sqlite3.Connection, read: Read, serial: int) -> int:
    """Write a song as it was read; gives how many serials that took. A fault takes the place of its song."""
    place = (read.folder, read.name)
    if read.card is None or read.texts is None:
        db.execute("DELETE FROM song WHERE folder = ? AND name = ?", place)
        db.execute(
            "INSERT OR REPLACE INTO fault VALUES (?, ?, ?, ?, ?)",
            [*place, read.mark.mtime_ns, read.mark.size, read.reason],
        )
        return 0
    digest, second = _digest(read.texts), read.card.made_s
    before = db.execute("SELECT number, texts FROM song WHERE folder = ? AND name = ?", place).fetchone()
    if before is not None and (before[0] >> SERIALS, before[1]) == (second, digest):
        _insert(db, before[0], read, read.card, digest)  # its words stay as they are
        return 0
    number = (second << SERIALS) + serial % (1 << SERIALS)
    texts = read.texts
    db.execute(_NEW_WORDS, [number, texts.title, texts.lyrics, texts.prompt, texts.about])
    _insert(db, number, read, read.card, digest)
    return 1


def _insert(db: sqlite3.Connection, number: int, read: Read, song: Card, digest: bytes) -> None:
    values = (
        *(number, song.id, song.title, song.made_at, song.made_at[:10], song.duration_s, song.bpm, song.key),
        *(song.language, song.verdict, song.rating, song.picked, song.rehearsal, song.takes, read.folder),
        *(read.name, song.file.rpartition("/")[2], read.mark.mtime_ns, read.mark.size, digest),
        *("\n".join(song.blend), "\n".join(map(folded, song.blend)), song.brief),
    )
    db.execute(_NEW_SONG, values)


def _digest(texts: Texts) -> bytes:
    whole = "\0".join((texts.title, texts.lyrics, texts.prompt, texts.about))
    return blake2b(whole.encode("utf-8", "replace"), digest_size=12).digest()


def card(row: Sequence[Any]) -> Card:
    """Read a card from a row of `COLUMNS`."""
    *facts, picked, rehearsal, blend, takes, folder, name, file = row
    flags = bool(picked), bool(rehearsal), tuple(blend.split("\n")) if blend else ()
    return Card(*(*facts, *flags, takes, f"{folder}/{file}", f"{folder}/{name}"))
