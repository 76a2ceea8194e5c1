"""Ctrl-C and full disks, at every stage: the right exit code, and nothing lost."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from tests.fakes.children import interruptible, unmeasured
from tests.road.conftest import DRAFT, Servers, Songpipe

COMMAND = [sys.executable, "-m", "pipeline", "write", "insomnia trip-hop", "--duration", "20"]
QUICK = ["--set", "acestep.poll_interval=0.05"]

# A file that grows too large fails like a full disk.
ALMOST_FULL = """\
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
os.execv(sys.argv[1], sys.argv[1:])
"""


def wait_for(there: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something is there."""
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        ("stall", "replies/*.part"),  # while the model writes
        ("stuck", "songs/*/journal/playing-ticket-1.json"),  # while the band plays
    ],
)
def test_ctrl_c_leaves_a_song_that_can_be_resumed(
    songpipe: Songpipe, servers: Servers, workspace: Path, fault: str, sign: str
) -> None:
    servers(fault)
    child = subprocess.Popen(
        interruptible([*COMMAND, *QUICK]), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: any((workspace / "output" / ".songpipe").glob(sign)))

    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)

    assert (130, "") == (child.returncode, out)
    assert (
        err.strip()
        .splitlines()[-1]
        .startswith("songpipe: stopped (what is done is kept; go on with: songpipe resume")
    )
    servers()
    resumed = songpipe("resume")
    assert (0, True) == (resumed.code, resumed.file.exists())


@pytest.mark.parametrize(
    ("sign", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)], ids=["ctrl-c", "kill"]
)
def test_a_song_that_was_stopped_before_it_stood_on_the_shelf_is_put_there_without_asking_anyone(
    songpipe: Songpipe, servers: Servers, workspace: Path, sign: signal.Signals, code: int
) -> None:
    servers()
    shelf_lock = workspace / "output" / ".songpipe" / "shelf.lock"
    shelf_lock.parent.mkdir(parents=True)
    with FileLock(shelf_lock):  # another song is being put there, so this one waits with its takes in hand
        child = subprocess.Popen(
            interruptible([*COMMAND, "--verbose", *QUICK]),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=unmeasured(),
        )
        assert child.stderr is not None
        assert any("finishing" in line.lower() for line in child.stderr)
        child.send_signal(sign)
        out, err = child.communicate(timeout=20)

    assert (code, "") == (child.returncode, out)
    assert "Traceback" not in err
    assert [] == [path for path in (workspace / "output").glob("2*/**/*") if path.is_file()]
    servers("401", "band-500")  # whoever is asked now refuses
    resumed = songpipe("resume")
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_a_killed_run_is_finished_by_resume_without_asking_twice(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401:9", speed=2.0)  # nobody may ask the writer: the words come from a draft
    draft = workspace / "draft.txt"
    draft.write_text(DRAFT)
    child = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "render", str(draft), "--duration", "30", *QUICK],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: any((workspace / "output").glob(".songpipe/songs/*/journal/playing-ticket-1.json")))
    child.kill()
    child.wait()
    (ticket,) = (workspace / "output").glob(".songpipe/songs/*/journal/playing-ticket-1.json")
    before = ticket.read_bytes()

    resumed = songpipe("resume", "--json")

    assert 0 == resumed.code
    assert before == ticket.read_bytes()  # the same task, waited for
    assert 1 == resumed.document["done"]


def test_a_full_disk_is_told_in_one_line_and_the_song_can_be_resumed(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers()

    ran = subprocess.run(
        [sys.executable, "-c", ALMOST_FULL, *COMMAND, *QUICK],
        capture_output=True,
        text=True,
        check=False,
        env=unmeasured(),
    )

    assert 7 == ran.returncode, ran.stderr
    assert "Traceback" not in ran.stderr
    assert [] == [path for path in (workspace / "output").rglob("*.mp3") if ".songpipe" not in path.parts]
    resumed = songpipe("resume")
    assert (0, True) == (resumed.code, resumed.file.exists())


def test_an_output_that_is_no_folder_is_told_before_anything_is_paid(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401")  # the writer would complain first if it were asked
    blocker = workspace / "a-file"
    blocker.write_text("")

    ran = songpipe("write", "a", "--json", "--output", str(blocker / "songs"))

    assert (7, "ShelfError") == (ran.code, ran.document["error"])
    assert "--output" in ran.document["hint"]
