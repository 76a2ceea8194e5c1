"""The rounds: servers that fail are left out, tried again after growing pauses, and taken in again."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pipeline.acestep.faults import Busy
from pipeline.acestep.line import Line, Waiter
from pipeline.acestep.player import Player
from pipeline.errors import BandError

if TYPE_CHECKING:
    from pipeline.studio import Watch

_FRESH_GAPS = 3.0  # what a server said of itself so many gaps ago still holds


class Rounds:
    """Keeps up with which players can be used. `gap_s` is the time between two polls of a server, in seconds.

    What people should know is kept until somebody with a watch comes by.
    """

    def __init__(self, line: Line, *, gap_s: float, clock: Callable[[], float]) -> None:
        self._line = line
        self._gap_s = gap_s
        self._clock = clock
        self._news: deque[str] = deque()

    def knows(self, player: Player) -> bool:
        """Say whether we have heard of it lately, or have jobs there, of which we hear.

        Of one behind an access nobody knows: a tunnel takes a job for a server that is down, and who sent it cannot
        tell whether it arrived.
        """
        if player.member.access is not None:
            return False
        with self._line.lock:
            is_fresh = self._clock() - player.heard_at <= _FRESH_GAPS * self._gap_s
            return is_fresh or any(place.task_id is not None for place in player.places)

    def try_what_is_due(
        self, players: Sequence[Player], watch: "Watch", waiter: Waiter | None = None
    ) -> bool:
        """Try the first player that is out and whose pause is over; say whether there was one.

        A waiter, whom the other servers have no place for, has it started too, if that is allowed.
        """
        player = self._claimed(players, waiter)
        if player is None:
            return False
        try:
            start = player.member.start
            if not self.look(player) and waiter is not None and start and player.can_be_started:
                player.health.was_started = True
                self._start(player, start, watch)
        finally:
            with self._line.lock:
                player.is_tried = False
                self._line.is_back(waiter)
        self.tell_news(watch)
        return True

    def _claimed(self, players: Sequence[Player], waiter: Waiter | None) -> Player | None:
        with self._line.lock:
            now, in_need = self._clock(), not any(player.is_in for player in players)
            if waiter is not None and waiter.place is not None:
                return None
            for player in players:
                may_start = in_need and waiter is not None and player.can_be_started
                is_due = may_start or player.health.is_due(now, in_need=in_need)
                if is_due and not player.is_in and not player.is_tried:
                    player.is_tried = True
                    self._line.goes_away(waiter)
                    return player
        return None

    def _start(self, player: Player, start: Callable[["Watch"], None], watch: "Watch") -> None:
        try:
            start(watch)
        except BandError as fault:
            self.failed(player, fault)
            return
        self.look(player)

    def look(self, player: Player) -> bool:
        """Ask a player how it is; say whether it can be given jobs."""
        try:
            stats = player.band.look()
        except BandError as fault:
            self.failed(player, fault)
            return False
        with self._line.lock:
            player.learn_stats(stats, self._clock())
            self._take_in(player)
        return True

    def failed(self, player: Player, fault: BandError) -> None:
        """Leave a player out that could not be used."""
        with self._line.lock:
            self._leave_out(player, fault, was_in=player.health.fails(fault, self._clock()))

    def heard(self, player: Player, fault: BandError | None) -> None:
        """Take in how a poll went: they go on while jobs are open, and are as good as a try."""
        with self._line.lock:
            if fault is not None:
                self._leave_out(player, fault, was_in=player.health.suffers(fault, self._clock()))
                return
            player.heard_at = self._clock()
            if not isinstance(player.health.fault, Busy):  # a full queue is no reason not to answer
                self._take_in(player)

    def _leave_out(self, player: Player, fault: BandError, *, was_in: bool) -> None:
        if was_in and not player.is_alone and not isinstance(fault, Busy):
            self._news.append(f"{player.problem}; it gets no songs until it can be used again")
        self._line.deal()

    def _take_in(self, player: Player) -> None:
        if player.health.is_in:
            return
        if not player.is_alone and not isinstance(player.health.fault, Busy):
            self._news.append(f"{player.label} can be used again")
        player.health.returns()
        self._line.deal()

    def tell_news(self, watch: "Watch") -> None:
        """Tell what has happened to the servers since somebody was told."""
        while self._news:
            try:
                text = self._news.popleft()
            except IndexError:  # another thread was quicker
                return
            watch.note(text)
