"""The ledger: every song that was ordered, where it stands, and how it is moved from hand to hand."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from dbos import DBOSClient, WorkflowStatus

from pipeline.brief import Brief
from pipeline.engine import order as orders
from pipeline.engine.database import Codec, Database
from pipeline.engine.order import Order
from pipeline.engine.presence import PREFIX
from pipeline.errors import InputError, ShelfError, SongpipeError

T = TypeVar("T")
SONG = "song"  # the workflow's name in the database
STOPPED = "stopped"  # the room of songs that someone stopped
_AT_ONCE = 500  # songs in one transaction

State = Literal["queued", "running", "interrupted", "stopped", "failed", "cancelled", "done"]
_STATES: dict[str, State] = {"SUCCESS": "done", "ERROR": "failed", "CANCELLED": "cancelled"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A song in the ledger. `keeper` is the process that has it, "" for none; times are Unix seconds.

    `result` is what a song that is done left: title, file, sidecar, draft, cost; `error` why one failed.
    """

    id: str
    order: Order
    state: State
    keeper: str
    ordered_at: float
    result: dict[str, Any]
    error: SongpipeError | None


def shared(*, rehearsal: bool) -> str:
    """Name the room of songs that wait for whoever serves; rehearsals and real songs are never mixed."""
    return "rehearsals" if rehearsal else "songs"


class Ledger:
    """All songs of a database. `engine` is its connection pool; safe to use from several threads."""

    def __init__(self, database: Database, engine: sa.Engine) -> None:
        self._database, self._engine = database, engine
        with database.failures_told():
            self._client = DBOSClient(
                system_database_engine=engine, serializer=Codec(), application_name="songpipe", lazy=True
            )

    def order(self, placed: Iterable[tuple[str, Order]], room: str) -> None:
        """Put orders into a room; one whose id is known already stays as it is. Raises ShelfError."""
        for part, some in enumerate(batched(placed)):
            with self._database.failures_told(), self._engine.begin() as connection:
                for place, (song_id, order) in enumerate(some, part * _AT_ONCE + 1):
                    self._client.enqueue_in_transaction(
                        connection,
                        {
                            "workflow_name": SONG,
                            "queue_name": room,
                            "workflow_id": song_id,
                            "priority": place,  # those of one moment are begun in the order in which they came
                            "authenticated_user": order.origin,  # the one field that SQLite can search by
                        },
                        orders.text_of(order),
                    )

    def notes(self, song_id: str) -> list[tuple[str, str]]:
        """Read what the stages of a song gave, in the order in which they ended."""
        with self._database.failures_told():
            steps = self._client.list_workflow_steps(song_id)
        return [(step["function_name"], str(step["output"])) for step in steps]

    def look(self, song_id: str, dead: Callable[[Iterable[str]], list[str]]) -> Entry:
        """Look at one song. Raises InputError when there is none."""
        found = self.entries(dead, workflow_ids=[song_id]) if orders.is_id(song_id) else []
        if not found:
            raise InputError(f"there is no song {song_id!r} in the journal", hint="see songpipe jobs")
        return found[0]

    def entries(self, dead: Callable[[Iterable[str]], list[str]], **wanted: Any) -> list[Entry]:
        """List songs, the oldest first; `wanted` are DBOS's own filters. Raises ShelfError."""
        rows = sorted(self._rows(**wanted), key=lambda row: (row.created_at or 0, row.priority or 0))
        gone = set(dead({keeper for row in rows if (keeper := _keeper(row))}))
        return [_entry(row, gone) for row in rows]

    def known(self, ids: Sequence[str]) -> dict[str, Entry]:
        """Find those of the songs that were ordered before."""
        found: dict[str, Entry] = {}
        for some in batched(ids):
            rows = self._rows(workflow_ids=some)
            found |= {row.workflow_id: _entry(row, set()) for row in rows}
        return found

    def keepers(self) -> set[str]:
        """Name every process, dead or alive, that has songs in hand."""
        rows = self._rows(status="PENDING", load_input=False, load_output=False)
        with self._database.failures_told():
            rooms = {queue.name for queue in self._client.list_queues() if queue.name.startswith(PREFIX)}
        return rooms | {keeper for row in rows if (keeper := _keeper(row))}

    def in_hand(self, keeper: str) -> list[Entry]:
        """List the songs that a process works on ("running") and those that wait in its room ("queued")."""
        waiting = self._rows(status="ENQUEUED", queue_name=keeper)
        begun = self._rows(
            status="PENDING", executor_id=keeper
        )  # last: one that begins meanwhile is not missed
        rows = {row.workflow_id: row for row in (*waiting, *begun)}
        return [_entry(row, ()) for row in rows.values()]

    def waiting(self, room: str, limit: int | None = None) -> list[str]:
        """Give the ids of the songs in a room, the oldest first."""
        rows = self._rows(
            status="ENQUEUED", queue_name=room, limit=limit, load_input=False, load_output=False
        )
        return [row.workflow_id for row in rows]

    def move(self, ids: Collection[str], room: str) -> None:
        """Bring songs that are not finished into a room; the caller sees to it that nobody else does."""
        with self._database.failures_told():
            for some in batched(ids):
                self._client.resume_workflows(some, queue_name=room)

    def reopen(self, song_id: str, room: str) -> None:
        """Bring a song that failed into a room, with all its notes."""
        with self._database.failures_told():
            last = max((step["function_id"] for step in self._client.list_workflow_steps(song_id)), default=0)
            self._client.rewind_workflow(song_id, start_step=last + 1, queue_name=room)

    def cancel(self, song_id: str) -> None:
        """Give a song up; its notes and files stay."""
        with self._database.failures_told():
            self._client.cancel_workflow(song_id)

    def forget(self, song_id: str) -> None:
        """Take an order out of the ledger for which nothing was done."""
        with self._database.failures_told():
            self._client.delete_workflow(song_id)

    def open_room(self, room: str, seats: int, every_s: float) -> None:
        """Make a room whose songs are begun in order, `seats` of them at once, looked for `every_s` seconds."""
        with self._database.failures_told():
            self._client.register_queue(room, worker_concurrency=seats, polling_interval_sec=every_s)

    def close_room(self, room: str) -> None:
        """Take down the room of a process that is no more."""
        with self._database.failures_told():
            self._client.delete_queue(room)

    def close(self) -> None:
        """Close what is open; the connection pool is the caller's."""
        self._client.destroy()

    def _rows(self, **wanted: Any) -> list[WorkflowStatus]:
        with self._database.failures_told():
            return self._client.list_workflows(name=SONG, **wanted)


