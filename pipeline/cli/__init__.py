"""The command line: parse, call, print. Nothing heavy is imported here; commands import what they need."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the `songpipe` command and leave with its exit code."""
    from pipeline.cli.edge import run

    sys.exit(run(sys.argv[1:]))
