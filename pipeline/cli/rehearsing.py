"""The rehearsal studio in the foreground."""

import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import click

from pipeline.cli.printing import say, say_json
from pipeline.rehearsal.faults import FAULTS, table
from pipeline.rehearsal.studio import RehearsalStudio
from pipeline.track import REHEARSAL_WRITER

# A Ctrl-C that comes just before the wait begins is only noticed when the wait ends.
_LOOK_S = 0.5


def run(
    given: Mapping[str, Any], *, writer_port: int, band_port: int, speed: float, faults: Sequence[str]
) -> None:
    """Run both servers until Ctrl-C, and print their addresses first."""
    with RehearsalStudio(
        writer_port=writer_port, band_port=band_port, speed=speed, faults=tuple(faults)
    ) as studio:
        if given.get("json"):
            say_json({"schema": "songpipe.rehearsal/1", "writer": studio.writer_url, "band": studio.band_url})
        else:
            say(f"writer {studio.writer_url}")
            say(f"band   {studio.band_url}")
        if sys.stderr.isatty() and not given.get("quiet"):
            click.echo(f"songpipe: in another terminal: {_exports(studio)}", err=True)
        _wait(quiet=bool(given.get("quiet")))


def _exports(studio: RehearsalStudio) -> str:
    """Give the line that points the other commands at the two servers."""
    return (
        f"export SONGPIPE_LLM_BASE_URL={studio.writer_url} SONGPIPE_LLM_MODELS={REHEARSAL_WRITER} "
        f"SONGPIPE_ACESTEP_URLS={studio.band_url}"
    )


def _wait(*, quiet: bool) -> None:
    try:
        if not quiet:
            click.echo("songpipe: rehearsing until Ctrl-C", err=True)
        while not threading.Event().wait(_LOOK_S):
            pass
    except KeyboardInterrupt:
        click.echo("", err=True)  # Ctrl-C is how it is meant to end


def show_faults(given: Mapping[str, Any]) -> None:
    """Print every fault that can be asked for."""
    if given.get("json"):
        rows = [{"name": name, "side": fault.side, "what": fault.what} for name, fault in FAULTS.items()]
        say_json({"schema": "songpipe.faults/1", "faults": rows})
    else:
        say(table())
