"""The options that describe a song, shared by the commands that make one."""

from collections.abc import Callable
from typing import Any

import click


class Seconds(click.ParamType[Any]):
    """A length in seconds, or `auto`: as long as the words need."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read a number or `auto`."""
        if value == "auto" or isinstance(value, float):
            return value
        try:
            return float(value)
        except ValueError:
            self.fail(f"{value[:40]!r} is neither a number of seconds nor 'auto'", param, ctx)


settings_option = click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set any setting for this run, such as llm.max_tokens=8000.",
)

concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Songs in the works at once (default: four a music server).",
)

_FRAME = (
    click.option(
        "--duration",
        type=Seconds(),
        metavar="S|auto",
        help="Length in seconds, 10 to 600; auto fits it to the words.",
    ),
    click.option("--language", metavar="CODE", help="Language of the words, such as en, de, ja."),
    click.option("--instrumental", is_flag=True, default=None, help="No words at all."),
    settings_option,
)
_PERFORMANCE = (
    click.option("--takes", type=int, metavar="N", help="How many performances to choose from (1 to 16)."),
    click.option("--seed", type=int, metavar="N", help="Make it repeatable, as far as the servers allow."),
    click.option("--bpm", type=int, metavar="N", help="Tempo, 30 to 300 beats a minute."),
    click.option("--key", metavar="KEY", help='Key, such as "A minor" or "Eb major".'),
    click.option("--time-signature", type=click.Choice(["2", "3", "4", "6"]), help="Beats in a bar."),
    click.option("--title", metavar="T", help="Title of the song."),
    click.option("--id3v23", is_flag=True, help="Tags for players from before 2010: ID3v2.3, not 2.4."),
)


def frame_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that the rules judge a song by."""
    for option in reversed(_FRAME):
        command = option(command)
    return command


def performance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a song should be played."""
    for option in reversed(_PERFORMANCE):
        command = option(command)
    return frame_options(command)


def overrides(
    assignments: tuple[str, ...], *, id3v23: bool, max_cost: float | None = None
) -> tuple[str | tuple[str, str], ...]:
    """Give the settings of the flags that stand for one, each with the flag's name, after those of --set."""
    cost = [("--max-cost", f"llm.max_cost={max_cost}")] if max_cost is not None else []
    return (*assignments, *cost, *([("--id3v23", "finish.id3v23=true")] if id3v23 else []))


def asked(fields: dict[str, Any]) -> dict[str, Any]:
    """Keep what the user really said: an option left out is left to the settings."""
    return {
        name: int(value) if name == "time_signature" else value
        for name, value in fields.items()
        if value is not None and value != ()
    }
