"""Time, as the writer lives it: clocks, sleep and chance come from outside, so that tests own them."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_FIRST_S = 1.0
_LONGEST_S = 30.0
_SPREAD = 0.25


def _local_now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Pace:
    """`clock` is monotonic seconds, `now` the wall with its zone, `jitter` gives 0…1."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _local_now
    jitter: Callable[[], float] = random.random

    def pause_s(self, failures: int) -> float:
        """Give how long to wait after so many failures: 1, 2, 4 … seconds, up to a quarter more by chance."""
        return min(_FIRST_S * 2.0 ** (failures - 1), _LONGEST_S) * (1 + _SPREAD * self.jitter())


def spoken(seconds: float) -> str:
    """Say a span of time: "45 s", "12 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
