"""`songpipe listen`: what the ear makes of any audio file."""

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="What the ear makes of any audio file.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--plot",
    metavar="PICTURE",
    help="Draw waveform and spectrogram with what was found: a .png or .svg file, or a folder for several files.",
)
@settings_option
@common_options
@click.pass_context
def command(
    ctx: click.Context, /, files: tuple[str, ...], plot: str | None, assignments: tuple[str, ...]
) -> None:
    """Decode and measure each FILE, and say what speaks against it; exit 6 when one of them fails.

    A song of songpipe's own is judged by the length, tempo and key that its tags say were asked for, any other file by
    itself; an MP3 that holds less than its header says is warned of.
    """
    from pipeline.cli.attention import attention

    with attention(files) as begun:
        from pipeline.cli.hearing import (
            listen,
        )  # takes a quarter of a second, in which the files are heard already

        if not listen(ctx.find_root().obj or {}, begun, plot, assignments):
            ctx.exit(6)
