"""`songpipe jobs`: what is queued, running, done and failed."""

import click

from pipeline.cli.group import common_options


@click.group(invoke_without_command=True, short_help="What is queued, running, done and failed.")
@click.option("--watch", "watched", is_flag=True, help="Show it again every two seconds, until Ctrl-C.")
@click.option("--all", "everything", is_flag=True, help="Every song ever ordered, not only the latest.")
@common_options
@click.pass_context
def command(ctx: click.Context, /, watched: bool, everything: bool) -> None:
    """Show every song that is not finished, and the last ones that are: by stage, with age, server, time left.

    Another process may be working on them; it is only looked at.
    """
    if ctx.invoked_subcommand is None:
        from pipeline.cli.joblist import show

        show(ctx.find_root().obj or {}, watched=watched, everything=everything)


@command.command(name="cancel", short_help="Give songs up.")
@click.argument("songs", nargs=-1, required=True, metavar="SONG...")
@common_options
@click.pass_context
def cancel(ctx: click.Context, /, songs: tuple[str, ...]) -> None:
    """Give the SONGs (ids) up: they are not begun, and not gone on with.

    A song that is being made stops at its next step. What it has already stays in its folder, and
    `songpipe resume SONG` takes it up again.
    """
    from pipeline.cli.joblist import cancel as cancel_songs

    cancel_songs(ctx.find_root().obj or {}, songs)
