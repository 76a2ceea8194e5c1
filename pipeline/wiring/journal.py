"""The journal of a workspace, and how many songs are in its works at once."""

from pipeline.engine.database import Database
from pipeline.settings.load import Loaded


def database(loaded: Loaded) -> Database:
    """Say where the journal of this workspace lies."""
    return Database(loaded.settings.output.absolute() / ".songpipe", loaded.settings.engine.database_url)


def seats(loaded: Loaded) -> int:
    """Give how many songs are in the works at once.

    Four for each music server: one is played, the next one waits at hand, one is written meanwhile, and one more
    makes up for the words that take longer than the music, and for what is just being finished.
    """
    wanted = loaded.settings.engine.concurrency
    return wanted if isinstance(wanted, int) else 4 * len(loaded.settings.acestep.band)
