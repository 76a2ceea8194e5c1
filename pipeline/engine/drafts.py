"""Drafts that songpipe left in a song's folder: which brief they were written for."""

from pathlib import Path

from pipeline.brief import Brief
from pipeline.engine.database import Database
from pipeline.engine.jobs import is_there
from pipeline.engine.ledger import reading
from pipeline.engine.order import is_id
from pipeline.errors import ShelfError


def ordered_as(draft: Path, database: Database) -> Brief | None:
    """Find the brief that a draft was written for; None when it does not lie in its song's folder."""
    folder = draft.resolve().parent
    if folder.parent != (database.home / "songs").resolve() or not is_id(folder.name):
        return None
    if not is_there(database):
        return None
    try:
        with reading(database) as ledger:
            entry = ledger.known([folder.name]).get(folder.name)
    except ShelfError:  # the draft can be played without it
        return None
    return None if entry is None else entry.order.brief
