"""`songpipe batch`: many briefs from files."""

from typing import Any

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import concurrency_option, settings_option


@click.command(short_help="Many briefs from YAML or text files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Make at most N songs this time.")
@click.option("--again", is_flag=True, help="Make another song of every brief, also of those that are done.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, and what it may cost and take.")
@click.option(
    "--queue", "only_queue", is_flag=True, help="Leave the songs to the workers, and print their ids."
)
@click.option(
    "--max-cost",
    type=click.FloatRange(min=0),
    metavar="USD",
    help="Never let all the words cost more than this.",
)
@concurrency_option
@settings_option
@common_options
@click.pass_context
def command(ctx: click.Context, /, files: tuple[str, ...], **options: Any) -> None:
    """Make a song of every brief in the FILEs: YAML (songs:, defaults:, matrix:), or text with a line a brief.

    All files are checked before the first song begins. The same content is the same song: running a file
    again makes only what is not done. One failure never stops the others. Prints the path of every file.
    """
    from pipeline.cli.batching import Wish, run

    ctx.exit(run(ctx.find_root().obj or {}, files, Wish(**options)))
