"""`songpipe render`: a draft file, edited by hand or not, to a tagged file."""

from typing import Any

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import asked, overrides, performance_options


@click.command(short_help="Play a draft file: PROMPT and LYRICS to a tagged file.")
@click.argument("file")
@performance_options
@common_options
@click.pass_context
def command(
    ctx: click.Context, /, file: str, assignments: tuple[str, ...], id3v23: bool, **song: Any
) -> None:
    """Have the draft in FILE played ("-" reads standard input).

    A draft is what `songpipe write --no-render` gives: PROMPT: with the sound, LYRICS: with tagged sections.
    Played from where songpipe left it, it keeps the length, language and so on that it was written for.
    """
    from pipeline.cli.making import brief_for, make, order_for
    from pipeline.cli.reading import read_text

    given, settings = ctx.find_root().obj or {}, overrides(assignments, id3v23=id3v23)
    draft = read_text(file, "the draft on standard input" if file == "-" else f"the draft {file}")
    brief = brief_for(given, file, asked(song), settings)
    make(given, order_for(given, brief, settings, draft=draft, origin="render"), settings)
