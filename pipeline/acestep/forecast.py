"""The forecast: how long jobs take on this server, learned from the ones it has played in this process."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.take import Job

_WEIGHT = 0.4  # of the newest job: a server's speed changes with what else its GPU does
_MUCH_FASTER = 2.0  # times: then what was slow was no playing, such as loading the models with the first job


@dataclass(frozen=True, slots=True)
class Open:
    """An open task as the forecast sees it: `playing_s` is None while it waits in the queue."""

    job: Job
    playing_s: float | None


class Speed:
    """Seconds of work per second of audio, for each way of playing. Safe to use from several threads.

    `mean_s` is what the server itself calls its mean, None as long as it has told none.
    """

    def __init__(self) -> None:
        self.mean_s: float | None = None
        self._rates: dict[tuple[bool, int], float] = {}
        self._lock = threading.Lock()

    def learn(self, job: Job, render_s: float) -> None:
        """Note how long a job took."""
        way, rate = (job.thinking, job.batch_size), render_s / job.duration_s
        with self._lock:
            old = self._rates.get(way, rate)
            is_outdated = rate < old / _MUCH_FASTER
            self._rates[way] = rate if is_outdated else old + _WEIGHT * (rate - old)

    def measured_s(self, job: Job) -> float | None:
        """Give the seconds that a job will take, None when none of its kind has been played here."""
        rate = self._rates.get((job.thinking, job.batch_size))
        return None if rate is None else rate * job.duration_s

    def expected_s(self, job: Job) -> float | None:
        """Give the seconds that a job will take: as measured, else the server's own mean; None without either."""
        measured = self.measured_s(job)
        return self.mean_s if measured is None else measured


def next_end_s(tasks: Iterable[Open], speed: Speed) -> float | None:
    """Predict the seconds until the next of our tasks is done: None when none plays, or nothing tells how long.

    Until one of ours plays nobody knows when it will begin, and so when it will be done.
    """
    rests = [_rest_s(task, speed) for task in tasks if task.playing_s is not None]
    return min((rest for rest in rests if rest is not None), default=None)


def all_left_s(tasks: Iterable[Open], speed: Speed, ahead_s: float) -> float | None:
    """Predict the seconds until all are done: servers play one job after the other. None with nothing to go by.

    `ahead_s` is what the jobs of others, before ours in the queue, will take.
    """
    tasks = list(tasks)
    rests = [rest for task in tasks if (rest := _rest_s(task, speed)) is not None]
    if not tasks or len(rests) < len(tasks):
        return None
    return sum(rests) + (0.0 if any(task.playing_s is not None for task in tasks) else ahead_s)


def _rest_s(task: Open, speed: Speed) -> float | None:
    whole_s = speed.expected_s(task.job)
    return None if whole_s is None else max(0.0, whole_s - (task.playing_s or 0.0))
