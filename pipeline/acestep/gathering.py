"""Gathering: several servers are waited for at once, and one watch follows them all."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import Interrupted, SongpipeError

if TYPE_CHECKING:
    from pipeline.studio import Watch

T = TypeVar("T")


def gather(parts: Sequence[Callable[["Watch"], T]], watch: "Watch") -> list[T]:
    """Do the parts, each in a thread of its own when there are several, and give what they gave, in order.

    All have ended when it returns. The first failure is raised again; anything but a foreseen failure of
    one part, such as `Interrupted`, calls the others off as soon as they tell how far they are.
    """
    if len(parts) == 1:
        return [parts[0](watch)]
    chorus = _Chorus(watch, len(parts))
    came: dict[int, T] = {}
    failures: list[BaseException] = []

    def do(index: int) -> None:
        try:
            came[index] = parts[index](_Voice(chorus, index))
        except BaseException as exc:  # noqa: BLE001 -- it is raised again, in the thread that asked
            failures.append(exc)
            chorus.is_called_off |= isinstance(exc, Interrupted) or not isinstance(exc, SongpipeError)

    threads = [threading.Thread(target=do, args=(index,), daemon=True) for index in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [came[index] for index in range(len(parts))]


class _Chorus:
    """Tells one watch of several parts, one call after the other."""

    def __init__(self, watch: "Watch", parts: int) -> None:
        self.is_called_off = False
        self._watch = watch
        self._lock = threading.Lock()
        self._fractions: list[float | None] = [0.0] * parts
        self._lefts: list[float | None] = [None] * parts

    def progress(self, index: int, fraction: float | None, label: str, left_s: float | None) -> None:
        with self._lock:
            self._check()
            self._fractions[index], self._lefts[index] = fraction, left_s
            done = sum(one or 0.0 for one in self._fractions) / len(self._fractions)
            known = [one for one in self._lefts if one is not None]
            self._watch.progress(done, label, max(known) if len(known) == len(self._lefts) else None)

    def note(self, text: str) -> None:
        with self._lock:
            self._check()
            self._watch.note(text)

    def _check(self) -> None:
        if self.is_called_off:
            raise Interrupted("the wait was called off")


class _Voice:
    """The watch of one part."""

    def __init__(self, chorus: _Chorus, index: int) -> None:
        self._chorus = chorus
        self._index = index

    def stage(self, name: str) -> None:
        """No part begins a stage."""

    def words(self, text: str) -> None:
        """No part has words."""

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Tell how far all parts together are."""
        self._chorus.progress(self._index, fraction, label, left_s)

    def note(self, text: str) -> None:
        """Pass a line on."""
        self._chorus.note(text)
