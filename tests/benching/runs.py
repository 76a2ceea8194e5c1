"""Runs of the real command, measured from outside: wall time, processor time, peak memory."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

POLL_S = 5.0  # songpipe's default, scaled like everything else
_MB = 1e6
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes that ru_maxrss counts in
# What would change the command; without its bytecode it would be compiled anew at every start.
_FOREIGN = ("SONGPIPE_", "NANO", "ACESTEP_", "OPENAI_", "COVERAGE_", "PYTHONDONTWRITEBYTECODE")


class Failed(Exception):  # noqa: N818 -- it says what the run did
    """The command did not end well; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command that ended: Unix times, seconds, MB (of 1,000,000 bytes)."""

    began: float
    ended: float
    cpu_s: float
    peak_mb: float
    said: str

    @property
    def wall_s(self) -> float:
        """How long it took, interpreter start included."""
        return self.ended - self.began


def run(command: Sequence[object], folder: Path) -> Run:
    """Run a command in a folder, which is its home too, and measure it. Raises Failed.

    The numbers are the kernel's own for this child. A parent larger than its child would be counted for it,
    so nothing large is imported here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as said, err.open("wb") as complained:
        began = time.time()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=_environment(folder),
            stdout=said,
            stderr=complained,
        )
        _, status, used = os.wait4(process.pid, 0)
        ended = time.time()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        told = err.read_text(errors="replace").strip() or out.read_text(errors="replace").strip()
        raise Failed(f"{command[1]} ended with {process.returncode}: {told[-500:]}")
    return Run(began, ended, used.ru_utime + used.ru_stime, _peak_mb(used), out.read_text())


def _peak_mb(used: resource.struct_rusage) -> float:
    return used.ru_maxrss * _RSS_UNIT / _MB


def _environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return clean | {"HOME": str(folder), "NO_COLOR": "1", "NANOGPT_API_KEY": "bench"}


def settings(folder: Path, writer: str, bands: Sequence[str], *, scale: float, duration_s: float) -> Path:
    """Write settings that know no servers but these."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "bench.yaml"
    told = {
        "llm": {"base_url": writer, "models": ["bench"]},
        "acestep": {"urls": list(bands), "poll_interval": POLL_S / scale, "audio_duration": duration_s},
    }
    file.write_text(yaml.safe_dump(told))
    return file


def briefs(count: int) -> list[str]:
    """Give that many different briefs."""
    return [f"the night ferry, crossing {number}, trip-hop" for number in range(1, count + 1)]
