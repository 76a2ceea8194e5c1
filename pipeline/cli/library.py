"""`songpipe library`: every song on the shelf, found, shown, checked and mended."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.cli.group import common_options

_DAY = click.DateTime(["%Y-%m-%d"])
_FILTERS = (
    click.option("--since", type=_DAY, metavar="DATE", help="Made on that day or later, such as 2026-11-22."),
    click.option("--until", type=_DAY, metavar="DATE", help="Made on that day or earlier."),
    click.option(
        "--blend", default="", metavar="NAME", help="With that influence; a part of its name will do."
    ),
    click.option(
        "--rating", type=click.IntRange(1, 5), metavar="N", help="Rated N or better (see songpipe rate)."
    ),
    click.option(
        "--verdict", type=click.Choice(["pass", "warn", "fail"]), help="What the ear said of the take."
    ),
    click.option(
        "--rehearsals/--no-rehearsals", default=None, help="Only rehearsals, or none (default: both)."
    ),
    click.option(
        "--limit",
        type=click.IntRange(0),
        metavar="N",
        help="At most N songs; 0 for all (default: 50 on a terminal, else all).",
    ),
    click.option(
        "--m3u",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write them as a playlist; - prints it.",
    ),
)


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which songs."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@click.group(short_help="Every song on the shelf: list, show, search, verify, rebuild, retag.")
@common_options
def command() -> None:
    """Look after the songs that were made.

    What is known of a song stands in the .song.json beside it. The index that makes looking quick is made from
    these files and follows them as they come, go and are replaced. It can be made anew at any time: say rebuild
    after you have edited one of them.
    """


@command.command(name="list", short_help="The songs, the latest first.")
@_filters
@common_options
@click.pass_context
def list_songs(ctx: click.Context, /, **filters: Any) -> None:
    """List songs, the latest first: a table on a terminal, else a path a line."""
    from pipeline.cli.librarian import show_list

    show_list(ctx.find_root().obj or {}, "", **_days(filters))


@command.command(name="search", short_help="Songs by their words.")
@click.argument("text", nargs=-1, required=True, metavar="TEXT...")
@_filters
@common_options
@click.pass_context
def search(ctx: click.Context, /, text: tuple[str, ...], **filters: Any) -> None:
    """Find songs with all these words in title, lyrics, prompt or brief; accents do not count.

    The last word may be the beginning of one, from three letters on. Words in double quotes must stand side by
    side: songpipe library search '"porch light"'. Songs with all of them in the title come first.
    """
    from pipeline.cli.librarian import show_list

    show_list(ctx.find_root().obj or {}, " ".join(text), **_days(filters))


@command.command(name="show", short_help="One song, or its takes side by side.")
@click.argument("song", nargs=-1, required=True, metavar="SONG...")
@click.option("--takes", is_flag=True, help="The takes side by side, with verdicts, reasons and scores.")
@common_options
@click.pass_context
def show(ctx: click.Context, /, song: tuple[str, ...], takes: bool) -> None:
    """Show what is known of a SONG, named by its id, the beginning of it, words of its title, or a file."""
    from pipeline.cli.librarian import show_song

    show_song(ctx.find_root().obj or {}, " ".join(song), takes=takes)


@command.command(name="verify", short_help="Is every file there, and as it was?")
@common_options
@click.pass_context
def verify(ctx: click.Context, /) -> None:
    """Hash every file anew and name each one that is missing, changed, or belongs to no song.

    Exit code 7 when there is one.
    """
    from pipeline.cli.upkeep import verify_all

    ctx.exit(verify_all(ctx.find_root().obj or {}))


@command.command(name="rebuild", short_help="The index anew; lost sidecars from tags.")
@common_options
@click.pass_context
def rebuild(ctx: click.Context, /) -> None:
    """Make the index anew from the sidecars, and a sidecar from the tags where only audio is left.

    Prints the sidecars that were restored. Songs may be made meanwhile.
    """
    from pipeline.cli.upkeep import rebuild_all

    rebuild_all(ctx.find_root().obj or {})


@command.command(name="retag", short_help="The tags anew, from the sidecars.")
@click.argument("songs", nargs=-1, metavar="SONG...")
@click.option("--all", "everything", is_flag=True, help="Every song.")
@common_options
@click.pass_context
def retag(ctx: click.Context, /, songs: tuple[str, ...], everything: bool) -> None:
    """Write the tags of the SONGS anew, from their sidecars and the settings (finish.artist, finish.album).

    Tags of other programs stay, the sound is not touched, and the sidecar gets the file's new hash. A file
    whose sound has changed since it was made is refused.
    """
    from pipeline.cli.upkeep import retag_songs

    if everything == bool(songs):
        ctx.fail("Name songs, or say --all.")
    ctx.exit(retag_songs(ctx.find_root().obj or {}, songs))


def _days(filters: dict[str, Any]) -> dict[str, Any]:
    """Give the filters with dates for the moments that click makes of them."""
    return {name: value.date() if isinstance(value, datetime) else value for name, value in filters.items()}
