"""Waiting: why a job is not handed in yet and how long that may last, told often enough and not too often."""

from collections.abc import Callable

_AGAIN_S = 30.0  # between two notes of the same cause
_COUNTED_IN_SECONDS = 120.0


class Waiting:
    """Tells `note` of each cause at once, and then at most every 30 s. `clock` is monotonic, in seconds."""

    def __init__(self, server: str, note: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._server = server
        self._note = note
        self._clock = clock
        self._told: dict[str, float] = {}

    def down(self, left_s: float) -> None:
        """Tell that the server refuses connections, which is put up with for `left_s` seconds more."""
        self._tell(f"{self._server} is not up yet; trying", left_s)

    def full(self, left_s: float) -> None:
        """Tell that its queue is full, which is put up with for `left_s` seconds more."""
        self._tell(f"the queue of {self._server} is full; asking again", left_s)

    def _tell(self, cause: str, left_s: float) -> None:
        now = self._clock()
        if now - self._told.get(cause, float("-inf")) >= _AGAIN_S:
            self._told[cause] = now
            self._note(f"{cause} for up to {span(left_s)}")


def span(seconds: float) -> str:
    """Say a stretch of time as people do: "8 s", "2.5 min", "15 min"."""
    if seconds < _COUNTED_IN_SECONDS:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"{round(minutes, 1 if minutes < 10 else None):g} min"
