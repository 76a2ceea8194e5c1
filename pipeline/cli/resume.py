"""`songpipe resume`: finish what was interrupted."""

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="Finish the songs that were interrupted.")
@click.argument("songs", nargs=-1, metavar="[SONG]...")
@click.option("--list", "only_list", is_flag=True, help="Only name the unfinished songs.")
@click.option("--drop", is_flag=True, help="Take the SONGs off the list; what they have stays on disk.")
@settings_option
@common_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    songs: tuple[str, ...],
    only_list: bool,
    drop: bool,
    assignments: tuple[str, ...],
) -> None:
    """Finish the unfinished SONGs (ids), or all of them.

    Words that were paid for are not written again; a song that the server still plays is waited for.
    """
    from pipeline.cli import making

    given = ctx.find_root().obj or {}
    if drop and not songs:
        raise click.UsageError("name the SONGs to drop", ctx)
    if only_list:
        making.list_unfinished(given)
    elif drop:
        making.drop(given, songs)
    else:
        ctx.exit(making.resume(given, songs, assignments))
