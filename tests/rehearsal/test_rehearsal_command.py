"""`songpipe rehearsal` on a terminal: what a person is told to type next."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Mapping

import pytest


def heard(terminal: int, until: bytes) -> str:
    """Read a terminal up to some words, and tell all of it."""
    said = b""
    while until not in said:
        said += os.read(terminal, 4096)
    return said.decode()


@pytest.mark.parametrize("quiet", [False, True])
def test_a_terminal_is_told_the_line_that_points_songpipe_at_the_servers(
    quiet: bool, quiet_environment: Mapping[str, str]
) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "rehearsal", *(["--quiet"] if quiet else [])],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**quiet_environment, "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout is not None
    urls = dict(child.stdout.readline().split() for _ in range(2))
    before = "" if quiet else heard(ours, b"until Ctrl-C")
    child.send_signal(signal.SIGINT)
    rest, _ = child.communicate(timeout=20)
    os.close(theirs)
    os.close(ours)

    expected = {
        "LLM_BASE_URL": urls["writer"],
        "LLM_MODELS": "rehearsal/songwriter",
        "ACESTEP_URLS": urls["band"],
    }
    told = re.findall(r"SONGPIPE_(\w+)=(\S+)", before)
    assert ({} if quiet else expected) == dict(told)
    assert quiet or re.search(r"^songpipe: in another terminal: export SONGPIPE_", before, re.MULTILINE)
    assert (0, "") == (child.returncode, rest)
