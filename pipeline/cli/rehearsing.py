"""The rehearsal studio in the foreground."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import click

from pipeline.cli.edge import print_json
from pipeline.rehearsal.faults import FAULTS, table
from pipeline.rehearsal.studio import RehearsalStudio


def run(
    given: Mapping[str, Any], *, writer_port: int, band_port: int, speed: float, faults: Sequence[str]
) -> None:
    """Run both servers until Ctrl-C, and print their addresses first."""
    with RehearsalStudio(
        writer_port=writer_port, band_port=band_port, speed=speed, faults=tuple(faults)
    ) as studio:
        if given.get("json"):
            print_json(
                {"schema": "songpipe.rehearsal/1", "writer": studio.writer_url, "band": studio.band_url}
            )
        else:
            click.echo(f"writer {studio.writer_url}")
            click.echo(f"band   {studio.band_url}")
        _wait(quiet=bool(given.get("quiet")))


def _wait(*, quiet: bool) -> None:
    if not quiet:
        click.echo("songpipe: rehearsing until Ctrl-C", err=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("", err=True)  # Ctrl-C is how it is meant to end


def show_faults(given: Mapping[str, Any]) -> None:
    """Print every fault that can be asked for."""
    if given.get("json"):
        rows = [{"name": name, "side": fault.side, "what": fault.what} for name, fault in FAULTS.items()]
        print_json({"schema": "songpipe.faults/1", "faults": rows})
    else:
        click.echo(table())
