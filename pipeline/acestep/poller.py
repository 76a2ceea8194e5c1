"""The poller: asks one server about every open task at once, however many threads wait for them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.dialects import Dialect, known
from pipeline.acestep.faults import Ailing, Busy, NotAceStep, NotReached, Silent
from pipeline.acestep.following import Task
from pipeline.acestep.forecast import Open, next_end_s
from pipeline.acestep.pace import Pace
from pipeline.acestep.server import Server
from pipeline.acestep.waiting import span
from pipeline.errors import BandError

LONGEST_NAP_S = 1.0  # so that whoever waits can tell the time left
_PASSING = (NotReached, Silent, Ailing, Busy, NotAceStep)


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a server has not answered, in seconds, and what the last question met with."""

    lasted_s: float
    fault: BandError


class Poller:
    """Keeps the open tasks of a server. Whichever thread wakes when a question is due asks for all.

    `heard` is told how every question went: the fault, or None when it was answered. It must not ask back.
    """

    def __init__(
        self,
        server: Server,
        deadlines: Deadlines,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        heard: Callable[[BandError | None], None] = lambda _: None,
    ) -> None:
        self._server = server
        self._deadlines = deadlines
        self._clock = clock
        self._sleep = sleep
        self._heard = heard
        self._pace = Pace(deadlines.gap_s)
        self._lock = threading.Lock()
        self._tasks: list[Task] = []
        self._silent_since: float | None = None
        self._fault: BandError | None = None

    @contextmanager
    def following(self, tasks: Sequence[Task]) -> Iterator[None]:
        """Ask about these tasks too, until the block ends."""
        with self._lock:
            if not self._tasks:
                self._silent_since = None
            self._tasks += tasks
        try:
            yield
        finally:
            with self._lock:
                self._tasks = [task for task in self._tasks if task not in tasks]

    def one_has_ended(self, at: float) -> None:
        """Take in when a task was done: a server plays one after the other, so another one began then."""
        with self._lock:
            for task in self._tasks:
                task.follows_one_that_ended(at)

    @property
    def is_in_the_dark(self) -> bool:
        """The server has not answered the last question."""
        return self._silent_since is not None

    @property
    def silence(self) -> Silence | None:
        """How long it has not answered; None when it has answered the last question."""
        with self._lock:
            if self._silent_since is None or self._fault is None:
                return None
            return Silence(self._clock() - self._silent_since, self._fault)

    def charge(self) -> None:
        """Count a question that was asked beside ours."""
        with self._lock:
            self._pace.charge()

    def step(self) -> None:
        """Ask if a question is due, else sleep towards it, a second at most.

        Raises BandError when the server refuses the key, refuses the question, or has not answered for as long
        as patience lasts.
        """
        with self._lock:
            now = self._clock()
            wait_s = self._pace.wait_s(now, self._next_end_s(now))
            if wait_s <= 0:
                self._pace.spend(now)
                self._ask()
                return
        self._sleep(min(wait_s, LONGEST_NAP_S))

    def _next_end_s(self, now: float) -> float | None:
        """Predict the next end among all tasks, whoever waits for it: one question hears of every task."""
        tasks = (Open(task.ticket.job, task.playing_s(now)) for task in self._tasks if task.is_open)
        return next_end_s(tasks, self._server.speed)

    def _ask(self) -> None:
        group = self._next_group()
        if not group:
            return
        by_id = {task.ticket.task_id: task for task in group}
        try:
            reports = self._server.ask(list(by_id), known(group[0].ticket.dialect))
        except BandError as fault:
            self._heard(fault)
            if not isinstance(fault, _PASSING):
                raise
            self._bear(fault)
            return
        self._heard(None)
        self._silent_since = None
        now = self._clock()
        for task in group:
            task.hear(reports[task.ticket.task_id], now)

    def _next_group(self) -> list[Task]:
        """Give the tasks of the next question: all, or the one asked longest ago where each has its page."""
        waiting = sorted((task for task in self._tasks if task.is_open), key=lambda task: task.asked_at)
        paged = [task for task in waiting if known(task.ticket.dialect) is Dialect.JOBS]
        group = paged[:1] if waiting[:1] == paged[:1] else [task for task in waiting if task not in paged]
        for task in group:
            task.asked_at = self._clock()
        return group

    def _bear(self, fault: BandError) -> None:
        """Put up with a failed question: a server that loads its models, or a proxy's bad minute, passes."""
        now = self._clock()
        self._fault = fault
        self._silent_since = now if self._silent_since is None else self._silent_since
        silent_s = now - self._silent_since
        if silent_s >= self._deadlines.patience_s:
            raise BandError(
                f"{fault.message}, and that for {span(silent_s)}; its jobs may still be running",
                hint="going on asks for them again",
            ) from fault
