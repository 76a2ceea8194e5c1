"""The migrations of the index: an append-only list of named steps, each applied once and recorded.

A step that is out is never changed. One that needs what only the sidecars know ends with
`UPDATE song SET size = -1` and `DELETE FROM folder`: every song is then read again by itself.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeAlias

from pipeline.errors import ShelfError

Migration: TypeAlias = Callable[[sqlite3.Connection], None]


class NewerIndexError(ShelfError):
    """A newer songpipe made the index."""


def songs(db: sqlite3.Connection) -> None:
    """Make the cards. `number` is the second a song was made in, times 2²⁰, plus a serial: order is by time."""
    db.execute(
        """
        CREATE TABLE song (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, made_at TEXT NOT NULL,
            day TEXT NOT NULL, duration_s REAL NOT NULL, bpm INTEGER, key TEXT NOT NULL, language TEXT NOT NULL,
            verdict TEXT NOT NULL, rating INTEGER, picked INTEGER NOT NULL, rehearsal INTEGER NOT NULL,
            takes INTEGER NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, file TEXT NOT NULL,
            mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, texts BLOB NOT NULL, blend TEXT NOT NULL,
            influences TEXT NOT NULL, brief TEXT NOT NULL, UNIQUE (folder, name)
        )
        """
    )
    db.execute("CREATE INDEX song_id ON song (id)")
    # What is filtered by lies close together here: a hundred thousand songs are looked through in 10 ms.
    db.execute("CREATE INDEX song_filter ON song (number, day, rating, verdict, rehearsal, influences)")


def words(db: sqlite3.Connection) -> None:
    """Make the full text. It keeps no copy of the texts: what a number says stays until the next rebuild.

    `serial` counts the songs ever taken in, so that no number is ever used twice.
    """
    db.execute(
        "CREATE VIRTUAL TABLE words USING fts5(title, lyrics, prompt, about, content='', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    # Sixteen pieces are merged into one when there are sixteen, and none before: SQLite's own way, a little at
    # every write, takes a fifth more of a rebuild and makes no search quicker (measured on 100,000 songs).
    db.execute("INSERT INTO words (words, rank) VALUES ('automerge', 0)")
    db.execute("INSERT INTO words (words, rank) VALUES ('hashsize', 16777216)")  # bytes kept back until then
    db.execute("CREATE TABLE serial (next INTEGER NOT NULL)")
    db.execute("INSERT INTO serial VALUES (0)")


def folders(db: sqlite3.Connection) -> None:
    """Make the memory of what was seen on the disk: each month's time of change, and sidecars without sense."""
    db.execute("CREATE TABLE folder (path TEXT PRIMARY KEY, seen_ns INTEGER NOT NULL)")
    db.execute(
        """
        CREATE TABLE fault (
            folder TEXT NOT NULL, name TEXT NOT NULL, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL,
            reason TEXT NOT NULL, PRIMARY KEY (folder, name)
        )
        """
    )


MIGRATIONS: tuple[Migration, ...] = (songs, words, folders)


def apply(db: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> bool:
    """Bring an index up to date; says whether there was none before. Two processes may do it at once.

    Raises NewerIndexError, sqlite3.Error when the database fails.
    """
    db.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)")
    if _applied(db) == {step.__name__ for step in migrations}:
        return False
    db.execute("BEGIN IMMEDIATE")
    with db:
        done = _applied(db)
        if unknown := done - {step.__name__ for step in migrations}:
            raise NewerIndexError(
                f"a newer songpipe made the library's index (it knows {sorted(unknown)[0]!r})",
                hint="use that one, or make the index anew with songpipe library rebuild",
            )
        for step in migrations:
            if step.__name__ not in done:
                step(db)
                db.execute("INSERT INTO migration VALUES (?)", [step.__name__])
        return not done


def _applied(db: sqlite3.Connection) -> set[str]:
    return {str(name) for (name,) in db.execute("SELECT name FROM migration")}
