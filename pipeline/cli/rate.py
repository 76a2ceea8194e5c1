"""`songpipe rate`: what somebody thinks of a song."""

import click

from pipeline.cli.group import common_options


@click.command(short_help="Give a song one to five stars.")
@click.argument("song", metavar="SONG")
@click.argument("stars", type=click.IntRange(1, 5), metavar="[1-5]", required=False)
@click.option("--clear", is_flag=True, help="Take the stars back.")
@common_options
@click.pass_context
def command(ctx: click.Context, /, song: str, stars: int | None, clear: bool) -> None:
    """Keep an opinion of a SONG, named by its id, the beginning of it, its title, or a file.

    `songpipe library list --rating 4` lists what is rated four or better.
    """
    from pipeline.cli.upkeep import rate_song

    if clear == (stars is not None):
        ctx.fail("Give one to five stars, or say --clear.")
    rate_song(ctx.find_root().obj or {}, song, stars)
