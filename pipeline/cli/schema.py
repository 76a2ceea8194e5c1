"""`songpipe schema`: JSON Schemas for editors and agents."""

from typing import Literal

import click

from pipeline.cli.group import common_options


@click.command(short_help="Print the JSON Schema of settings, briefs or a song.")
@click.argument("kind", type=click.Choice(["settings", "briefs", "song"]))
@common_options
def command(kind: Literal["settings", "briefs", "song"]) -> None:
    """Print the JSON Schema of KIND: the settings file, a brief file, or the song document of --json."""
    from pipeline.cli.printing import say_json

    if kind == "song":
        from pipeline.library.document import schema as song_schema

        say_json(song_schema())
    else:
        from pipeline.settings.schema import json_schema

        say_json(json_schema(kind))
