"""The index of the library: every song's card and words in SQLite, rebuildable from the sidecars at any time.

The sidecars are the truth. The index remembers when each month's folder last changed; what changed since is
read again before anything is answered. So it sees whatever comes, goes or is replaced, whoever did it. A sidecar
that is written over in place changes no folder: it is read with the next change of its month, or by a rebuild.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from pipeline.library import months, names, rows, store
from pipeline.library.cards import Card
from pipeline.library.months import Mark
from pipeline.library.query import Value, Wanted, any_of, match
from pipeline.library.reading import Fault, Read, read_all
from pipeline.library.store import DamagedIndexError, Store

if TYPE_CHECKING:
    from pipeline.track import Track  # pydantic, which a look into the index need not wait for

T = TypeVar("T")
_RACY_NS = (
    3_000_000_000  # a file that comes within the resolution of a folder's clock changes no time: FAT has 2 s
)
_MANY = 1000  # sidecars: from so many on, it takes long enough to say so

_FILTERED = "song AS f INDEXED BY song_filter"


@dataclass(frozen=True, slots=True)
class _Look:
    """A look into a folder: what stood there, and which of it the index knows in another state or not at all.

    `seen_ns` is the folder's time of change, None when it may change again within the same tick of its clock.
    `listed` are names as the index spells them, `differing` as the disk does.
    """

    folder: str
    seen_ns: int | None
    listed: Collection[str]
    differing: Sequence[str]


def _nobody(_: str) -> None:
    """Say nothing."""


class Index:
    """The index in `output/.songpipe`: `with Index(output) as index`. One thread uses one; processes share the file.

    `note` hears what is worth telling; `busy_s` is how long to wait for other processes. An index that cannot be kept
    lasts as long as this, unless it `must_be_kept`. Raises ShelfError.
    """

    def __init__(
        self,
        output: Path,
        note: Callable[[str], None] = _nobody,
        busy_s: float = 30.0,
        *,
        must_be_kept: bool = False,
    ) -> None:
        self.output = output.absolute()
        self._note, self._busy_s, self._must_be_kept = note, busy_s, must_be_kept
        self._store = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.close()

    # Asking ---------------------------------------------------------------------------------------------

    def list(self, wanted: Wanted) -> tuple[Card, ...]:
        """List songs, the latest first."""
        return self._tried(lambda: self._cards(_FILTERED, [], wanted))

    def search(self, text: str, wanted: Wanted) -> tuple[Card, ...]:
        """Find songs by their words: those with all of them in the title first, then the latest first.

        Raises InputError when there is no word in the text.
        """
        query = match(text)
        titles = self._tried(lambda: self._matching(f"title : ({query})", wanted))
        found = self._tried(lambda: self._matching(query, wanted))
        return tuple({card.sidecar: card for card in (*titles, *found)}.values())[: wanted.limit]

    def like(self, text: str) -> tuple[Card, ...]:
        """Find songs with titles a little like a text, the latest 2,000."""
        query = any_of(text)
        return self._tried(lambda: self._matching(query, Wanted(limit=2000))) if query else ()

    def starting(self, song_id: str) -> tuple[Card, ...]:
        """Find the songs whose id starts like that, the latest first, at most ten."""
        wanted: list[tuple[str, Value]] = [("f.id >= ?", song_id), ("f.id < ?", song_id + "\U0010ffff")]
        return self._tried(lambda: self._cards("song AS f", wanted, Wanted(limit=10)))

    def at(self, folder: str, name: str) -> Card | None:
        """Give the song with that sidecar."""
        place: list[tuple[str, Value]] = [("f.folder = ?", folder), ("f.name = ?", name)]
        return next(iter(self._tried(lambda: self._cards("song AS f", place, Wanted()))), None)

    def count(self) -> int:
        """Count the songs."""

        def counted() -> int:
            with self._store.reading() as db:
                return int(db.execute("SELECT count(*) FROM song").fetchone()[0])

        return self._tried(counted)

    def faults(self) -> tuple[Fault, ...]:
        """List the sidecars that could not be read, and why."""

        def found() -> tuple[Fault, ...]:
            with self._store.reading() as db:
                standing = db.execute(
                    "SELECT folder, name, reason FROM fault ORDER BY folder, name"
                ).fetchall()
            return tuple(Fault(*row) for row in standing)

        return self._tried(found)

    # Keeping --------------------------------------------------------------------------------------------

    def add(self, track: "Track") -> None:
        """Take in a song that stands on the shelf, as its sidecar tells it.

        A damaged index is not mended here, which may take long. Raises DamagedIndexError and other ShelfErrors.
        """
        sidecar = Path(track.sidecar)
        folder = sidecar.parent.relative_to(self.output).as_posix()
        self._take_in(read_all(self.output, [(folder, sidecar.name)]))

    def refresh(self) -> int:
        """Read again what changed on the disk; gives how many sidecars were read."""
        return self._tried(self._refresh)

    def rebuild(self) -> int:
        """Forget everything and read every sidecar; gives how many there are.

        Other processes may go on meanwhile: they see what has been read so far, the latest songs first.
        """

        def clear() -> None:
            with self._store.writing() as db:
                for table in ("song", "fault", "folder"):
                    db.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
                db.execute("INSERT INTO words (words) VALUES ('delete-all')")

        self._tried(clear)
        return self.refresh()

    # How it is done -------------------------------------------------------------------------------------

    def _open(self) -> Store:
        try:
            return self._stored()
        except DamagedIndexError as damage:
            return self._renewed(damage)

    def _renewed(self, damage: DamagedIndexError) -> Store:
        self._note(f"{damage.message}; making it anew from the sidecars")
        store.discard(self.output, self._busy_s, only_if_damaged=True)
        return self._stored()

    def _stored(self) -> Store:
        return Store.open(self.output, self._busy_s, self._note, must_be_kept=self._must_be_kept)

    def _tried(self, do: Callable[[], T]) -> T:
        """Do it; when the index turns out to be damaged, make it anew and do it again."""
        try:
            return do()
        except DamagedIndexError as damage:
            self._store.close()
            self._store = self._renewed(damage)
            self._refresh()
            return do()

    def _matching(self, query: str, wanted: Wanted) -> tuple[Card, ...]:
        """Look the words up first, whatever the filters are: a cross join keeps SQLite from doing it otherwise."""
        tables = f"words CROSS JOIN {_FILTERED} ON f.number = words.rowid"
        return self._cards(tables, [("words MATCH ?", query)], wanted, "words.rowid")

    def _cards(
        self, tables: str, more: Sequence[tuple[str, Value]], wanted: Wanted, order: str = "f.number"
    ) -> tuple[Card, ...]:
        """Choose songs, then read the whole of those that were chosen."""
        conditions = [*more, *wanted.conditions()]
        where = " AND ".join(condition for condition, _ in conditions) or "1"
        limit = -1 if wanted.limit is None else wanted.limit
        chosen = f"SELECT f.number FROM {tables} WHERE {where} ORDER BY {order} DESC LIMIT ?"  # noqa: S608 -- values are bound
        query = f"SELECT {rows.COLUMNS} FROM ({chosen}) CROSS JOIN song USING (number) ORDER BY number DESC"  # noqa: S608 -- our own names
        values = [names.spelled(value) if isinstance(value, str) else value for _, value in conditions]
        with self._store.reading() as db:
            return tuple(map(rows.card, db.execute(query, [*values, limit])))

    def _refresh(self) -> int:
        found = months.months(self.output)
        with self._store.reading() as db:
            seen = dict(db.execute("SELECT path, seen_ns FROM folder").fetchall())
            gone = {path for (path,) in db.execute("SELECT DISTINCT folder FROM song")} - set(found)
        looks = [
            self._look(path, ns) for path, ns in sorted(found.items(), reverse=True) if seen.get(path) != ns
        ]
        places = [(look.folder, name) for look in looks for name in sorted(look.differing, reverse=True)]
        if len(places) >= _MANY or (places and self._store.was_empty and self._store.is_kept):
            self._note(f"making the library's index from {len(places):,} sidecars")
        self._take_in(read_all(self.output, places))
        for look in (*looks, *(_Look(path, None, (), ()) for path in gone | set(seen) - set(found))):
            self._forget_gone(look)
        return len(places)

    def _look(self, folder: str, changed_ns: int) -> _Look:
        is_settled = time.time_ns() - changed_ns > _RACY_NS
        try:
            listed = months.sidecars(self.output / folder)
        except OSError as error:
            self._note(f"cannot look into {folder}: {error.strerror}")
            return _Look(folder, None, (), ())
        known = dict[str, Mark]()
        with self._store.reading() as db:
            for table in ("song", "fault"):
                standing = db.execute(f"SELECT name, mtime_ns, size FROM {table} WHERE folder = ?", [folder])  # noqa: S608 -- our own names
                known |= {name: Mark(mtime_ns, size) for name, mtime_ns, size in standing}
        differing = [name for name, mark in listed.items() if known.get(names.spelled(name)) != mark]
        return _Look(folder, changed_ns if is_settled else None, set(map(names.spelled, listed)), differing)

    def _take_in(self, read: Iterator[Sequence[Read]]) -> None:
        """Write what was read, a thousand songs in a transaction: others get their turns in between."""
        for some in read:
            with self._store.writing() as db:
                (serial,) = db.execute("SELECT next FROM serial").fetchone()
                for one in some:
                    serial += rows.write(db, one, serial)
                db.executemany(
                    "DELETE FROM fault WHERE folder = ? AND name = ?",
                    [(one.folder, one.name) for one in some if one.card is not None],
                )
                db.execute("UPDATE serial SET next = ?", [serial])

    def _forget_gone(self, look: _Look) -> None:
        """Forget the songs of a folder that are gone, and remember that the folder was looked at.

        A song that was placed since the folder was listed is in the index and not in the list: only one whose
        sidecar is really not there is forgotten.
        """
        home = self.output / look.folder
        with self._store.writing() as db:
            for table in ("song", "fault"):
                standing = db.execute(f"SELECT name FROM {table} WHERE folder = ?", [look.folder]).fetchall()  # noqa: S608 -- our own names
                gone = [
                    name for (name,) in standing if name not in look.listed and not (home / name).is_file()
                ]
                db.executemany(
                    f"DELETE FROM {table} WHERE folder = ? AND name = ?",  # noqa: S608 -- our own names
                    [(look.folder, name) for name in gone],
                )
            db.execute("DELETE FROM folder WHERE path = ?", [look.folder])
            if look.seen_ns is not None:
                db.execute("INSERT INTO folder VALUES (?, ?)", [look.folder, look.seen_ns])
