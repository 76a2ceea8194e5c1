"""The journal of a workspace, and how many songs are in its works at once."""

from pipeline.engine.database import Database
from pipeline.settings.load import Loaded


def database(loaded: Loaded) -> Database:
    """Say where the journal of this workspace lies."""
    return Database(loaded.settings.output.absolute() / ".songpipe", loaded.settings.engine.database_url)


def seats(loaded: Loaded) -> int:
    """Give how many songs are in the works at once.

    Three for each music server, so that it always has a next one: one is written, one waits, one is played;
    and one more, which is being finished.
    """
    wanted = loaded.settings.engine.concurrency
    return wanted if isinstance(wanted, int) else 3 * len(loaded.settings.acestep.band) + 1
