"""`songpipe lint`: the rules on a draft file."""

from typing import Any

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import asked, frame_options


@click.command(short_help="Check a draft file against the rules.")
@click.argument("file")
@frame_options
@common_options
@click.pass_context
def command(ctx: click.Context, /, file: str, assignments: tuple[str, ...], **song: Any) -> None:
    """Check the draft in FILE ("-" reads standard input); exit 3 when an error-level rule fails."""
    from pipeline.cli.linting import lint
    from pipeline.cli.making import brief_for
    from pipeline.cli.reading import read_text

    given, name = ctx.find_root().obj or {}, "standard input" if file == "-" else file
    text = read_text(file, name)
    if not lint(given, text, name, brief_for(given, file, asked(song), assignments), assignments):
        ctx.exit(3)
