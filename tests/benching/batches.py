"""Batches of the benchmark: songpipe and the seed's loop at the servers of a hall."""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benching import runs
from tests.benching.booking import ROOT, Hall, Report
from tests.benching.runs import Failed, Run
from tests.benching.seed_loop import Loop

_NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of a run, in true seconds; everything but the audio's length is divided by `scale`."""

    songs: int
    servers: int
    duration_s: float
    scale: float
    write_s: float = 20.0
    play_s: float = 20.0
    spread: float = 0.0
    stagger_s: float = 0.0

    def hall(self, sound: Path) -> Hall:
        """Book a hall for it."""
        return Hall(
            sound,
            [self.play_s / self.scale] * self.servers,
            self.write_s / self.scale,
            spread=self.spread,
            stagger_s=self.stagger_s / self.scale,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a load: the run, what the servers saw, and the folder of the songs."""

    load: Load
    run: Run
    report: Report
    shelf: Path

    @property
    def songs_per_hour(self) -> float:
        """Songs an hour at true speed, from process start to process end."""
        return self.load.songs / self.run.wall_s * 3600 / self.load.scale

    @property
    def busy_from_start(self) -> float:
        """The share of the whole run, from process start to the last job's end, that the servers played."""
        played = sum(job.end - job.start for band in self.report.bands for job in band.jobs)
        return played / (self.report.last_end - self.run.began) / self.load.servers


def batch(songpipe: Path, load: Load, sound: Path, folder: Path) -> Result:
    """Run `songpipe batch`. Raises Failed when a song is missing."""
    with load.hall(sound) as hall:
        config = runs.settings(
            folder, hall.writer_url, hall.band_urls, scale=load.scale, duration_s=load.duration_s
        )
        lines = folder / "briefs.txt"
        lines.write_text("\n".join(runs.briefs(load.songs)) + "\n")
        shelf = folder / "shelf"
        command = [songpipe, "batch", lines, "--config", config, "--output", shelf, "--json"]
        run = runs.run(command, folder)
        done = json.loads(run.said)["done"]
        if done != load.songs:
            raise Failed(f"batch made {done} of {load.songs} songs")
        return Result(load, run, hall.report(), shelf)


def loop(load: Load, sound: Path, folder: Path) -> Result:
    """Run the seed's loop."""
    folder.mkdir(parents=True)
    with load.hall(sound) as hall:
        began, before = time.time(), time.thread_time()
        Loop(hall.writer_url, hall.band_urls[0], load.scale).make(
            runs.briefs(load.songs), load.duration_s, folder
        )
        run = Run(began, time.time(), time.thread_time() - before, 0, "")
        return Result(load, run, hall.report(), folder)


def single(songpipe: Path, brief: str, hall: Hall, band: str, load: Load, folder: Path) -> Run:
    """Run `songpipe write` at one server of a hall."""
    config = runs.settings(folder, hall.writer_url, [band], scale=load.scale, duration_s=load.duration_s)
    command = [songpipe, "write", brief, "--config", config, "--output", folder / "shelf", "--json"]
    return runs.run(command, folder)


def shelf_delays(shelf: Path, report: Report) -> list[float]:
    """Give the seconds between each job's end and its sidecar, which is the last file of a song.

    The sidecar is written and then moved to its place: the later of its two times counts.
    """
    ends, delays = report.ends, []
    for sidecar in shelf.glob("*/*/*.song.json"):
        track, status = json.loads(sidecar.read_text()), sidecar.stat()
        last = max(ends[take["task_id"]] for take in track["takes"])
        delays.append(max(status.st_mtime, status.st_ctime) - last)
    return delays


def poll_gap(report: Report) -> float:
    """Give the median seconds between a job's end and the next question about it."""
    gaps = [
        min(at for at in band.requests["/query_result"] if at >= job.end) - job.end
        for band in report.bands
        for job in band.jobs
    ]
    return statistics.median(gaps)


def sound(duration_s: float, folder: Path) -> Path:
    """Have the one song played that all servers hand out."""
    file = folder / f"song-{duration_s:g}.mp3"
    command = [sys.executable, "-m", "tests.benching.sound", str(duration_s), str(file)]
    subprocess.run(command, cwd=ROOT, check=True)
    return file


def dry(songpipe: Path, songs: int, folder: Path) -> Run:
    """Run `songpipe batch --dry-run` with servers that are not there."""
    config = runs.settings(folder, f"{_NOWHERE}/v1", [_NOWHERE], scale=1.0, duration_s=240.0)
    lines = folder / "briefs.txt"
    lines.write_text("\n".join(runs.briefs(songs)) + "\n")
    command = [
        songpipe,
        "batch",
        lines,
        "--dry-run",
        "--config",
        config,
        "--output",
        folder / "shelf",
        "--json",
    ]
    return runs.run(command, folder)


def again(songpipe: Path, result: Result) -> Run:
    """Run the same batch again, where everything is done: nothing is asked of any server."""
    folder = result.shelf.parent
    command = [
        *(songpipe, "batch", folder / "briefs.txt", "--config", folder / "bench.yaml"),
        *("--output", result.shelf, "--json"),
    ]
    run = runs.run(command, folder)
    if json.loads(run.said)["skipped"] != result.load.songs:
        raise Failed("the second batch did not skip what the first one made")
    return run
