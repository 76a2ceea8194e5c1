"""The pool: many music servers behind the seam of `studio.Band`, each job where it is done first."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from pipeline.acestep import keepsakes, outage
from pipeline.acestep.collecting import Company
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.detour import Access
from pipeline.acestep.faults import Ailing, Refused, Silent
from pipeline.acestep.gathering import gather
from pipeline.acestep.intake import Unsure
from pipeline.acestep.line import Line, Waiter
from pipeline.acestep.player import Member, Outside, Player
from pipeline.acestep.rounds import Rounds
from pipeline.errors import BandError, SettingsError
from pipeline.take import Failure, Job, Outcome, Ticket, Trouble

if TYPE_CHECKING:
    from pipeline.studio import Watch

__all__ = ["Access", "Member", "Pool"]

WAITING = "waiting for a music server"
_NAP_S = 1.0  # so that whoever waits can tell it, and be called off
_MAY_HAVE_COME = (Unsure, Silent, Ailing)  # of a job: it is not sent anywhere else


class Pool:
    """The servers that the settings name. Safe to use from many threads; `wait` is how one waits for a place.

    A server that fails is left out and tried again after growing pauses, by whoever needs one. A single member
    that is reached directly and that nobody may start waits and fails in its own words, like `AceStep`. Raises
    SettingsError for no member, for two of the same identity and for an address that cannot be one.
    """

    def __init__(
        self,
        members: Sequence[Member],
        deadlines: Deadlines = Deadlines(),  # noqa: B008 -- frozen
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        outside = Outside(transport, clock, sleep, now)
        alone = len(members) == 1 and members[0].start is None and members[0].access is None
        players = [Player(one, deadlines, outside, is_alone=alone) for one in members]
        self._players = {one.identity: one for one in players}
        if not players or len(self._players) < len(players):
            raise SettingsError("the music servers have to be at least one, and each named once")
        self._deadlines, self._clock = deadlines, clock
        self._line = Line(players, clock=clock, wait=wait)
        self._rounds = Rounds(self._line, gap_s=deadlines.gap_s, clock=clock)
        for player in players:
            player.heard = partial(self._rounds.heard, player)

    def close(self) -> None:
        """Close what is open, the ways to the servers too."""
        with ExitStack() as stack:
            for player in self._players.values():
                if player.member.access is not None:
                    stack.callback(player.member.access.close)
                stack.callback(player.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, job: Job, watch: "Watch") -> Ticket:
        """Hand in a job once, at the server that is done with it first; blocks until one has a place for it.

        Raises BandError when the job may have arrived and nobody can tell, when a server refuses the job
        itself, and when no server can be used in time: then with every server and its reason.
        """
        able = [player for player in self._players.values() if player.fits(job)]
        if not able:
            raise BandError(
                f"no music server plays a song of {job.duration_s:g} s: {_limits(self._players.values())}",
                hint="ask for a shorter song, or allow a longer one in the settings",
            )
        self._rounds.try_what_is_due(able, watch)
        with self._line.joined(job) as waiter:
            ticket = None
            while ticket is None:
                self._rounds.tell_news(watch)
                self._wait_for_a_place(waiter, able, watch)
                ticket = self._handed_in(waiter, watch)
            return ticket

    def _wait_for_a_place(self, waiter: Waiter, able: list[Player], watch: "Watch") -> None:
        while waiter.place is None:
            if self._rounds.try_what_is_due(able, watch, waiter):
                continue
            self._give_up_in_time(waiter, able)
            self._rounds.tell_news(watch)
            left_s = None if waiter.starts_at is None else max(0.0, waiter.starts_at - self._clock())
            watch.progress(None, WAITING, left_s)
            self._line.wait(waiter, _NAP_S)

    def _give_up_in_time(self, waiter: Waiter, able: list[Player]) -> None:
        """Raise BandError when no server that could play the job has been in for longer than is worth waiting."""
        now = self._clock()
        faults = [fault for player in able if (fault := player.health.fault) and not player.is_alone]
        if len(faults) < len(able):
            waiter.stranded_at = None
            return
        waiter.stranded_at = now if waiter.stranded_at is None else waiter.stranded_at
        if now - waiter.stranded_at < max(outage.worth_waiting_s(fault, self._deadlines) for fault in faults):
            return
        if len(faults) == 1:
            raise faults[0]
        told = "; ".join(player.problem for player in able)
        raise BandError(f"none of the {len(able)} music servers can be used: {told}", hint=faults[0].hint)

    def _handed_in(self, waiter: Waiter, watch: "Watch") -> Ticket | None:
        """Hand in a job where it has its place; None when it has to look for another one."""
        player = waiter.player
        if player is None or not self._is_still_best(waiter, player):
            return None
        try:
            ticket = player.band.submit(waiter.job, watch)
        except BandError as fault:
            if not isinstance(fault, Refused):
                self._rounds.failed(player, fault)
            if player.is_alone or isinstance(fault, (*_MAY_HAVE_COME, Refused)):
                raise
            self._line.give_back(waiter)
            return None
        self._line.keep(waiter, ticket, player.band.ahead)
        return ticket

    def _is_still_best(self, waiter: Waiter, player: Player) -> bool:
        """Ask a server of which nothing is known how busy others keep it, once, and let the line choose again."""
        if player.is_alone or player in waiter.looked_at or self._rounds.knows(player):
            return True
        waiter.looked_at.add(player)
        self._rounds.look(player)
        self._line.give_back(waiter)
        return waiter.player is player

    def collect(self, tickets: Sequence[Ticket], folder: Path, watch: "Watch") -> tuple[Outcome, ...]:
        """Wait for every ticket, on all of its servers at once, and download what was played into `folder`.

        A ticket whose server does not answer any more fails with `GONE` while another one is up that can play
        it, and so does one whose server is no member. Else as `AceStep.collect`.
        """
        self._rounds.tell_news(watch)
        parts: dict[str, list[int]] = {}
        found: dict[int, Outcome] = {}
        for index, ticket in enumerate(tickets):
            if ticket.server in self._players:
                parts.setdefault(ticket.server, []).append(index)
            else:
                found[index] = _orphaned(ticket, folder)
        waits = [
            partial(self._collect_from, self._players[server], [tickets[index] for index in indexes], folder)
            for server, indexes in parts.items()
        ]
        for indexes, outcomes in zip(parts.values(), gather(waits, watch), strict=True):
            found |= zip(indexes, outcomes, strict=True)
        return tuple(found[index] for index in range(len(tickets)))

    def _collect_from(
        self, player: Player, tickets: Sequence[Ticket], folder: Path, watch: "Watch"
    ) -> tuple[Outcome, ...]:
        company = Company(partial(self._can_relieve, player, watch), partial(self._line.ended, player))
        with self._line.collecting(player, tickets):
            return player.band.collect(tickets, folder, watch, company)

    def _can_relieve(self, player: Player, watch: "Watch", job: Job) -> bool:
        """Say whether another server is up that could play a job; one not heard of lately is asked."""
        able = [one for one in self._players.values() if one is not player and one.fits(job)]
        up = [one for one in able if one.is_in]
        if any(self._rounds.knows(one) for one in up) or any(self._rounds.look(one) for one in up):
            return True
        return self._rounds.try_what_is_due(able, watch) and any(one.is_in for one in able)


def _limits(players: Iterable[Player]) -> str:
    told = (f"{one.label} plays up to {one.member.max_duration_s or 0:g} s" for one in players)
    return ", ".join(told)


def _orphaned(ticket: Ticket, folder: Path) -> Outcome:
    """Give the outcome of a ticket whose server is none of ours, unless its audio came home before."""
    kept = keepsakes.recall(folder, ticket)
    if kept:
        return Outcome(ticket, kept)
    message = f"the music server {ticket.server} is not among the servers any more"
    return Outcome(ticket, failure=Failure(Trouble.GONE, message))
