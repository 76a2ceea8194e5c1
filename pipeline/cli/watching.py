"""Who follows the work: a live view, plain lines, or nobody."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.wording import clock, harmless

if TYPE_CHECKING:
    from pipeline.studio import Watch  # the whole house, of which only the name is needed

HEADLINES = {
    "writing": "Writing the words",
    "starting": "Starting the music servers",
    "playing": "The band plays",
    "finishing": "Finishing",
}


@contextmanager
def watching(given: Mapping[str, Any]) -> "Iterator[Watch]":
    """Choose the view that fits: live on a terminal, plain elsewhere and with NO_COLOR, none with --quiet."""
    if given.get("quiet"):
        yield Silent()
    elif sys.stderr is not None and sys.stderr.isatty():
        from pipeline.cli.terminal import on_terminal  # rich, which only a terminal needs

        with on_terminal() as view:
            yield view
    else:
        yield Log(verbose=bool(given.get("verbose")))


class Silent:
    """Nobody watches."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def words(self, text: str) -> None:
        """Say nothing."""

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


class Log(Silent):
    """Lines without colour or movement: notes, and each new step for whoever wants to know more."""

    def __init__(self, *, verbose: bool) -> None:
        self._all = verbose
        self._step = ""

    def stage(self, name: str) -> None:
        """Tell the stage."""
        if self._all:
            self.note(HEADLINES.get(name, name))

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Tell each new step once."""
        if self._all and label != self._step:
            self._step = label
            done = [f"{fraction:.0%}"] if fraction is not None else []
            left = [f"{clock(left_s)} left"] if left_s is not None else []
            self.note(" · ".join([label, *done, *left]))

    def note(self, text: str) -> None:
        """Print the line."""
        click.echo(f"songpipe: {harmless(text)}", err=True)
