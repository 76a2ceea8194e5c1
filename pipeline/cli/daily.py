"""`songpipe daily`: the song of the day, once per date."""

from datetime import datetime
from typing import Any

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="The song of the day, once per date.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Another day's song.")
@click.option("--theme", metavar="TEXT", help="What it is about, instead of the theme that is due.")
@click.option(
    "--catch-up",
    type=click.IntRange(0, 366),
    default=0,
    metavar="N",
    help="Make up to N missed days as well.",
)
@click.option(
    "--jitter", type=click.IntRange(0, 86_400), default=0, metavar="S", help="Begin up to S seconds later."
)
@click.option("--crontab", is_flag=True, help="Print the line for crontab -e; nothing is installed.")
@click.option("--systemd", is_flag=True, help="Print a systemd service and timer; nothing is installed.")
@click.option("--at", default="06:00", show_default=True, metavar="HH:MM", help="Time of day for these two.")
@settings_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, day: datetime | None, **options: Any) -> None:
    """Make today's song, or print the path of the one that is there already.

    There is one song for each date and workspace, however often this is called, at once or after a crash.
    The theme is chosen by date from themes.yaml, never one of the last 90 days.
    """
    from pipeline.cli.days import Wish, run

    wish = Wish(day=day.date() if day else None, **options)
    ctx.exit(run(ctx.find_root().obj or {}, wish))
