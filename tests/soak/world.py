"""The world of a soak: a workspace, the servers that outlive every kill, and the command in its own process group."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.children import interruptible
from tests.soak.venue import BOOK, CLOSED

ROOT = Path(__file__).parents[2]
LENGTH_S = 10  # the shortest song there is
_FOREIGN = (
    "SONGPIPE_",
    "NANO",
    "ACESTEP_",
    "OPENAI_",
    "COVERAGE_",
)  # a killed child leaves half a coverage file


@dataclass(frozen=True, slots=True)
class Orders:
    """What the servers were asked for: how often each song was written and played, by its seed.

    `files` are the files that the band made for a seed. A song that has no seed of its own counts under None.
    """

    written: Counter[int | None]
    played: Counter[int | None]
    files: dict[int | None, set[str]]


@dataclass(frozen=True, slots=True)
class Running:
    """A command that runs, or has run; what it says goes into two files."""

    process: "subprocess.Popen[str]"
    out: Path
    err: Path

    def kill(self) -> bool:
        """Kill it with all its children, as a machine that loses its power does; says whether it still ran."""
        was_running = self.process.poll() is None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return was_running

    def has_ended_within(self, seconds: float) -> bool:
        """Wait for its end, at most so long."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def press_ctrl_c(self) -> int:
        """Press Ctrl-C once, and give the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.code()

    def code(self, seconds: float = 90.0) -> int:
        """Wait for its end, and give the exit code."""
        return self.process.wait(seconds)

    def lines(self) -> list[str]:
        """Wait for a good end, and give the lines that it printed."""
        code = self.code()
        assert code == 0, f"it ended with {code}: {self.err.read_text()[-2000:]}"
        return self.out.read_text().splitlines()


@dataclass(frozen=True, slots=True)
class World:
    """A folder with a workspace in it. `database` is a Postgres address; "" is the file of the workspace."""

    folder: Path
    venue: Path
    database: str = ""
    begun: list[Running] = field(default_factory=list)

    @property
    def output(self) -> Path:
        """Where the songs land."""
        return self.folder / "output"

    @property
    def briefs(self) -> Path:
        """The file of the batch."""
        return self.folder / "briefs.yaml"

    @property
    def _settings(self) -> list[str]:
        return ["--config", str(self.folder / "songpipe.yaml")]

    def start(self, *words: str, root: Path = ROOT) -> Running:
        """Start a command of the songpipe in `root`, in a process group of its own."""
        said = self.folder / f"said-{len(self.begun):03}"
        out, err = said.with_suffix(".out"), said.with_suffix(".err")
        with out.open("w") as printed, err.open("w") as told:
            process = subprocess.Popen(
                interruptible([sys.executable, "-m", "pipeline", *words, *self._settings]),
                cwd=self.folder,
                env=_environment(self.folder, root),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=told,
                text=True,
                start_new_session=True,
            )
        self.begun.append(Running(process, out, err))
        return self.begun[-1]

    def run(self, *words: str) -> list[str]:
        """Run a command to its end, which must be a good one, and give the lines that it printed."""
        return self.start(*words).lines()

    @contextmanager
    def without_recordings(self) -> Iterator[None]:
        """Let nobody have a recording until the block ends: songs that were handed in stay so."""
        (self.venue / CLOSED).touch()
        try:
            yield
        finally:
            (self.venue / CLOSED).unlink()

    def jobs(self) -> list[dict[str, Any]]:
        """List all songs as `songpipe jobs` does."""
        songs: list[dict[str, Any]] = json.loads("".join(self.run("jobs", "--all", "--json")))["songs"]
        return songs

    def orders(self) -> Orders:
        """Read the servers' book."""
        lines = [json.loads(line) for line in (self.venue / BOOK).read_text().splitlines()]
        files: dict[int | None, set[str]] = {}
        for line in lines:
            if line["what"] == "play":
                files.setdefault(line["seed"], set()).add(line["file"])
        counts = {
            what: Counter(line["seed"] for line in lines if line["what"] == what)
            for what in ("write", "play")
        }
        return Orders(counts["write"], counts["play"], files)


@contextmanager
def opened(folder: Path, songs: int, database: str = "", **seconds: float) -> Iterator[World]:
    """Open a world with a batch of that many songs; `seconds` are the venue's options."""
    venue = folder / "venue"
    venue.mkdir(parents=True)
    options = [part for name, value in seconds.items() for part in (f"--{name}", str(value))]
    words = [sys.executable, "-m", "tests.soak.venue", str(venue), *options]
    pipe = subprocess.PIPE
    world = World(folder, venue, database)
    with subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as servers:
        assert servers.stdout is not None
        assert servers.stdin is not None
        try:
            _furnish(world, songs, json.loads(servers.stdout.readline()))
            yield world
        finally:
            for running in world.begun:  # none of them outlives us
                running.kill()
            servers.stdin.close()  # the venue takes that as the end


def _furnish(world: World, songs: int, addresses: dict[str, str]) -> None:
    settings = {
        "output": str(world.output),
        "llm": {"base_url": addresses["writer"], "models": ["rehearsal/songwriter"]},
        "acestep": {
            "urls": [addresses["band"]],
            "poll_interval": 0.1,
            "audio_duration": LENGTH_S,
            "vocal_language": "en",
        },
        **({"engine": {"database_url": world.database}} if world.database else {}),
    }
    (world.folder / "songpipe.yaml").write_text(yaml.safe_dump(settings))
    briefs = [{"brief": f"the night ferry, crossing {seed}, trip-hop", "seed": seed} for seed in seeds(songs)]
    world.briefs.write_text(yaml.safe_dump({"songs": briefs}))


def seeds(songs: int) -> range:
    """Give the seeds by which the songs of a batch are known to the servers."""
    return range(1, songs + 1)


def _environment(home: Path, root: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    here = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "NO_COLOR": "1"}
    path = os.pathsep.join(filter(None, [str(root), clean.get("PYTHONPATH", "")]))
    return clean | here | {"PYTHONPATH": path, "NANOGPT_API_KEY": "sk-nano-not-a-real-key"}
