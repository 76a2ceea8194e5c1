"""The forecast: how long jobs take on this server, learned from the ones it has played in this process."""

import threading
from dataclasses import dataclass

from pipeline.take import Job

_WEIGHT = 0.4  # of the newest job: a server's speed changes with what else its GPU does
_MUCH_FASTER = 2.0  # times: then what was slow was no playing, such as loading the models with the first job


@dataclass(frozen=True, slots=True)
class Open:
    """An open task as the forecast sees it: `playing_s` is None while it waits in the queue."""

    job: Job
    playing_s: float | None


@dataclass(frozen=True, slots=True)
class Left:
    """Seconds left: until the next task is done, and until all are."""

    next_s: float
    all_s: float


class Speed:
    """Seconds of work per second of audio, for each way of playing. Safe to use from several threads."""

    def __init__(self) -> None:
        self._rates: dict[tuple[bool, int], float] = {}
        self._lock = threading.Lock()

    def learn(self, job: Job, render_s: float) -> None:
        """Note how long a job took."""
        way, rate = (job.thinking, job.batch_size), render_s / job.duration_s
        with self._lock:
            old = self._rates.get(way, rate)
            is_outdated = rate < old / _MUCH_FASTER
            self._rates[way] = rate if is_outdated else old + _WEIGHT * (rate - old)

    def expected_s(self, job: Job) -> float | None:
        """Give the seconds that a job will take, None when none of its kind has been played here."""
        rate = self._rates.get((job.thinking, job.batch_size))
        return None if rate is None else rate * job.duration_s


def left(open_tasks: list[Open], speed: Speed, average_s: float | None, ahead_s: float) -> Left | None:
    """Predict the end: servers play one job after the other. None when there is nothing to go by.

    `average_s` is the server's own mean, for jobs of a kind that was not played yet; `ahead_s` what the jobs
    of others, before ours in the queue, will take.
    """
    rests = []
    for task in open_tasks:
        expected = speed.expected_s(task.job)
        whole = average_s if expected is None else expected
        if whole is None:
            return None
        rests.append((task.playing_s is None, max(0.0, whole - (task.playing_s or 0.0))))
    if not rests:
        return None
    if any(not waits for waits, _ in rests):
        ahead_s = 0.0
    return Left(ahead_s + min(rests)[1], ahead_s + sum(rest for _, rest in rests))
