"""`songpipe init`: an editable workspace."""

from pathlib import Path

import click

from pipeline.cli.group import common_options


@click.command(short_help="Write an editable workspace: settings, prompts, taste, briefs.")
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path))
@common_options
@click.pass_context
def command(ctx: click.Context, folder: Path) -> None:
    """Write songpipe.yaml, prompts/, configs/ and briefs.yaml into DIR. Files that exist are left alone."""
    from pipeline.cli.printing import say, say_json
    from pipeline.settings.workspace import create

    given = ctx.find_root().obj or {}
    made = create(folder)
    if given.get("json"):
        say_json(
            {
                "schema": "songpipe.workspace/1",
                "folder": str(made.folder),
                "written": [str(path) for path in made.written],
                "kept": [str(path) for path in made.kept],
            }
        )
        return
    for path in made.written:
        say(str(path))
    if made.kept and not given.get("quiet"):
        click.echo(f"songpipe: left alone because they exist: {', '.join(map(str, made.kept))}", err=True)
