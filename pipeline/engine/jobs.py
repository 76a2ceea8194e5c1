"""What a person or an agent sees of the songs in the journal, whoever is working on them."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.engine.database import FILE, Database
from pipeline.engine.herald import news
from pipeline.engine.ledger import STOPPED, Entry, Ledger, reading
from pipeline.engine.presence import Presence, arrive
from pipeline.errors import InputError

_NEWS_LAST_S = 60.0  # older news say nothing of the time left


@dataclass(frozen=True, slots=True)
class Job:
    """A song as it stands. `stage` is the last thing known of it, `server` where it is played, times in seconds."""

    id: str
    brief: str
    origin: str
    day: str
    rehearsal: bool
    state: str
    stage: str
    age_s: float
    server: str
    fraction: float | None
    left_s: float | None
    file: str
    cost_usd: float | None
    message: str
    hint: str


def jobs(database: Database, *, latest: int | None, now: float | None = None) -> list[Job]:
    """List every song that is not finished, and of the finished ones the `latest`. Raises ShelfError."""
    if not is_there(database):
        return []
    with looking(database) as (ledger, presence):
        open_ones = ledger.entries(presence.dead, status=["ENQUEUED", "PENDING", "ERROR"])
        # Second: a song that ends between the two looks is found twice, and not never.
        ended = ledger.entries(presence.dead, status=["SUCCESS", "CANCELLED"], sort_desc=True, limit=latest)
        done = {entry.id for entry in ended}
        listed = (*ended, *(entry for entry in open_ones if entry.id not in done))
        at = time.time() if now is None else now
        return [_job(entry, ledger, database, at) for entry in listed]


def cancel_all(database: Database, songs: Sequence[str]) -> Iterator[str]:
    """Give songs up, one after the other, and name each. Raises InputError for one that cannot be."""
    with looking(database) as (ledger, presence):
        entries = [ledger.look(song, presence.dead) for song in songs]
        for entry in entries:
            if entry.state == "done":
                raise InputError(f"song {entry.id!r} is finished: {entry.result.get('file')}")
        for entry in entries:
            if entry.state == "failed":  # DBOS cancels nothing that has ended
                ledger.reopen(entry.id, STOPPED)
            ledger.cancel(entry.id)
            yield entry.id


def unfinished(entries: Iterable[Entry]) -> list[Entry]:
    """Choose the songs that someone should go on with: nobody works on them, and nobody has given them up."""
    return [entry for entry in entries if not entry.keeper and entry.state not in {"done", "cancelled"}]


def is_there(database: Database) -> bool:
    """Say whether a song was ever ordered; looking must not make a journal where there is none."""
    return database.postgres is not None or (database.home / FILE).exists()


@contextmanager
def looking(database: Database) -> Iterator[tuple[Ledger, Presence]]:
    """Open the ledger, and a presence that can tell who lives. Raises ShelfError."""
    with reading(database) as ledger:
        presence = arrive(database)
        try:
            yield ledger, presence
        finally:
            presence.leave()


def _job(entry: Entry, ledger: Ledger, database: Database, now: float) -> Job:
    is_open = entry.state not in {"done", "cancelled", "queued"}
    notes = dict(ledger.notes(entry.id)) if is_open else {}
    told = news(database.home / "songs" / entry.id) if entry.state == "running" else {}
    is_news = now - float(told.get("at") or 0.0) < _NEWS_LAST_S
    return Job(
        id=entry.id,
        brief=entry.order.brief.text,
        origin=entry.order.origin,
        day=entry.order.day,
        rehearsal=entry.order.rehearsal,
        state=entry.state,
        stage=str(told.get("label") or told.get("stage") or _stage(notes)) if is_open else "",
        age_s=max(0.0, now - entry.ordered_at),
        server=_server(notes),
        fraction=told.get("fraction") if is_news else None,
        left_s=told.get("left_s") if is_news else None,
        file=str(entry.result.get("file", "")),
        cost_usd=entry.result.get("cost_usd"),
        message=entry.error.message if entry.error is not None else "",
        hint=entry.error.hint if entry.error is not None else "",
    )


def _stage(notes: dict[str, str]) -> str:
    """Say how far a song has come, by what its stages have left."""
    for sign, stage in (("track", "finished"), ("playing-outcomes", "played"), ("playing-ticket", "playing")):
        if any(name.startswith(sign) for name in notes):
            return stage
    return "written" if any(name.startswith("writing") for name in notes) else "ordered"


def _server(notes: dict[str, str]) -> str:
    tickets = [text for name, text in notes.items() if name.startswith("playing-ticket")]
    return str(json.loads(tickets[-1]).get("server", "")) if tickets else ""
