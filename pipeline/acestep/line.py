"""The line: jobs that wait for a place at a server, first come, first served, and woken when there is one."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline.acestep import choosing
from pipeline.acestep.choosing import NOMINAL_RATE, Stand, Wish
from pipeline.acestep.dialects import Dialect, known
from pipeline.acestep.player import Place, Player
from pipeline.take import Job, Ticket

_LOOK_AHEAD = 8  # jobs in the line for each server: those behind them wait in any case


@dataclass(eq=False, slots=True)
class Waiter:
    """A job in the line, from the call until it is handed in. Touched under the line's lock only.

    It `is_away` while its thread is busy with something else than waiting. `starts_at` is when it will play,
    by the forecast; `looked_at` are the servers that were asked how busy they are, for its sake.
    """

    job: Job
    owner: threading.Thread
    changed: threading.Condition
    player: Player | None = None
    place: Place | None = None
    is_away: bool = False
    starts_at: float | None = None
    stranded_at: float | None = None
    looked_at: set[Player] = field(default_factory=set)


class Line:
    """Guards the places of all players. Safe to use from many threads; it never calls out under its lock.

    `wait` is how a thread waits for a condition that it holds, so many seconds at most.
    """

    def __init__(
        self,
        players: Sequence[Player],
        *,
        clock: Callable[[], float],
        wait: Callable[[threading.Condition, float], object],
    ) -> None:
        self.lock = threading.Lock()
        self._players = players
        self._clock = clock
        self._wait = wait
        self._waiters: list[Waiter] = []

    @contextmanager
    def joined(self, job: Job) -> Iterator[Waiter]:
        """Stand in the line until the block ends; whoever leaves it without a ticket gives the place back."""
        waiter = Waiter(job, threading.current_thread(), threading.Condition(self.lock))
        with self.lock:
            self._waiters.append(waiter)
            self.deal()
        try:
            yield waiter
        finally:
            with self.lock:
                self._waiters.remove(waiter)
                self._take_back(waiter)
                self.deal()

    def wait(self, waiter: Waiter, seconds: float) -> None:
        """Wait for a place, so many seconds at most."""
        with self.lock:
            if waiter is next(one for one in self._waiters if not one.is_away):
                self.deal()  # what only time changes, such as a place that has lapsed, somebody has to notice
            if waiter.place is None:
                self._wait(waiter.changed, seconds)

    def goes_away(self, waiter: Waiter | None) -> None:
        """Deal no place to a waiter whose thread is busy with something else. The caller holds the lock."""
        if waiter is not None:
            waiter.is_away = True

    def is_back(self, waiter: Waiter | None) -> None:
        """Deal to it again. The caller holds the lock."""
        if waiter is not None:
            waiter.is_away = False
            self.deal()

    def give_back(self, waiter: Waiter) -> None:
        """Give a place back, and wait for another one."""
        with self.lock:
            self._take_back(waiter)
            self.deal()

    def _take_back(self, waiter: Waiter) -> None:
        if waiter.player is not None and waiter.place is not None:
            waiter.player.leave(waiter.place, self._clock())
        waiter.player = waiter.place = None

    def keep(self, waiter: Waiter, ticket: Ticket, ahead: int | None) -> None:
        """Keep the place for a job that was handed in; one that has its answer already needs none."""
        with self.lock:
            player, place, now = waiter.player, waiter.place, self._clock()
            if player is None or place is None:
                return
            player.health.plays()
            player.learn_queue(ahead, now)
            place.task_id, place.since = ticket.task_id, now
            if not ticket.answer and known(ticket.dialect) is not Dialect.GRADIO:
                waiter.player = waiter.place = None

    @contextmanager
    def collecting(self, player: Player, tickets: Sequence[Ticket]) -> Iterator[None]:
        """Hold the places of tickets until the block ends, of those of another process too."""
        with self.lock:
            held = [self._held(player, ticket) for ticket in tickets]
        try:
            yield
        finally:
            with self.lock:
                for place in held:
                    place.collectors -= 1
                    self._leave(player, place)
                self.deal()

    def _held(self, player: Player, ticket: Ticket) -> Place:
        place = next((one for one in player.places if one.task_id == ticket.task_id), None)
        if place is None:
            place = Place(ticket.job, threading.current_thread(), self._clock(), ticket.task_id)
            player.take_seat(place)
        place.collectors += 1
        return place

    def ended(self, player: Player, ticket: Ticket) -> None:
        """Free the place of a job whose end is known, though its audio is still to be fetched."""
        with self.lock:
            for place in [one for one in player.places if one.task_id == ticket.task_id]:
                self._leave(player, place)
            self.deal()

    def _leave(self, player: Player, place: Place) -> None:
        player.leave(place, self._clock())

    def deal(self) -> None:
        """Deal the places that are free, and wake whoever gets one. The caller holds the lock."""
        line = [one for one in self._waiters if one.place is None and not one.is_away]
        if not line:
            return
        now = self._clock()
        holders = {
            place.owner
            for player in self._players
            for place in player.places
            if place.task_id is not None and not place.collectors
        }
        line.sort(key=lambda one: one.owner not in holders)  # stable: first come, first served otherwise
        line = line[: _LOOK_AHEAD * len(self._players)]
        wishes, stands = self._picture(line, holders, now)
        for waiter, dealt in zip(line, choosing.deal(wishes, stands), strict=True):
            waiter.starts_at = None if dealt.starts_in_s is None else now + dealt.starts_in_s
            if dealt.server is not None:
                self._seat(waiter, self._players[dealt.server], now)

    def _seat(self, waiter: Waiter, player: Player, now: float) -> None:
        waiter.player, waiter.place = player, Place(waiter.job, waiter.owner, now)
        player.take_seat(waiter.place)
        waiter.changed.notify()

    def _picture(
        self, line: list[Waiter], holders: set[threading.Thread], now: float
    ) -> tuple[list[Wish], list[Stand]]:
        """Put servers and jobs into the numbers that the choice goes by."""
        rows: dict[tuple[float, bool, int], list[float]] = {}

        def row(job: Job) -> list[float]:
            kind = (job.duration_s, job.thinking, job.batch_size)
            if kind not in rows:
                known_s = [player.known_s(job) for player in self._players]
                weights = [player.member.weight for player in self._players]
                rows[kind] = choosing.expectations(known_s, weights, job.duration_s * NOMINAL_RATE)
            return rows[kind]

        def wish(waiter: Waiter) -> Wish:
            pairs = zip(self._players, row(waiter.job), strict=True)
            works = (work if player.is_in and player.fits(waiter.job) else None for player, work in pairs)
            return Wish(tuple(works), needs_no_room=waiter.owner in holders)

        def stand(index: int, player: Player) -> Stand:
            room = player.room(now)
            return Stand(player.free_in_s(lambda job: row(job)[index], now), room)

        return [wish(one) for one in line], [stand(*one) for one in enumerate(self._players)]
