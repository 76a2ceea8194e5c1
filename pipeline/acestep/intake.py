"""The intake: handing in a job once, whatever the server's mood, and never twice by accident."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pipeline.acestep import answers, reasons
from pipeline.acestep.answers import State
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.dialects import Dialect
from pipeline.acestep.faults import Ailing, Answered, Busy, NotReached, Refused, Silent
from pipeline.acestep.knowledge import Stats
from pipeline.acestep.server import Server
from pipeline.acestep.waiting import Waiting
from pipeline.errors import BandError
from pipeline.take import Job, Ticket, Trouble

if TYPE_CHECKING:
    from pipeline.studio import Watch

_TELL_NOTHING = (Trouble.FAILED, Trouble.TIMEOUT)
_LONGEST_QUEUE = 10**6  # a longer one is none
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 60.0
_LOOK_FIRST = (
    "look at the server's console or /v1/stats first: it may be playing the job already, and resuming hands it in"
    " once more"
)


class Unsure(BandError):  # noqa: N818 -- the name says how we are about the job
    """The job was sent and may be playing, but nobody can tell: it must not be sent anywhere else."""


class Intake:
    """Hands in jobs at one server. `now` is Unix time in seconds, `clock` monotonic.

    `identity` is what tickets call the server. `ahead` is how many jobs stood before the latest one when it
    was handed in, None when the server does not tell.
    """

    def __init__(
        self,
        server: Server,
        deadlines: Deadlines,
        *,
        identity: str,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        now: Callable[[], float],
    ) -> None:
        self.ahead: int | None = None
        self._server = server
        self._identity = identity
        self._deadlines = deadlines
        self._clock = clock
        self._sleep = sleep
        self._now = now

    def submit(self, job: Job, watch: "Watch") -> Ticket:
        """Hand in a job once; it is sent again only when the server proves that it never got it.

        A job that a server refuses to play for a reason we can do something about gives a ticket whose
        `answer` is that refusal. The watch is told why it takes long. Raises BandError for every other failure.
        """
        waiting = Waiting(self._server.url, watch.note, self._clock)
        self._server.recognise(waiting.down)
        submitted_at = self._now()
        try:
            answer = self._deliver(job, waiting)
        except (Ailing, Refused) as fault:
            if not self._tells_of_the_job(fault):
                raise
            return self._ticket(job, submitted_at, "", _refusal(fault))
        receipt = answers.receipt(answer)
        if receipt is None:
            raise Unsure(
                f"the music server {self._server.url} took the job and gave no task id",
                hint=_LOOK_FIRST,
            )
        failed = receipt.state is State.FAILED
        return self._ticket(job, submitted_at, receipt.task_id, json.dumps(answer) if failed else "")

    def _ticket(self, job: Job, submitted_at: float, task_id: str, answer: str) -> Ticket:
        dialect = self._server.dialect.value
        return Ticket(self._identity, task_id, dialect, job, submitted_at, answer)

    def _tells_of_the_job(self, fault: Answered) -> bool:
        """Say whether an error is about this job: where handing in means playing, a failure comes as one.

        Elsewhere a timeout is a proxy's, and the job may be running.
        """
        blocking = self._server.dialect is Dialect.GRADIO and fault.status == 500
        known = reasons.trouble(fault.reason) not in _TELL_NOTHING or reasons.is_sticky(fault.reason)
        return bool(fault.reason) and (blocking or known)

    def _deliver(self, job: Job, waiting: Waiting) -> Any:
        before = self._server.fresh_stats() or self._server.stats()
        try:
            return self._told(before, self._knock(job, waiting))
        except (Silent, Ailing) as fault:
            if isinstance(fault, Ailing) and self._tells_of_the_job(fault):
                raise
            if not _never_arrived(before, self._server.stats()):
                raise _perhaps_running(fault) from fault
        try:
            return self._knock(job, waiting)
        except Silent as fault:
            raise _perhaps_running(fault) from fault

    def _told(self, before: Stats | None, answer: Any) -> Any:
        """Note how long the queue was, as the books or the receipt tell it."""
        position = answer.get("queue_position") if isinstance(answer, dict) else None
        counts = [before.queued + before.running] if before is not None else []
        if isinstance(position, int) and not isinstance(position, bool) and 0 < position < _LONGEST_QUEUE:
            counts.append(position - 1)
        self.ahead = max(counts, default=None)
        return answer

    def _knock(self, job: Job, waiting: Waiting) -> Any:
        """Send the job, again and again only while the server turns it away unread."""
        begun, pauses = self._clock(), _pauses()
        while True:
            pause_s = next(pauses)
            try:
                return self._server.post(job)
            except Busy as fault:
                pause_s = max(pause_s, fault.retry_after_s)
                left_s = begun + self._deadlines.busy_s - self._clock()
                if pause_s > left_s:
                    raise
                waiting.full(left_s)
            except NotReached as fault:
                left_s = begun + self._deadlines.start_s - self._clock()
                if fault.unknown_host or pause_s > left_s:
                    raise
                waiting.down(left_s)
            self._sleep(pause_s)


def _pauses() -> Iterator[float]:
    pause_s = _FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _never_arrived(before: Stats | None, after: Stats | None) -> bool:
    """Say whether the server's own books prove that no job came in since; without proof, one did."""
    if before is None or after is None or not after.idle:
        return False
    return after.succeeded <= before.succeeded and after.failed <= before.failed


def _perhaps_running(fault: BandError) -> Unsure:
    return Unsure(
        f"{fault.message}; the job was sent and may be running, so it was not sent again",
        hint=_LOOK_FIRST,
    )


def _refusal(fault: Answered) -> str:
    return json.dumps({"status": "failed", "error": fault.reason})
