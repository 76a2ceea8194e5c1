"""The foreman: looks after everybody's songs now and then, and takes over those of processes that died."""

import threading
from collections.abc import Callable, Collection

from pipeline.engine.ledger import Entry, Ledger, batched
from pipeline.engine.presence import Presence
from pipeline.errors import SongpipeError

EVERY_S = 5.0  # a dead worker's songs are taken over within 30 s: its machine may be silent for 20 of them


class Foreman:
    """A thread that calls `look` every few seconds while the block lasts, and right away when it is nudged."""

    def __init__(self, look: Callable[[], None], every_s: float = EVERY_S) -> None:
        self._look, self._every_s = look, every_s
        self._wake, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._rounds, name="foreman", daemon=True)

    def start(self) -> None:
        """Begin with a first look after a while."""
        self._thread.start()

    def nudge(self) -> None:
        """Look now."""
        self._wake.set()

    def stop(self) -> None:
        """End; a look that is being taken is waited for."""
        self._over.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _rounds(self) -> None:
        while True:
            self._wake.wait(self._every_s)
            self._wake.clear()
            if self._over.is_set():
                return
            try:
                self._look()
            except SongpipeError:  # a database that is away for a while: the next look will tell
                continue


def adopt(ledger: Ledger, presence: Presence, home: Callable[[Entry], str]) -> list[Entry]:
    """Bring the songs of the dead to where they go on: `home` tells the room. The living keep theirs.

    Gives what was brought: songs that had been begun are "running", the others "queued". Raises ShelfError.
    """
    adopted: list[Entry] = []
    with presence.alone():
        for keeper in presence.dead(ledger.keepers()):
            orphans = ledger.in_hand(keeper)
            rooms = {entry.id: home(entry) for entry in orphans}
            for room in set(rooms.values()):
                ledger.move([song for song, its in rooms.items() if its == room], room)
            ledger.close_room(keeper)
            adopted += orphans
    return adopted


def take_up(ledger: Ledger, presence: Presence, ids: Collection[str], room: str) -> list[str]:
    """Bring songs that were ordered before into a room; those of the living, and those that are done, are left.

    Gives the ids of those that were brought. Raises ShelfError.
    """
    taken: list[str] = []
    with presence.alone():
        for some in batched(ids):
            entries = ledger.entries(presence.dead, workflow_ids=some)
            free = [entry for entry in entries if not entry.keeper and entry.state != "done"]
            for entry in free:
                if entry.state == "failed":
                    ledger.reopen(entry.id, room)
            ledger.move([entry.id for entry in free if entry.state != "failed"], room)
            taken += [entry.id for entry in free]
    return taken
