"""`songpipe worker`: work on the shared queue."""

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import concurrency_option, settings_option


@click.command(short_help="Work on the queue until stopped.")
@click.option("--drain", is_flag=True, help="Stop when nothing waits any more.")
@concurrency_option
@settings_option
@common_options
@click.pass_context
def command(
    ctx: click.Context, /, drain: bool, concurrency: int | None, assignments: tuple[str, ...]
) -> None:
    """Make the songs that wait in the queue (`songpipe batch --queue` puts them there), until Ctrl-C.

    Any number of workers, on any number of machines with one Postgres, share one queue; the songs of one
    that dies are taken over by the others. Prints the path of every finished file.
    """
    from pipeline.cli.working import work

    ctx.exit(work(ctx.find_root().obj or {}, drain=drain, concurrency=concurrency, assignments=assignments))
