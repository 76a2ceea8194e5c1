"""`songpipe rehearsal` on a terminal: what a person is told to type next."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Mapping

from tests.fakes.children import interruptible


def heard(terminal: int, until: bytes) -> str:
    """Read a terminal up to some words, and tell all of it."""
    said = b""
    while until not in said:
        said += os.read(terminal, 4096)
    return said.decode()


def test_a_terminal_is_told_the_line_that_points_songpipe_at_the_servers(
    quiet_environment: Mapping[str, str],
) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        interruptible([sys.executable, "-m", "pipeline", "rehearsal"]),
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**quiet_environment, "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout is not None
    urls = dict(child.stdout.readline().split() for _ in range(2))
    told = heard(ours, b"until Ctrl-C")
    child.send_signal(signal.SIGINT)
    rest, _ = child.communicate(timeout=20)
    os.close(theirs)
    os.close(ours)

    expected = {
        "SONGPIPE_LLM_BASE_URL": urls["writer"],
        "SONGPIPE_LLM_MODELS": "rehearsal/songwriter",
        "SONGPIPE_ACESTEP_URLS": urls["band"],
    }
    exports = re.search(r"^songpipe: in another terminal: export (.+)\r$", told, re.MULTILINE)
    assert exports is not None
    assert expected == dict(pair.split("=") for pair in exports[1].split())
    assert (0, "") == (child.returncode, rest)
