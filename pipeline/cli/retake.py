"""`songpipe retake`: another performance of the same words."""

from typing import Any

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="Another performance of the same words.")
@click.argument("song", metavar="SONG")
@click.option("--takes", type=int, metavar="N", help="How many performances more (1 to 16; default: 1).")
@click.option("--seed", type=int, metavar="N", help="Make it repeatable, as far as the servers allow.")
@settings_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, song: str, assignments: tuple[str, ...], **wishes: Any) -> None:
    """Have the words of a SONG (its id, the beginning of it, its title, or a file) played again.

    The new takes join the others, and the best of all becomes the song, unless you have picked one: then yours stays.
    Prints the path of the song.
    """
    from pipeline.cli.choosing import retake

    retake(ctx.find_root().obj or {}, song, wishes, assignments)
