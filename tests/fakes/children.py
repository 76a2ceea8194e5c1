"""How tests start processes of their own."""

import os
import sys
from collections.abc import Sequence

_LISTEN = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def unmeasured() -> dict[str, str]:
    """The environment for a child that is killed or starved of disk: it would leave half a coverage file."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def interruptible(command: Sequence[str]) -> list[str]:
    """The command with Ctrl-C as a terminal gives it, even if the suite was started with SIGINT ignored.

    Whatever runs in the background of a shell (`nohup make test &`) inherits that, and so would its children.
    """
    return [sys.executable, "-c", _LISTEN, *command]
