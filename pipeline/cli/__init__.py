"""The command line: parse, call, print. Nothing heavy is imported here; commands import what they need."""

import os
import sys
import threading
from typing import NoReturn


def main() -> NoReturn:
    """Run the `songpipe` command and leave with its exit code."""
    from pipeline.cli.edge import run

    code = run(sys.argv[1:])
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)  # the thread of a song that was called off may wait for a server: nobody waits for it
    sys.exit(code)
