"""Following one task from the queue to its end: what was heard, when, and what to make of it. Pure."""

from pipeline.acestep.answers import Report, State
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.waiting import span
from pipeline.take import Failure, Ticket, Trouble

EMPTY_ANSWERS = 3  # in a row: then the server has forgotten the task


class Task:
    """What is known of a submitted job. Times are seconds of the one monotonic clock that the caller reads.

    `final` is the server's last word, `failure` why there will be none; the task is open until then. A task
    that `is_stuck` is open too: the server still calls it running, but nobody need wait for that now.
    `asked_at` belongs to the poller.
    """

    def __init__(self, ticket: Ticket, deadlines: Deadlines, *, submitted: float, now: float) -> None:
        self.ticket = ticket
        self.report = Report(State.QUEUED)
        self.final: Report | None = None
        self.failure: Failure | None = None
        self.asked_at = float("-inf")
        self._deadlines = deadlines
        self.submitted = self._waited_until = submitted
        self._playing_since: float | None = None
        self._seen_playing = (now, now)  # first and last
        self._ended = self._changed = self._seen_final = now
        self._overdue_since: float | None = None
        self._empties = 0
        self.is_stuck = False

    @property
    def is_open(self) -> bool:
        """Nobody knows yet what becomes of it."""
        return self.final is None and self.failure is None

    @property
    def queue_s(self) -> float:
        """Seconds between handing in and playing, as far as they were seen."""
        return self._began - self.submitted

    @property
    def render_s(self) -> float:
        """Seconds of playing, as far as they were seen; all of its life when it was only seen finished.

        Begun and ended means: in the middle of the two looks between which it was.
        """
        return self._ended - self._began

    @property
    def was_seen_at_work(self) -> bool:
        """Its time of playing was watched, so that something can be learned from it."""
        return self._playing_since is not None or self._waited_until > self.submitted

    @property
    def _began(self) -> float:
        return self._waited_until if self._playing_since is None else self._playing_since

    def playing_s(self, now: float) -> float | None:
        """Seconds it has been playing, None while it waits."""
        return None if self._playing_since is None else now - self._playing_since

    def hear(self, report: Report, now: float) -> None:
        """Take in what the server says of it."""
        if report.state is State.UNKNOWN:
            self._empties += 1
            if self._empties >= EMPTY_ANSWERS:
                self.fail(Trouble.LOST, "the server no longer knows the task; it may have been restarted")
            return
        self._empties = 0
        if _sign(report) != _sign(self.report):
            self._changed, self.is_stuck = now, False
        self.report = report
        match report.state:
            case State.QUEUED:
                self._waited_until = now
            case State.RUNNING:
                if self._playing_since is None:
                    self._playing_since = self._first_played_by(now)
                    self._seen_playing = now, now
                self._seen_playing = self._seen_playing[0], now
            case State.OVERDUE:
                self._grant_grace(now)
            case _:  # done or failed
                self.final, self._seen_final = report, now
                self._ended = (self._seen_playing[1] + now) / 2 if self._playing_since is not None else now

    @property
    def ended(self) -> float:
        """When it was done, as far as that is known."""
        return self._ended

    def had_its_file_for(self, age_s: float) -> None:
        """Tell its end by the age of its file when it was fetched, within the two looks between which it was."""
        earliest = self._waited_until if self._playing_since is None else self._seen_playing[1]
        self._ended = min(max(self._seen_final - age_s, earliest), self._seen_final)

    def follows_one_that_ended(self, at: float) -> None:
        """Tell its begin by the end of another one of ours, if it was heard to play by the same look."""
        if self._playing_since is not None and self._waited_until <= at <= self._seen_playing[0]:
            self._playing_since = at

    def _first_played_by(self, now: float) -> float:
        """Guess when it began: in the middle of two looks, or at once if it was never seen waiting."""
        was_waiting = self._waited_until > self.submitted
        return (self._waited_until + now) / 2 if was_waiting else self.submitted

    def _grant_grace(self, now: float) -> None:
        self._overdue_since = now if self._overdue_since is None else self._overdue_since
        if now - self._overdue_since >= self._deadlines.grace_s:
            self.fail(Trouble.TIMEOUT, "the server gave the task up for its age; it may still be running")

    def has_stalled(self, now: float) -> bool:
        """Nothing about it has changed for too long."""
        return now - self._changed >= self._deadlines.stall_s

    def stall(self, idle: bool | None, now: float) -> None:
        """Judge a stalled task: `idle` says whether the server has nothing to do, None when it does not tell.

        An idle server that calls it running was restarted. A task that waits its turn, or one whose server
        tells no progress, may take as long as the whole wait; any other is stuck until it moves again.
        """
        if idle:
            still = f"nothing has moved for {span(self._deadlines.stall_s)}"
            self.fail(Trouble.LOST, f"{still}, and the server has nothing to do")
            return
        self.is_stuck = self.report.state is State.RUNNING and _tells_progress(self.report)
        self._changed = now

    def fail(self, trouble: Trouble, message: str) -> None:
        """Give it up."""
        self.failure = Failure(trouble, message)


def _sign(report: Report) -> tuple[State, float | None, str]:
    """Its signs of life. The log line is none: it is the server's, and another task's noise moves it."""
    return report.state, report.progress, report.stage


def _tells_progress(report: Report) -> bool:
    return report.progress is not None or bool(report.stage)
