"""The works: DBOS itself, started for this process; it runs every song of our room in a thread of its own."""

import logging
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from dbos import DBOS

from pipeline.engine.database import Codec, Database
from pipeline.engine.ledger import SONG
from pipeline.engine.performance import NoteDown, Notes

# Songs outlive the songpipe that took them: every version says the same here, or DBOS would leave them alone.
_VERSION = "1"

Perform = Callable[[str, str, Notes, NoteDown], dict[str, Any]]


class Parked(BaseException):
    """Leaves a song as it is, neither done nor failed; DBOS takes no notice of a BaseException."""


class Works:
    """DBOS in this process, under the name of its presence. There can be only one at a time.

    `perform` makes a song: it gets the song's id, its order, its notes so far and a function that puts one
    down. What it returns is the song's result; a failure that it raises is the song's failure.
    """

    def __init__(
        self,
        database: Database,
        engine: sa.Engine,
        name: str,
        perform: Perform,
        notes: Callable[[str], Notes],
    ) -> None:
        logging.getLogger("dbos").addHandler(
            logging.NullHandler()
        )  # it would print to the terminal otherwise
        self._database, self._perform, self._notes = database, perform, notes
        with database.failures_told():
            DBOS(
                config={
                    "name": "songpipe",
                    "system_database_url": database.url,
                    "system_database_engine": engine,
                    "executor_id": name,
                    "application_version": _VERSION,
                    "serializer": Codec(),
                    "log_level": "CRITICAL",
                    "run_migrations": False,
                    "notification_listener_polling_interval_sec": 0.05,
                }
            )
            DBOS.workflow(name=SONG, max_recovery_attempts=None)(self._workflow())
            DBOS.listen_queues([name])
            DBOS.launch()

    def close(self) -> None:
        """Stop beginning songs; threads that are still at work are left to themselves."""
        DBOS.destroy(destroy_registry=True)

    def _workflow(self) -> Callable[[str], dict[str, Any]]:
        """Make the function that DBOS runs for every song; it writes on it, so it is no method."""

        def song(order: str) -> dict[str, Any]:
            song_id = str(DBOS.workflow_id)
            notes = self._notes(song_id)
            for name, text in notes:
                self._put(name, text)  # so that DBOS counts what is there, and the next note comes after it
            return self._perform(song_id, order, notes, self._put)

        return song

    def _put(self, name: str, text: str) -> None:
        """Put a note down as a step of the song that this thread makes; one that is there is only counted."""
        with self._database.failures_told():
            DBOS.run_step({"name": name}, lambda: text)
