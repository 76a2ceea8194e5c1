"""The desk: takes orders, runs the road for each of them, and sees that none is ever lost.

Every song is a durable workflow; what its stages gave are its steps. A process keeps its songs in a room of
its own, so that no other one works on them; when it dies, its lock is free and whoever runs takes over.
"""

import queue
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from pipeline.engine import order as orders
from pipeline.engine.budget import Budget
from pipeline.engine.database import Database
from pipeline.engine.foreman import Foreman, adopt, take_up
from pipeline.engine.halt import Halt
from pipeline.engine.ledger import STOPPED, Entry, Ledger, shared
from pipeline.engine.order import Order
from pipeline.engine.performance import CANCELLED, Ended, NoteDown, Notes, Performer
from pipeline.engine.presence import arrive
from pipeline.engine.works import Parked, Works
from pipeline.errors import Interrupted
from pipeline.studio import Studio, Watch
from pipeline.track import Track

__all__ = ["Desk", "Ended", "Order", "Run"]

_LOOK_S = 0.1  # between two looks for the next song in our room
_ELSEWHERE_S = 1.0  # between two looks at songs that another process makes; at least,
_ELSEWHERE_SHARE = 20  # and so many times what a look takes
_GRACE_S = 5.0  # for a reply or a download that is in flight when we stop
_AFTERTHOUGHTS, _AFTERTHOUGHT_S = 10, 0.05  # looks for songs that begin although we have stopped
_SETTLE_S = 10.0  # for the database to take in how the last songs ended


@dataclass(frozen=True, slots=True)
class Run:
    """What a process is there for: `seats` songs at once.

    An `adopting` run takes over songs that a dead process had begun, rehearsals only when it is `rehearsing`
    itself; a `serving` one works on whatever waits for anybody. `budget` is what its songs may cost together,
    `resume_command` what the user types to go on with a song.
    """

    seats: int = 1
    rehearsing: bool = False
    adopting: bool = False
    serving: bool = False
    budget: Budget | None = None
    resume_command: str = "songpipe resume"


