"""`songpipe doctor`: could a song be made now?"""

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="Check that a song could be made now.")
@settings_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, assignments: tuple[str, ...]) -> None:
    """Check settings, templates, key, models, music servers and disk; exit 0 only if a song could be made."""
    from pipeline.cli.doctoring import report

    ctx.exit(report(ctx.find_root().obj or {}, assignments))
