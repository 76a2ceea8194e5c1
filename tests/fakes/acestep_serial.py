"""Music servers that play one job after the other, by a clock, and keep their books like the real ones."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.pool import Member, Pool
from pipeline.take import Job
from tests.fakes.acestep_server import DONE, QUEUED, FakeAceStep, Reply, Script, Step
from tests.fakes.acestep_world import JOB, QUICK, Time


class SerialAceStep(FakeAceStep):
    """Takes `seconds` for each job. `deepest` is the longest its queue has been, the playing job included."""

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic, *, key: str = "", port: int = 0
    ) -> None:
        super().__init__(key=key, port=port)
        self.seconds = seconds
        self.clock = clock
        self.ends: list[float] = []
        self.deepest = 0
        self._lock = threading.Lock()

    @property
    def open(self) -> int:
        """Jobs that are not done."""
        return sum(end > self.clock() for end in self.ends)

    def _take(self, body: dict[str, Any]) -> Reply:
        with self._lock:
            self.script.append(self._turn())
            self.deepest = max(self.deepest, self.open)
            return super()._take(body)

    def _turn(self) -> Script:
        begin = max([self.clock(), *self.ends[-1:]])
        end = begin + self.seconds
        self.ends.append(end)

        def step() -> Step:
            now = self.clock()
            if now < begin:
                return QUEUED
            return DONE if now >= end else Step("running", round((now - begin) / self.seconds, 3), "Playing")

        return step

    def _aside(self, path: str) -> Reply:
        done = len(self.ends) - self.open
        jobs = {"queued": max(0, self.open - 1), "running": min(1, self.open), "succeeded": done, "failed": 0}
        self.stats = {"jobs": jobs, "queue_size": jobs["queued"], "avg_job_seconds": self.seconds}
        return super()._aside(path)


@contextmanager
def running(*servers: FakeAceStep) -> Iterator[None]:
    """Run servers until the block ends."""
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
        yield


def member(server: FakeAceStep, **wishes: Any) -> Member:
    """A server as the settings name it."""
    return Member(server.url, server.url, **wishes)


def pool(time: Time, *members: Member, **deadlines: Any) -> Pool:
    """A pool that lives in simulated time, for one thread."""
    return Pool(
        members,
        replace(QUICK, **deadlines),
        clock=time.clock,
        sleep=time.sleep,
        now=time.unix,
        wait=lambda _, seconds: time.sleep(seconds),
    )


def quick_pool(*members: Member, **deadlines: Any) -> Pool:
    """A pool in real time that asks often."""
    return Pool(members, replace(Deadlines(gap_s=0.05), **deadlines))


def song(seed: int, **wishes: Any) -> Job:
    """A job that can be told from all others."""
    return replace(JOB, seed=seed, **wishes)
