"""The halt: how a run is told to stop, and how everybody who sleeps hears of it at once."""

import threading

from pipeline.errors import Interrupted


class Halt:
    """A flag that many threads heed. `set` it once; it never comes down again."""

    def __init__(self) -> None:
        self._flag = threading.Event()

    def set(self) -> None:
        """Call the run off."""
        self._flag.set()

    @property
    def is_set(self) -> bool:
        """The run was called off."""
        return self._flag.is_set()

    def heed(self) -> None:
        """Raise Interrupted when the run was called off."""
        if self._flag.is_set():
            raise Interrupted("stopped")

    def sleep(self, seconds: float) -> None:
        """Sleep, at most until the run is called off; then raise Interrupted."""
        self._flag.wait(seconds)
        self.heed()
