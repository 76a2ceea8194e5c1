"""The command group: names and common options; a command's module is loaded when it is called."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click
from click.core import ParameterSource

from pipeline import __version__

# In the order in which a newcomer meets them; the help page shows them so.
COMMANDS = (
    "write",
    "render",
    "lint",
    "batch",
    "daily",
    "resume",
    "jobs",
    "listen",
    "retake",
    "pick",
    "worker",
    "library",
    "rate",
    "doctor",
    "init",
    "config",
    "schema",
    "rehearsal",
)


class Lazy(click.Group):
    """A group whose commands live in `pipeline.cli.<name>` as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Name every command."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Load one command, or suggest the nearest name."""
        if name not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        command: click.Command = import_module(f"pipeline.cli.{name}").command
        return command


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep a common option wherever it was given: before the command's name or after it."""
    given = ctx.find_root().ensure_object(dict)
    if param.name is not None and ctx.get_parameter_source(param.name) is not ParameterSource.DEFAULT:
        given[param.name] = value


_COMMON = (
    click.option(
        "--config",
        metavar="FILE",
        callback=_remember,
        expose_value=False,
        help="Settings file, or a packaged profile: nanogpt, local, desktop-gpu.",
    ),
    click.option(
        "--output",
        metavar="DIR",
        callback=_remember,
        expose_value=False,
        help="Where songs land (default: output/).",
    ),
    click.option(
        "--rehearse",
        is_flag=True,
        callback=_remember,
        expose_value=False,
        help="Use the embedded rehearsal studio: no key, no GPU.",
    ),
    click.option(
        "--json",
        is_flag=True,
        callback=_remember,
        expose_value=False,
        help="Print one JSON document on standard output.",
    ),
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        callback=_remember,
        expose_value=False,
        help="Print results and errors only.",
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        callback=_remember,
        expose_value=False,
        help="Say more about each step.",
    ),
    click.version_option(__version__, prog_name="songpipe", message="%(prog)s %(version)s"),
)


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command takes."""
    for option in reversed(_COMMON):
        command = option(command)
    return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@common_options
def songpipe() -> None:
    """Turn one line of text into a finished, tagged song on your own machines.

    \b
    songpipe write --rehearse "insomnia trip-hop"   hear it work, no key, no GPU
    songpipe doctor                                 is everything ready for a real one?
    songpipe write "insomnia trip-hop"              a real one
    """
