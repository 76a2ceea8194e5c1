"""`songpipe doctor`: could a song be made now?"""

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="Check that a song could be made now.")
@click.option(
    "--start",
    is_flag=True,
    help="Start the music servers that are down and have a start_command, and wait until they are up.",
)
@settings_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, start: bool, assignments: tuple[str, ...]) -> None:
    """Check settings, templates, key, models, music servers and disk; exit 0 only if a song could be made.

    Of several music servers one is enough. The model that hears words is looked for where one is set; a song can be
    made without it.
    """
    from pipeline.cli.doctoring import report

    ctx.exit(report(ctx.find_root().obj or {}, assignments, start=start))
