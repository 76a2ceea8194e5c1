"""Collecting: one call that waits for tickets, has their audio brought home and tells how it goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.acestep import answers, keepsakes
from pipeline.acestep.answers import State
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.envelope import decoded
from pipeline.acestep.faults import KeyRefused, NotReached
from pipeline.acestep.following import Task
from pipeline.acestep.forecast import Open, all_left_s
from pipeline.acestep.outcomes import Harvest
from pipeline.acestep.poller import Poller
from pipeline.acestep.server import Server
from pipeline.acestep.waiting import span
from pipeline.errors import BandError
from pipeline.take import Failure, Job, Outcome, Ticket, Trouble

if TYPE_CHECKING:
    from pipeline.studio import Watch


_WAIT_AGAIN = "going on waits for the same task"


@dataclass(frozen=True, slots=True)
class Company:
    """Who else is there: whether another server is up that could play a job, and who is told of a task's end."""

    can_relieve: Callable[[Job], bool]
    ended: Callable[[Ticket], None]


ALONE = Company(can_relieve=lambda _: False, ended=lambda _: None)


class Collection:
    """The tickets of one call, from waiting to outcomes."""

    def __init__(
        self,
        server: Server,
        poller: Poller,
        harvest: Harvest,
        deadlines: Deadlines,
        *,
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._server = server
        self._poller = poller
        self._harvest = harvest
        self._deadlines = deadlines
        self._clock = clock
        self._now = now
        self._ahead_s = 0.0
        self._company = ALONE
        self._undelivered: dict[Task, float] = {}

    def run(
        self, tickets: Sequence[Ticket], folder: Path, watch: "Watch", company: Company
    ) -> tuple[Outcome, ...]:
        """Give the outcome of every ticket, in order; what an earlier call brought home is only read.

        Only what the server itself called failed or has lost counts as a failure, and a server that has gone
        while another one can play. Raises BandError when our own patience ends first: the tickets stay good,
        and what is finished is kept for the next call.
        """
        self._company = company
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
        if all(self._server.speed.measured_s(task.ticket.job) is not None for task in tasks):
            return
        if self._server.fresh_stats() is None:  # it is there from when a job was handed in, mostly
            try:
                self._server.stats()
            except KeyRefused:
                return  # the first question about the tasks will tell
            self._poller.charge()
        told = self._server.books
        if told is not None and told.stats.average_s is not None:
            ours = sum(task.submitted < told.at for task in tasks)
            self._ahead_s = told.stats.average_s * max(0, told.stats.queued + told.stats.running - ours)

    def _wait(self, tasks: dict[int, Task], found: dict[int, Outcome], folder: Path, watch: "Watch") -> None:
        begun = self._clock()
        while True:
            self._judge_stalls([task for task in tasks.values() if task.is_open])
            for index, task in tasks.items():
                if index not in found and not task.is_open:
                    self._company.ended(task.ticket)
                    outcome = self._bring_home(task, folder)
                    found |= {} if outcome is None else {index: outcome}
            waiting = [task for index, task in tasks.items() if index not in found]
            if not waiting:
                return
            self._keep_waiting(waiting, begun)
            self._tell(list(tasks.values()), self._left_s(waiting, begun), watch)
            self._ask([task for task in waiting if task.is_open])

    def _bring_home(self, task: Task, folder: Path) -> Outcome | None:
        """Fetch what was played; None when that failed and is tried again, as long as another server can play."""
        try:
            outcome = self._harvest.outcome(task, folder)
        except BandError as fault:
            if not self._company.can_relieve(task.ticket.job):
                raise
            failed_at = self._undelivered.setdefault(task, self._clock())
            if self._clock() - failed_at < self._deadlines.refused_s:
                return None
            return Outcome(task.ticket, failure=Failure(Trouble.GONE, fault.message))
        self._poller.one_has_ended(task.ended)
        return outcome

    def _ask(self, waiting: list[Task]) -> None:
        """Let the poller do its step; what it can hear nothing of is for another server, if there is one."""
        try:
            self._poller.step()
        except BandError as fault:
            if not self._hand_over(waiting, fault.message):
                raise
            return
        silence = self._poller.silence
        if silence is not None and silence.lasted_s >= self._borne_s(silence.fault):
            self._hand_over(waiting, f"{silence.fault.message}, and that for {span(silence.lasted_s)}")

    def _borne_s(self, fault: BandError) -> float:
        limits = self._deadlines
        return (
            min(limits.handover_s, limits.refused_s) if isinstance(fault, NotReached) else limits.handover_s
        )

    def _hand_over(self, waiting: list[Task], why: str) -> bool:
        """Give up what another server can play; say whether that is all that is left."""
        relieved = [task for task in waiting if self._company.can_relieve(task.ticket.job)]
        for task in relieved:
            task.fail(Trouble.GONE, why)
        return len(relieved) == len(waiting)

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

    def _left_s(self, waiting: list[Task], begun: float) -> float | None:
        now = self._clock()
        open_tasks = [Open(task.ticket.job, task.playing_s(now)) for task in waiting]
        return all_left_s(open_tasks, self._server.speed, max(0.0, self._ahead_s - (now - begun)))

    def _tell(self, tasks: list[Task], left_s: float | None, watch: "Watch") -> None:
        done = sum(1.0 if not task.is_open else task.report.progress or 0.0 for task in tasks) / len(tasks)
        watch.progress(done, _label(tasks, self._poller.is_in_the_dark), left_s)


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
