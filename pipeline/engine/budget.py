"""The budget: what the songs of a run may cost together, kept to the cent whoever asks first."""

import threading


class Budget:
    """Deals out a sum of US dollars among the songs that are in the works at once, `seats` of them.

    A song is dealt its share before it starts and cannot ask a model for more; what it did not spend goes
    back. So the run never costs more than `most_usd`, even if every request costs its worst case.
    """

    def __init__(self, most_usd: float, seats: int) -> None:
        self._left = most_usd
        self._seats = seats
        self._out: dict[str, float] = {}
        self._lock = threading.Lock()

    def deal(self, song: str) -> float:
        """Give a song its share; 0.0 when nothing is left."""
        with self._lock:
            share = max(0.0, self._left) / max(1, self._seats - len(self._out))
            self._left -= share
            self._out[song] = share
            return share

    def settle(self, song: str, spent_usd: float) -> None:
        """Take back what a song did not spend of its share."""
        with self._lock:
            self._left += self._out.pop(song, 0.0) - spent_usd
