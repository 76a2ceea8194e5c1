"""`songpipe resume`: finish what was interrupted."""

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import concurrency_option, settings_option


@click.command(short_help="Finish the songs that were interrupted.")
@click.argument("songs", nargs=-1, metavar="[SONG]...")
@concurrency_option
@settings_option
@common_options
@click.pass_context
def command(
    ctx: click.Context, /, songs: tuple[str, ...], concurrency: int | None, assignments: tuple[str, ...]
) -> None:
    """Finish the unfinished SONGs (ids), or all that were interrupted, stopped or failed.

    Words that were paid for are not written again; a song that the server still plays is waited for. What
    another process is working on is left to it. `songpipe jobs` lists them.
    """
    from pipeline.cli.resuming import resume

    ctx.exit(resume(ctx.find_root().obj or {}, songs, concurrency, assignments))
