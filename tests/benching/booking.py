"""Booking a hall: its process for as long as the `with` lasts, and what its servers saw as values."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Played:
    """A job as its server tells it; Unix times."""

    id: str
    submitted: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class BandReport:
    """What a music server saw: its jobs in order, and the Unix times of the requests to each path."""

    jobs: tuple[Played, ...]
    requests: Mapping[str, Sequence[float]]

    @property
    def busy(self) -> float:
        """Give the share of time that it played, from its first job's start to its last job's end."""
        played = sum(job.end - job.start for job in self.jobs)
        return played / (self.jobs[-1].end - self.jobs[0].start)

    def asked_between(self, begin: float, end: float) -> int:
        """Count the requests of any kind in a stretch of time."""
        return sum(begin < at < end for times in self.requests.values() for at in times)


@dataclass(frozen=True, slots=True)
class Report:
    """What all servers saw; `cpu_s` is what they cost themselves, `calls` when the writer was asked."""

    bands: tuple[BandReport, ...]
    calls: tuple[float, ...]
    cpu_s: float

    @property
    def first_start(self) -> float:
        """When the first job of any server began."""
        return min(band.jobs[0].start for band in self.bands if band.jobs)

    @property
    def last_end(self) -> float:
        """When the last job of any server ended."""
        return max(band.jobs[-1].end for band in self.bands if band.jobs)

    @property
    def ends(self) -> Mapping[str, float]:
        """When each job ended, by its id."""
        return {job.id: job.end for band in self.bands for job in band.jobs}


class Hall:
    """A writer and a music server for each number in `play_s`: `with Hall(sound, [20.0], 20.0) as hall`.

    Seconds: `play_s` what a job takes on each server, `write_s` what a draft takes, `stagger_s` what each
    draft takes more than the one before. `spread` is the share by which jobs are shorter or longer.
    """

    def __init__(
        self, sound: Path, play_s: Sequence[float], write_s: float, *, spread: float = 0, stagger_s: float = 0
    ) -> None:
        self._command = [
            *(sys.executable, "-m", "tests.benching.hall", "--sound", str(sound)),
            *("--write", str(write_s), "--stagger", str(stagger_s), "--spread", str(spread)),
            *("--play", *map(str, play_s)),
        ]
        self.writer_url = ""
        self.band_urls: tuple[str, ...] = ()
        self._control = ""

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        addresses = json.loads(self._process.stdout.readline())
        self.writer_url, self._control = addresses["writer"], addresses["control"]
        self.band_urls = tuple(addresses["bands"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def report(self) -> Report:
        """Ask what happened so far."""
        told = httpx.get(f"{self._control}/bench/report", timeout=30, trust_env=False).json()
        return Report(
            tuple(_band(band) for band in told["bands"]),
            tuple(call["at"] for call in told["writer"]["calls"]),
            told["cpu_s"],
        )


def _band(told: Mapping[str, Any]) -> BandReport:
    return BandReport(tuple(Played(**job) for job in told["jobs"]), told["requests"])
