"""`songpipe write`: one line of text to a tagged file."""

from typing import Any

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import asked, overrides, performance_options


@click.command(short_help="One song, from a line of text to a tagged file.")
@click.argument("brief")
@performance_options
@click.option("--model", "models", multiple=True, metavar="ID", help="Model to ask; repeat it for a chain.")
@click.option(
    "--blend", multiple=True, metavar="ARTIST", help="Mix these influences of the taste; repeatable."
)
@click.option("--max-cost", type=float, metavar="USD", help="Never let the words cost more than this.")
@click.option("--no-render", is_flag=True, help="Write the words only; print the path of the draft.")
@common_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    brief: str,
    assignments: tuple[str, ...],
    id3v23: bool,
    max_cost: float | None,
    no_render: bool,
    **song: Any,
) -> None:
    """Make one song from BRIEF, a line that says what it is about ("-" reads standard input).

    Prints the path of the finished file. The words are written by the model of your settings, checked, and
    played by your ACE-Step server; --rehearse uses the embedded studio instead.
    """
    from pipeline.brief import take_order
    from pipeline.cli.making import make, order_for
    from pipeline.cli.reading import read_text

    given = ctx.find_root().obj or {}
    settings = overrides(assignments, id3v23=id3v23, max_cost=max_cost)
    text = read_text(brief, "the brief") if brief == "-" else brief
    make(
        given,
        order_for(given, take_order(text=text, **asked(song)), settings, words_only=no_render),
        settings,
    )