def batched(many: Iterable[T]) -> Iterator[list[T]]:
    """Deal out many things in parts that fit into one transaction."""
    rest = iter(many)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _keeper(row: WorkflowStatus) -> str:
    """Name the process that has a song: it works on it, or the song waits in its room."""
    if row.status == "PENDING":
        return row.executor_id or ""
    room = row.queue_name or ""
    return room if row.status == "ENQUEUED" and room.startswith(PREFIX) else ""


def _entry(row: WorkflowStatus, gone: Collection[str]) -> Entry:
    keeper = _keeper(row)
    return Entry(
        id=row.workflow_id,
        order=_order(row),
        state=_state(row, is_gone=keeper in gone),
        keeper="" if keeper in gone else keeper,
        ordered_at=(row.created_at or 0) / 1000,
        result=row.output if isinstance(row.output, dict) else {},
        error=row.error if isinstance(row.error, SongpipeError) else None,
    )


def _order(row: WorkflowStatus) -> Order:
    """Read an order; one that is damaged hides no other song, and fails when it is its turn."""
    try:
        return orders.read(row.input["args"][0] if row.input else "")
    except ShelfError:
        return Order(Brief(text="(an order that cannot be read)"))


def _state(row: WorkflowStatus, *, is_gone: bool) -> State:
    if row.status in _STATES:
        return _STATES[row.status]
    if is_gone:
        return "interrupted"
    if row.status == "PENDING":
        return "running"
    return "stopped" if row.queue_name == STOPPED else "queued"


@contextmanager
def reading(database: Database) -> Iterator[Ledger]:
    """Open the ledger without working on songs. Raises ShelfError."""
    engine = database.open()
    ledger = Ledger(database, engine)
    try:
        yield ledger
    finally:
        ledger.close()
        engine.dispose()
