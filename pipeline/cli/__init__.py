"""The command line: parse, call, print. Nothing heavy is imported here; commands import what they need."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

# What a command imports makes some 300,000 objects that stay. At Python's own threshold of 700 they are looked
# through again and again, which takes a third of the start (measured).
_OBJECTS = 400_000


def main() -> NoReturn:
    """Run the `songpipe` command and leave with its exit code."""
    gc.set_threshold(_OBJECTS)
    from pipeline.cli.edge import run

    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # its reader has left, or it was closed from the start
            stream.flush()
    # Nobody waits for the thread of a song that was called off, nor for half a second of taking memory apart.
    os._exit(code)
