"""A blocking read that keeps its deadlines: the reader works in a thread, the asker waits with a watch."""

from collections.abc import Callable, Generator, Iterator
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from pipeline.llm.faults import Fault, Kind

T = TypeVar("T")
_FAREWELL_S = 0.5  # a reader whose socket was cut is gone within milliseconds


class _End:
    pass


class Relay(Generic[T]):
    """Hands over what `read` yields, and stops waiting when its time is up.

    A socket timeout bounds one read; slow chunks, trickled headers and keep-alive comments stretch a request
    beyond any of them. Here silence is counted between items (`idle_s` may be changed while waiting) and
    `deadline` (on `clock`) is the end, whatever the server does. `cut` must end a blocked read.
    """

    def __init__(
        self,
        read: Callable[[], Iterator[T]],
        cut: Callable[[], None],
        *,
        idle_s: float,
        deadline: float,
        clock: Callable[[], float],
    ) -> None:
        self.idle_s = idle_s
        self._read = read
        self._cut = cut
        self._deadline = deadline
        self._clock = clock
        self._box: SimpleQueue[T | BaseException | _End] = SimpleQueue()
        self._thread = Thread(target=self._work, name="songpipe-writer", daemon=True)

    def __iter__(self) -> Generator[T, None, None]:
        """Give the items as they come; raises `Fault` when time is up, or what the reader raised."""
        self._thread.start()
        try:
            while not isinstance(item := self._next(), _End):
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            self._cut()
            self._thread.join(_FAREWELL_S)

    def _next(self) -> T | BaseException | _End:
        left = self._deadline - self._clock()
        try:
            if left > 0:
                return self._box.get(timeout=min(self.idle_s, left))
        except Empty:
            if left > self.idle_s:
                raise Fault(Kind.STALLED, f"no word for {self.idle_s:g} s") from None
        raise Fault(Kind.LATE, "the reply took longer than its deadline allows")

    def _work(self) -> None:
        try:
            for item in self._read():
                self._box.put(item)
        except BaseException as failure:  # noqa: BLE001 -- handed to the asker, who raises it
            self._box.put(failure)
        else:
            self._box.put(_End())
