"""`songpipe config`: the effective settings and where each value comes from."""

import json

import click

from pipeline.cli.group import common_options
from pipeline.cli.options import settings_option


@click.command(short_help="Show the effective settings and the source of each value.")
@settings_option
@common_options
@click.pass_context
def command(ctx: click.Context, assignments: tuple[str, ...]) -> None:
    """Print every setting with its value and its source. Secrets are never shown."""
    from pipeline.cli.loading import load
    from pipeline.cli.printing import say, say_json
    from pipeline.settings.load import effective

    given = ctx.find_root().obj or {}
    rows = effective(load(given, assignments))
    if given.get("json"):
        settings = [{"key": row.key, "value": row.value, "source": row.source} for row in rows]
        say_json({"schema": "songpipe.config/1", "settings": settings})
        return
    width = max(len(row.key) for row in rows)
    for row in rows:
        value = row.value if isinstance(row.value, str) else json.dumps(row.value, ensure_ascii=False)
        say(f"{row.key:<{width}}  {value}  # {row.source}")
