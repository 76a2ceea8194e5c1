"""`songpipe resume`: finish what was interrupted."""

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="Finish the songs that were interrupted.")
@click.argument("songs", nargs=-1, metavar="[SONG]...")
@click.option("--list", "only_list", is_flag=True, help="Only name the unfinished songs.")
@settings_option
@common_options
@click.pass_context
def command(
    ctx: click.Context, /, songs: tuple[str, ...], only_list: bool, assignments: tuple[str, ...]
) -> None:
    """Finish the unfinished SONGs (ids), or all of them.

    Words that were paid for are not written again; a song that the server still plays is waited for.
    """
    from pipeline.cli.making import list_unfinished, resume

    given = ctx.find_root().obj or {}
    if only_list:
        list_unfinished(given)
    else:
        ctx.exit(resume(given, songs, assignments))
