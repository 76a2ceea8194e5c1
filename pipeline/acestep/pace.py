"""The pace: when to ask next, so that a server is asked gently however long it plays. Pure."""

SAVED_AT_FIRST = 2.0
SAVED_AT_MOST = 4.0
NEAR_END_GAPS = 2.0  # so many gaps before the predicted end, questions come closer
CLOSER = 0.4  # of a gap
FARTHEST_GAPS = 3.0
_AS_GOOD_AS_NOW_S = 0.001  # floats never quite add up to a whole coin


class Pace:
    """Counts questions like coins: one is earned every `gap_s` seconds, one is spent by every question.

    Far from the predicted end questions come seldom and coins are saved; near it they come closer, on the
    savings. So over any stretch of t seconds there are at most `SAVED_AT_MOST + t / gap_s` questions, and
    from the start at most `SAVED_AT_FIRST + t / gap_s`.
    """

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._saved = SAVED_AT_FIRST
        self._asked_at: float | None = None

    def wait_s(self, now: float, left_s: float | None) -> float:
        """Seconds until the next question is due, `left_s` before the predicted end (None when unknown)."""
        if self._asked_at is None:
            return 0.0
        earned = max(0.0, 1.0 - self._savings(now)) * self._gap_s
        wait_s = max(earned, self._asked_at + self._interval_s(left_s) - now)
        return wait_s if wait_s > _AS_GOOD_AS_NOW_S else 0.0

    def spend(self, now: float) -> None:
        """Note that a question is asked."""
        self._saved = self._savings(now) - 1.0
        self._asked_at = now

    def _savings(self, now: float) -> float:
        earned = 0.0 if self._asked_at is None else (now - self._asked_at) / self._gap_s
        return min(self._saved + earned, SAVED_AT_MOST)

    def _interval_s(self, left_s: float | None) -> float:
        if left_s is None:
            return self._gap_s
        if left_s <= NEAR_END_GAPS * self._gap_s:
            return CLOSER * self._gap_s
        return min(max(left_s / 4, self._gap_s), FARTHEST_GAPS * self._gap_s)