class Desk:
    """Runs songs as long as the block lasts; there is one desk a process.

    `studio_for` gives the studio of an order, `watch_for` whoever follows it. Leaving the block calls the
    work off and waits for what cannot be broken off; leaving it by Ctrl-C does not wait.
    """

    def __init__(
        self,
        database: Database,
        studio_for: Callable[[Order], Studio],
        watch_for: Callable[[str, Order], Watch],
        halt: Halt,
        run: Run,
    ) -> None:
        self._database, self._halt, self._plan = database, halt, run
        self._performer = Performer(
            database.home / "songs", studio_for, watch_for, self._heed, run.budget, run.resume_command
        )
        self._ends: queue.Queue[Ended] = queue.Queue()
        self._at_work: set[str] = set()
        self._parked: set[str] = set()
        self._called_off: set[str] = set()
        self._adopted: set[str] = set()
        self._ended: set[str] = set()
        self._awaited: set[str] = set()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            engine = self._database.open()
            opening.callback(engine.dispose)
            self.ledger = Ledger(self._database, engine)
            opening.callback(self.ledger.close)
            self._presence = arrive(self._database)
            opening.callback(self._presence.leave)
            self._open_room()
            self._foreman = Foreman(self._look_around)
            works = Works(self._database, engine, self.name, self._perform, self.ledger.notes)
            opening.callback(works.close)
            opening.callback(self._foreman.stop)
            self._foreman.start()
            self._open = opening.pop_all()
        if self._plan.adopting or self._plan.serving:
            self._look_around()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if not (self._halt.is_set or isinstance(exc, KeyboardInterrupt)):
                self.stop()

    @property
    def name(self) -> str:
        """The name of this process among all that work on songs; its room has the same."""
        return self._presence.name

    @property
    def seats(self) -> int:
        """How many songs are made at once."""
        return self._plan.seats

    def dead(self, names: Iterable[str]) -> list[str]:
        """Tell which of these processes are no more."""
        return self._presence.dead(names)

    def place(self, placed: Iterable[tuple[str, Order]]) -> None:
        """Take orders; from now on none of them can be lost. Raises ShelfError."""
        self.ledger.order(placed, self.name)

    def take(self, ids: Collection[str]) -> list[str]:
        """Take up songs that were ordered before; those of the living, and those that are done, are left.

        Gives the ids of the songs that are now in our hands. Raises ShelfError.
        """
        return take_up(self.ledger, self._presence, ids, self.name)

    def make(self, order: Order) -> Track:
        """Run a new order to its end. Raises what the road raises, with the command that goes on from there."""
        song_id = orders.new_id()
        self.place([(song_id, order)])
        return self.finish(song_id)

    def finish(self, song_id: str) -> Track:
        """Wait for one song in our hands. Raises what the road raises."""
        ended = next(end for end in self.work([song_id]) if end.id == song_id)
        if ended.track is not None:
            return ended.track
        if not ended.was_begun:
            self._settle()
            self.ledger.forget(song_id)
        raise ended.error or Interrupted("stopped")

    def work(self, ids: Collection[str], withdrawn: Collection[str] = ()) -> Iterator[Ended]:
        """Give each of these songs as it ends, and those that were adopted meanwhile, until all have ended.

        Nobody waits for the `withdrawn` ones, which may become more on the way.
        """
        left = self._awaited = set(ids)
        look_at = time.monotonic() + _ELSEWHERE_S
        while left.difference(withdrawn) or self._adopted:
            for ended in self._some_ends():
                left.discard(ended.id)
                yield ended
            if (began := time.monotonic()) >= look_at:
                for ended in self._ended_elsewhere(left | self._adopted):
                    left.discard(ended.id)
                    self._adopted.discard(ended.id)
                    yield ended
                took_s = time.monotonic() - began  # among ten thousand songs a look takes a while
                look_at = time.monotonic() + max(_ELSEWHERE_S, _ELSEWHERE_SHARE * took_s)

    def serve(self, *, drain: bool) -> Iterator[Ended]:
        """Work on whatever waits for anybody, and give each song as it ends; with `drain` until nothing waits."""
        while not (drain and self._nothing_waits()):
            yield from self._some_ends()

    def withdraw(self) -> list[str]:
        """Begin nothing more; gives the ids of the songs that wait for someone to go on with them."""
        waiting = self.ledger.waiting(self.name)
        self.ledger.move(waiting, self._waiting_room)
        self._adopted.difference_update(waiting)
        return waiting

    def stop(self) -> list[str]:
        """Call everything off that can be, and give the ids of the songs that can be gone on with.

        A reply or a file that is just coming in gets a few seconds. Raises ShelfError.
        """
        self._halt.set()
        self._foreman.stop()
        left = dict.fromkeys(self.withdraw())
        give_up = time.monotonic() + _GRACE_S
        while self._at_work and time.monotonic() < give_up:
            time.sleep(0.02)
        self._settle()
        for _ in range(_AFTERTHOUGHTS):  # one that was just being fetched may begin after it was moved
            found = [entry.id for entry in self.ledger.in_hand(self.name)]
            if not found:
                break
            left |= dict.fromkeys(found)
            self.ledger.move(found, self._waiting_room)
            time.sleep(_AFTERTHOUGHT_S)
            self._settle()
        self.ledger.close_room(self.name)
        return list(left)

    @property
    def _waiting_room(self) -> str:
        return shared(rehearsal=self._plan.rehearsing) if self._plan.serving else STOPPED

    def _some_ends(self) -> Iterator[Ended]:
        """Give what ended since the last look, after waiting a little for the first."""
        try:
            ended = self._ends.get(timeout=0.2)
            while True:
                self._adopted.discard(ended.id)
                yield ended
                ended = self._ends.get_nowait()
        except queue.Empty:
            return

    def _ended_elsewhere(self, left: Collection[str]) -> Iterator[Ended]:
        """Find the songs that another process has brought to an end."""
        ours = {*self._at_work, *self._ended, *self.ledger.waiting(self.name)}
        for entry in self.ledger.known([song for song in left if song not in ours]).values():
            if entry.state == "done":
                yield Ended(entry.id, "done", result=entry.result)
            elif entry.state in {"failed", "cancelled", "stopped"}:
                how: Any = entry.state
                yield Ended(entry.id, how, error=entry.error)

    def _nothing_waits(self) -> bool:
        """Say so only when nothing is in our hands either: a song that was fetched may not have begun yet."""
        common = shared(rehearsal=self._plan.rehearsing)
        none_left = not self.ledger.waiting(common, limit=1) and not self.ledger.in_hand(self.name)
        return none_left and not self._at_work and self._ends.empty()

    def _look_around(self) -> None:
        """See to the dead, to what waits for anybody, and to songs of ours that someone has cancelled."""
        if self._presence.renew():  # meanwhile we counted as dead, and somebody may have closed our room
            with self._presence.alone():
                self._open_room()
        if self._plan.adopting or self._plan.serving:
            orphans = adopt(self.ledger, self._presence, self._home)
            ours = {orphan.id for orphan in orphans if self._home(orphan) == self.name}
            self._adopted.update(ours - self._ended - self._awaited)
        if self._plan.serving:
            self._fetch()
        known = self.ledger.known(list(self._at_work))
        self._called_off.update(entry.id for entry in known.values() if entry.state == "cancelled")

    def _open_room(self) -> None:
        self.ledger.open_room(self.name, self._plan.seats, _LOOK_S)

    def _home(self, orphan: Entry) -> str:
        """Tell where a dead process's song goes on: here if it had been begun and is of our kind, or is awaited."""
        if orphan.id in self._awaited:
            return self.name
        ours = orphan.state == "running" and orphan.order.rehearsal == self._plan.rehearsing
        return self.name if ours else shared(rehearsal=orphan.order.rehearsal)

    def _fetch(self) -> None:
        """Bring in as many of the waiting songs as we have seats for."""
        common = shared(rehearsal=self._plan.rehearsing)
        free = self._plan.seats - len(self._at_work) - len(self.ledger.waiting(self.name))
        if free > 0 and self.ledger.waiting(common, limit=1):
            with self._presence.alone():
                self.ledger.move(self.ledger.waiting(common, limit=free), self.name)

    def _settle(self) -> None:
        """Wait until the database knows how everything ended that has ended."""
        give_up = time.monotonic() + _SETTLE_S
        while time.monotonic() < give_up:
            running = {entry.id for entry in self.ledger.in_hand(self.name) if entry.state == "running"}
            if running <= self._parked | self._at_work:
                return
            time.sleep(0.01)

    def _heed(self, song_id: str) -> None:
        self._halt.heed()
        if song_id in self._called_off:
            raise Interrupted(CANCELLED)

    def _perform(self, song_id: str, order: str, notes: Notes, note: NoteDown) -> dict[str, Any]:
        """Make one song; called by the works, in a thread of its own."""
        for past in (self._called_off, self._parked, self._ended):  # of an earlier try in this process
            past.discard(song_id)
        self._at_work.add(song_id)
        try:
            ended = self._performer.perform(song_id, order, notes, note)
            if ended.how in {"stopped", "cancelled"}:
                self._parked.add(song_id)
            self._ended.add(song_id)
            self._ends.put(ended)
        finally:  # DBOS stops a thread whose song another process has now: that ends nothing
            self._at_work.discard(song_id)
            if self._plan.serving:
                self._foreman.nudge()
        if ended.how == "done":
            return ended.result
        raise Parked if ended.error is None or ended.how != "failed" else ended.error
