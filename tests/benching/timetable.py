"""The timetable of one music server of the benchmark: a strictly serial queue, told by the clock alone. Pure."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from pipeline.rehearsal.commission import Commission
from pipeline.rehearsal.tasks import PLAYED, Task

NOT_YET_S = 5.0  # what the real server calls its average before the first job
_AVERAGED = 50  # jobs, as on the real server
_STAGE = "Generating music (batch size: 1)..."


@dataclass(frozen=True, slots=True)
class Job:
    """A job with the Unix times at which it came, begins and ends."""

    id: str
    commission: Commission
    submitted: float
    start: float
    end: float


class Timetable:
    """Every job begins when the one before ends: nothing runs, so a server costs nothing while it plays.

    `lengths` gives the seconds that each job takes, in order.
    """

    def __init__(self, lengths: Iterator[float]) -> None:
        self.jobs: list[Job] = []
        self._lengths = lengths
        self._by_id: dict[str, Job] = {}
        self._starts: list[float] = []
        self._ends: list[float] = []

    def submit(self, task_id: str, commission: Commission, now: float) -> tuple[Task, int]:
        """Queue a job; give it as a task, and its place in the queue from 1."""
        start = max([now, *self._ends[-1:]])
        job = Job(task_id, commission, now, start, start + next(self._lengths))
        place = max(1, len(self.jobs) - bisect_right(self._starts, now) + 1)
        self.jobs.append(job)
        self._by_id[task_id] = job
        self._starts.append(job.start)
        self._ends.append(job.end)
        return Task(task_id, commission, "", now), place

    def find(self, task_id: str, now: float) -> Task | None:
        """Give a task as it stands now; None for an unknown one."""
        job = self._by_id.get(task_id)
        if job is None:
            return None
        task = Task(job.id, job.commission, "", job.submitted)
        if now < job.start:
            return task
        length = job.end - job.start
        if now < job.end:
            done = 0.01 + 0.98 * (now - job.start) / length
            return Task(job.id, job.commission, "", job.submitted, progress=round(done, 2), stage=_STAGE)
        return Task(
            job.id,
            job.commission,
            "",
            job.submitted,
            PLAYED,
            1.0,
            "succeeded",
            (f"{job.id}.mp3",),
            "",
            length,
        )

    def stats(self, now: float) -> dict[str, Any]:
        """Count the jobs the way /v1/stats tells it, with the true average."""
        done, begun = bisect_right(self._ends, now), bisect_right(self._starts, now)
        last = [job.end - job.start for job in self.jobs[max(0, done - _AVERAGED) : done]]
        waiting = len(self.jobs) - begun
        return {
            "jobs": {
                "total": len(self.jobs),
                "queued": waiting,
                "running": begun - done,
                "succeeded": done,
                "failed": 0,
            },
            "queue_size": waiting,
            "queue_maxsize": 200,
            "avg_job_seconds": sum(last) / len(last) if last else NOT_YET_S,
        }


def lengths(play_s: float, spread: float, seed: int) -> Iterator[float]:
    """Give the lengths of jobs: `play_s` on average, at most that share `spread` more or less."""
    if not spread:
        return repeat(play_s)
    dice = random.Random(seed)  # noqa: S311 -- no secret
    return (play_s * dice.uniform(1 - spread, 1 + spread) for _ in repeat(None))
