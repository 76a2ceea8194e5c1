"""The session of a song whose notes lie in memory: real in all but the database."""

from pathlib import Path
from typing import Any

from pipeline.brief import Brief
from pipeline.engine.order import Order, new_id
from pipeline.engine.session import Session

ORDER = Order(Brief(text="insomnia trip-hop"))


class Notebook:
    """Holds a song's notes between its sessions; `notes` are (name, JSON) in the order in which they came."""

    def __init__(self, folder: Path, order: Order = ORDER) -> None:
        self._id, self._folder, self._order = new_id(), folder, order
        self.notes: list[tuple[str, str]] = []

    def session(self, **options: Any) -> Session:
        """Open the song as a new run would: it knows the notes that are there by now."""

        def note(name: str, text: str) -> None:
            self.notes.append((name, text))

        return Session(self._id, self._folder / self._id, self._order, self.notes, note, **options)
