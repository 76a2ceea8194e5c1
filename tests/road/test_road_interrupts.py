"""Ctrl-C, SIGTERM and kills, at every stage: the right exit code, and nothing lost."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from pipeline.engine.database import Database
from pipeline.engine.jobs import Job, jobs
from pipeline.engine.ledger import reading
from tests.fakes.children import interruptible, unmeasured
from tests.road.conftest import DRAFT, Servers, Songpipe

COMMAND = [sys.executable, "-m", "pipeline"]
WRITE = [*COMMAND, "write", "insomnia trip-hop", "--duration", "10"]
QUICK = ["--set", "acestep.poll_interval=0.05"]
HINT = "what is done is kept; go on with: songpipe resume"


def child(*command: str, **options: Any) -> subprocess.Popen[str]:
    """Start a command that hears Ctrl-C."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        interruptible([*command, *QUICK]), stdout=pipe, stderr=pipe, text=True, env=unmeasured(), **options
    )


def wait_for(there: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something is there."""
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)  # whoever looks more often keeps the others from writing


def listed(workspace: Path) -> list[Job]:
    """The songs of the journal, as another process sees them."""
    return jobs(Database(workspace / "output" / ".songpipe"), latest=None)


def is_writing(workspace: Path) -> bool:
    return any((workspace / "output" / ".songpipe").glob("replies/*.part"))


def is_playing(workspace: Path) -> bool:
    return any(job.server for job in listed(workspace))


@pytest.mark.parametrize(
    ("fault", "is_there", "sign"),
    [("stall", is_writing, signal.SIGINT), ("stuck", is_playing, signal.SIGTERM)],
    ids=["ctrl-c while the model writes", "sigterm while the band plays"],
)
def test_a_run_that_is_told_to_stop_leaves_a_song_that_can_be_resumed(
    songpipe: Songpipe,
    servers: Servers,
    workspace: Path,
    fault: str,
    is_there: Callable[[Path], bool],
    sign: signal.Signals,
) -> None:
    servers(fault)
    run = child(*WRITE)
    wait_for(lambda: is_there(workspace))

    began = time.monotonic()
    run.send_signal(sign)
    out, err = run.communicate(timeout=20)
    took = time.monotonic() - began

    (job,) = listed(workspace)
    assert (130, "", "stopped") == (run.returncode, out, job.state)
    assert f"songpipe: stopped ({HINT} {job.id})" == err.strip().splitlines()[-1]
    assert took < 9  # five for a reply that may still come
    servers()
    resumed = songpipe("resume")
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_a_second_ctrl_c_stops_at_once_and_nothing_is_lost(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("stall")
    run = child(*WRITE, "--json")
    wait_for(lambda: is_writing(workspace))
    assert run.stderr is not None

    run.send_signal(signal.SIGINT)
    assert any("Ctrl-C again stops at once" in line for line in run.stderr)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)

    assert time.monotonic() - began < 3
    assert (130, "Interrupted") == (run.returncode, json.loads(out)["error"])
    assert "Traceback" not in err
    servers()
    resumed = songpipe("resume")
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_a_song_that_was_killed_before_it_stood_on_the_shelf_is_put_there_without_asking_anyone(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers()
    shelf_lock = workspace / "output" / ".songpipe" / "shelf.lock"
    shelf_lock.parent.mkdir(parents=True)
    with FileLock(shelf_lock):  # another song is being put there, so this one waits with its takes in hand
        run = child(*WRITE, "--verbose")
        assert run.stderr is not None
        assert any("finishing" in line.lower() for line in run.stderr)
        run.kill()
        run.communicate(timeout=20)

    (job,) = listed(workspace)
    assert ("interrupted", "played") == (job.state, job.stage)
    assert [] == [path for path in (workspace / "output").glob("2*/**/*") if path.is_file()]
    servers("401", "band-500")  # whoever is asked now refuses
    resumed = songpipe("resume")
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_a_killed_run_is_finished_by_resume_without_asking_twice(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401:9", speed=3.0)  # nobody may ask the writer: the words come from a draft
    draft = workspace / "draft.txt"
    draft.write_text(DRAFT)
    run = child(*COMMAND, "render", str(draft), "--duration", "30")
    wait_for(lambda: is_playing(workspace))
    run.kill()
    run.communicate(timeout=20)
    (job,) = listed(workspace)

    resumed = songpipe("resume", "--json")

    assert (0, 1) == (resumed.code, resumed.document["done"])
    with reading(Database(workspace / "output" / ".songpipe")) as ledger:
        notes = [name for name, _ in ledger.notes(job.id)]
    assert 1 == len(
        [name for name in notes if name.startswith("playing-ticket")]
    )  # the same task, waited for
