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
    from pipeline.brief import take_order
    from pipeline.cli.linting import lint
    from pipeline.cli.reading import read_text

    name = "standard input" if file == "-" else file
    brief = take_order(text=f"the draft {name}", **asked(song))
    if not lint(ctx.find_root().obj or {}, read_text(file, name), name, brief, assignments):
        ctx.exit(3)
