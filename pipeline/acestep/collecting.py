"""Collecting: one call that waits for tickets, has their audio brought home and tells how it goes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.acestep import answers, keepsakes
from pipeline.acestep.answers import State
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.envelope import decoded
from pipeline.acestep.following import Task
from pipeline.acestep.forecast import Left, Open, Speed, left
from pipeline.acestep.outcomes import Harvest
from pipeline.acestep.poller import Poller
from pipeline.acestep.server import Server
from pipeline.acestep.waiting import span
from pipeline.errors import BandError
from pipeline.take import Outcome, Ticket

if TYPE_CHECKING:
    from pipeline.studio import Watch


_WAIT_AGAIN = "going on waits for the same task"


class Collection:
    """The tickets of one call, from waiting to outcomes."""

    def __init__(
        self,
        server: Server,
        poller: Poller,
        harvest: Harvest,
        speed: Speed,
        deadlines: Deadlines,
        *,
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._server = server
        self._poller = poller
        self._harvest = harvest
        self._speed = speed
        self._deadlines = deadlines
        self._clock = clock
        self._now = now
        self._average_s: float | None = None
        self._ahead_s = 0.0

    def run(self, tickets: Sequence[Ticket], folder: Path, watch: "Watch") -> tuple[Outcome, ...]:
        """Give the outcome of every ticket, in order; what an earlier call brought home is only read.

        Only what the server itself called failed or has lost counts as a failure. Raises BandError when our
        own patience ends first: the tickets stay good, and what is finished is kept for the next call.
        """
        found: dict[int, Outcome] = {}
        tasks: dict[int, Task] = {}
        for index, ticket in enumerate(tickets):
            kept = keepsakes.recall(folder, ticket)
            if kept:
                found[index] = Outcome(ticket, kept)
            else:
                tasks[index] = self._task(ticket)
        with self._poller.following(list(tasks.values())):
            self._look_ahead([task for task in tasks.values() if task.is_open])
            self._wait(tasks, found, folder, watch)
        return tuple(found[index] for index in range(len(tickets)))

    def _task(self, ticket: Ticket) -> Task:
        clock = self._clock()
        age_s = max(0.0, self._now() - ticket.submitted_at)
        task = Task(ticket, self._deadlines, submitted=clock - age_s, now=clock)
        if ticket.answer:
            said = answers.reports(_read(ticket.answer), [ticket.task_id])
            task.hear(said[ticket.task_id], clock)
        return task

    def _look_ahead(self, tasks: list[Task]) -> None:
        """Ask once how long jobs take here and how many of others wait, if experience does not tell."""
        if all(self._speed.expected_s(task.ticket.job) is not None for task in tasks):
            return
        stats = self._server.stats()
        if stats is not None and stats.average_s is not None:
            self._average_s = stats.average_s
            self._ahead_s = stats.average_s * max(0, stats.queued + stats.running - len(tasks))

    def _wait(self, tasks: dict[int, Task], found: dict[int, Outcome], folder: Path, watch: "Watch") -> None:
        begun = self._clock()
        while True:
            self._judge_stalls([task for task in tasks.values() if task.is_open])
            for index, task in tasks.items():
                if index not in found and not task.is_open:
                    found[index] = self._harvest.outcome(task, folder)
            waiting = [task for index, task in tasks.items() if index not in found]
            if not waiting:
                return
            self._keep_waiting(waiting, begun)
            ahead = self._left(waiting, begun)
            self._tell(list(tasks.values()), ahead, watch)
            self._poller.step(None if ahead is None else ahead.next_s)

    def _judge_stalls(self, tasks: list[Task]) -> None:
        now = self._clock()
        stalled = [task for task in tasks if task.has_stalled(now)]
        if stalled:
            stats = self._server.stats()
            for task in stalled:
                task.stall(None if stats is None else stats.idle, now)

    def _keep_waiting(self, waiting: list[Task], begun: float) -> None:
        """Raise BandError when our own time is over, or when nothing moves in any task that is left."""
        waited_s = self._clock() - begun
        still = f"the music server {self._server.url} is still playing"
        if waited_s >= self._deadlines.wait_s:
            raise BandError(f"{still} after {span(waited_s)}; its jobs may yet be done", hint=_WAIT_AGAIN)
        if all(task.is_stuck for task in waiting):
            stage, stall = waiting[0].report.stage or "work", span(self._deadlines.stall_s)
            raise BandError(f"{still}, but nothing has moved for {stall}, at {stage!r}", hint=_WAIT_AGAIN)

    def _left(self, waiting: list[Task], begun: float) -> Left | None:
        now = self._clock()
        open_tasks = [Open(task.ticket.job, task.playing_s(now)) for task in waiting]
        return left(open_tasks, self._speed, self._average_s, max(0.0, self._ahead_s - (now - begun)))

    def _tell(self, tasks: list[Task], ahead: Left | None, watch: "Watch") -> None:
        done = sum(1.0 if not task.is_open else task.report.progress or 0.0 for task in tasks) / len(tasks)
        watch.progress(
            done, _label(tasks, self._poller.is_in_the_dark), None if ahead is None else ahead.all_s
        )


def _label(tasks: list[Task], in_the_dark: bool) -> str:
    """Say in a few words what happens now: of the task that plays, else of the queue."""
    if in_the_dark:
        return "the server is busy; asking again"
    waiting = [task for task in tasks if task.is_open]
    playing = next((task for task in waiting if task.report.state is not State.QUEUED), None)
    if playing is None:
        return "waiting in the queue"
    return f"take {playing.ticket.job.number}: {playing.report.stage or 'playing'}"


def _read(answer: str) -> object:
    try:
        return decoded(answer)
    except ValueError:
        return None
