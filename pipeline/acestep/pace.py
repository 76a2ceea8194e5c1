"""The pace: when to ask next, so that a server is asked gently however long it plays. Pure."""

# Chosen by simulation (one job after the other at a gap of 5 s, each ±10 %, predicted from those before): a finished
# song is noticed after 0.6 s in the median when jobs take 20 s, 0.8 s at a minute, 2 s at two; never more than 12
# questions in a minute.
EARNED_EVERY = 1.1  # gaps
SAVED_AT_FIRST = 3.0
SAVED_AT_MOST = 6.0
NEAR_END_GAPS = 0.5  # so many gaps before the predicted end, questions come closer
CLOSER = 0.25  # of a gap
FARTHEST_GAPS = 4.0
_AS_GOOD_AS_NOW_S = 0.001  # floats never quite add up to a whole coin


class Pace:
    """Counts questions like coins: one is earned every 1.1 `gap_s` seconds, one is spent by every question.

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
        earned = max(0.0, 1.0 - self._savings(now)) * self._gap_s * EARNED_EVERY
        wait_s = max(earned, self._rest_s(now - self._asked_at, left_s))
        return wait_s if wait_s > _AS_GOOD_AS_NOW_S else 0.0

    def spend(self, now: float) -> None:
        """Note that a question is asked."""
        self._saved = self._savings(now) - 1.0
        self._asked_at = now

    def charge(self) -> None:
        """Pay for another kind of question to the same server; it changes nothing about the next one's time."""
        self._saved -= 1.0

    def _savings(self, now: float) -> float:
        earned = 0.0 if self._asked_at is None else (now - self._asked_at) / (self._gap_s * EARNED_EVERY)
        return min(self._saved + earned, SAVED_AT_MOST)

    def _rest_s(self, passed_s: float, left_s: float | None) -> float:
        """Seconds still to wait, `passed_s` after the last question."""
        if left_s is None:
            return self._gap_s - passed_s
        if left_s <= NEAR_END_GAPS * self._gap_s:
            return CLOSER * self._gap_s - passed_s
        until_near_s = left_s - NEAR_END_GAPS * self._gap_s
        return min(max(until_near_s, self._gap_s - passed_s), FARTHEST_GAPS * self._gap_s - passed_s)
