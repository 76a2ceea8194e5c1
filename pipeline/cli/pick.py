"""`songpipe pick`: another take of a song becomes the song."""

import click

from pipeline.cli.group import common_options


@click.command(short_help="Choose another take of a song.")
@click.argument("song", metavar="SONG")
@click.argument("take", type=click.IntRange(1), metavar="TAKE")
@common_options
@click.pass_context
def command(ctx: click.Context, /, song: str, take: int) -> None:
    """Make TAKE (its number) the SONG, named by its id, the beginning of it, its title, or a file.

    What you pick stays: songpipe never chooses another take of that song by itself. All takes stay on the shelf;
    `songpipe library show --takes SONG` lists them. With a transcription model its words are heard, once. Prints the
    path of the song.
    """
    from pipeline.cli.choosing import pick

    pick(ctx.find_root().obj or {}, song, take)
