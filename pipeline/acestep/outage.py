"""The outage: a server that is not given jobs for now, why, and when it is tried again. Pure."""

from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.faults import Ailing, Busy, NotReached, Silent
from pipeline.errors import BandError

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0


class Health:
    """Whether a server can be given jobs. Times are seconds of the one monotonic clock that the caller reads.

    `fault` is what it is out for, None while it is in. The pauses between two tries grow, and start anew only
    when it has taken a job again.
    """

    def __init__(self) -> None:
        self.fault: BandError | None = None
        self.was_started = False
        self._pause_s = FIRST_PAUSE_S
        self._failed_at = float("-inf")

    @property
    def is_in(self) -> bool:
        """It can be given jobs."""
        return self.fault is None

    def fails(self, fault: BandError, now: float) -> bool:
        """Take it out, or keep it out for a longer pause; say whether it was in until now."""
        was_in = self.is_in
        self._pause_s = self._pause_s if self._failed_at == float("-inf") else self._longer()
        self.fault, self._failed_at = fault, now
        return was_in

    def suffers(self, fault: BandError, now: float) -> bool:
        """Take it out if it is in; say whether it was. A question that fails during an outage is no try."""
        return self.is_in and self.fails(fault, now)

    def returns(self) -> None:
        """Take it in again: it has been tried."""
        self.fault, self.was_started = None, False

    def plays(self) -> None:
        """Forget all that was: it has taken a job."""
        self.returns()
        self._pause_s, self._failed_at = FIRST_PAUSE_S, float("-inf")

    def is_due(self, now: float, *, in_need: bool) -> bool:
        """Say whether it is time to try it again; whoever has no other server need not wait so long."""
        pause_s = min(self._pause_s, FIRST_PAUSE_S) if in_need else self._pause_s
        return not self.is_in and now - self._failed_at >= pause_s

    def _longer(self) -> float:
        return min(self._pause_s * 2, LONGEST_PAUSE_S)


def worth_waiting_s(fault: BandError, deadlines: Deadlines) -> float:
    """Tell how long a job waits for a server that is out, when there is no other: 0 for what time cannot mend."""
    if isinstance(fault, Busy):
        return deadlines.busy_s
    is_passing = isinstance(fault, NotReached | Silent | Ailing)
    return 0.0 if getattr(fault, "unknown_host", False) or not is_passing else deadlines.start_s
