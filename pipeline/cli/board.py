"""The board: many songs followed at once, as a live table, as plain lines, or not at all."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import click
from rich.console import Console

from pipeline.cli import printing
from pipeline.cli.tally import Tally, counted, cut, ending, in_a_line, stretch
from pipeline.cli.watching import Silent as Nobody
from pipeline.engine.order import Order
from pipeline.engine.performance import Ended
from pipeline.studio import Watch

_NAME = 30  # columns of a song's name in front of a note


class Board(Protocol):
    """Whoever follows many songs. `watch` is for what concerns no song in particular.

    `watch_for` may be called from any thread, and so may the watches it gives; everything else belongs to the
    thread that opened the board.
    """

    @property
    def watch(self) -> Watch:
        """The watch of no song in particular."""
        ...

    def expect(self, total: int) -> None:
        """There are so many songs after all, the skipped ones included."""
        ...

    def watch_for(self, song_id: str, order: Order) -> Watch:
        """A song begins."""
        ...

    def ended(self, ended: Ended) -> None:
        """A song has ended; a failure is told here, with what to do now."""
        ...

    def skipped(self, count: int) -> None:
        """So many songs were done before."""
        ...

    def say(self, path: str) -> None:
        """Print the path of a finished song on standard output. Raises ShelfError."""
        ...


@contextmanager
def board(given: Mapping[str, Any], total: int | None) -> Iterator[Board]:
    """Choose the view that fits: a live table on a terminal, lines elsewhere and with NO_COLOR, or errors only.

    `total` is how many songs there are, those that will be skipped included; None when nobody knows.
    """
    console = Console(stderr=True, highlight=False, markup=False)
    if given.get("quiet"):
        yield Silent()
    elif console.is_interactive and not console.no_color and console.encoding.startswith("utf"):
        from pipeline.cli.table import Table

        with Table(console, Tally(total)) as table:
            yield table
    else:
        yield Plain(Tally(total), verbose=bool(given.get("verbose")))


def summary(
    done: int, failed: int, skipped: int, stopped: int, seconds: float, cost_usd: float | None
) -> str:
    """Tell a whole run in a line, such as "38 done, 1 failed in 14 min · $1.52"."""
    told = f"{counted(done, failed, skipped, stopped)} in {stretch(seconds)}"
    if not cost_usd:
        return told
    return f"{told} · ${cost_usd:.2f}" if cost_usd >= 0.1 else f"{told} · ${cost_usd:.4f}"


class Lines:
    """Lines on standard error, one at a time; nobody's song fails because they cannot be written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def print(self, text: str) -> None:
        """Print a line."""
        with self._lock, suppress(OSError):
            click.echo(f"songpipe: {text}", err=True)


class Silent:
    """Nobody watches; errors are told all the same."""

    def __init__(self) -> None:
        self.watch: Watch = Nobody()
        self._lines = Lines()

    def expect(self, total: int) -> None:
        """Say nothing."""

    def watch_for(self, song_id: str, order: Order) -> Watch:  # noqa: ARG002 -- nobody watches this one either
        """Say nothing."""
        return self.watch

    def ended(self, ended: Ended) -> None:
        """Tell a failure."""
        if ended.how == "failed":
            self._lines.print(ending(ended, ""))

    def skipped(self, count: int) -> None:
        """Say nothing."""

    def say(self, path: str) -> None:
        """Print the path. Raises ShelfError."""
        printing.say(path, at_least=finished(path))


class Plain:
    """A line for each song that has ended, and the notes; with `verbose` a line for each that begins too."""

    def __init__(self, tally: Tally, *, verbose: bool) -> None:
        self._tally, self._verbose = tally, verbose
        self._lines = Lines()
        self._names: dict[str, str] = {}
        self.watch: Watch = _Notes(self._lines)

    def expect(self, total: int) -> None:
        """Count on so many."""
        self._tally.expect(total)

    def watch_for(self, song_id: str, order: Order) -> Watch:
        """Follow a song by its notes."""
        name = self._names[song_id] = in_a_line(order.brief.text)
        if self._verbose:
            self._lines.print(f"“{cut(name, 80)}” begins")
        return _Notes(self._lines, name)

    def ended(self, ended: Ended) -> None:
        """Tell how it ended, and how far that brings us."""
        self._tally.count(ended)
        told = ending(ended, self._names.pop(ended.id, ""))
        self._lines.print(" · ".join(filter(None, [self._tally.position, told, self._tally.left])))

    def skipped(self, count: int) -> None:
        """Tell how many there are already."""
        self._tally.skip(count)
        if count:
            self._lines.print(f"{self._tally.position} · made before")

    def say(self, path: str) -> None:
        """Print the path. Raises ShelfError."""
        printing.say(path, at_least=finished(path))


class _Notes(Nobody):
    """A watch that passes notes on, with the song's name in front."""

    def __init__(self, lines: Lines, name: str = "") -> None:
        self._lines, self._name = lines, name

    def note(self, text: str) -> None:
        """Print the note."""
        self._lines.print(note_of(self._name, text))


def note_of(name: str, text: str) -> str:
    """Put a song's name in front of a note about it."""
    return ": ".join(filter(None, [cut(name, _NAME), in_a_line(text)]))


def finished(path: str) -> str:
    """Say what the user must know of a song even if standard output is gone."""
    return f"the song is finished: {path}"
