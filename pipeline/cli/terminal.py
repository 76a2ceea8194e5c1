"""The terminal: words as they come, and a bar with the time left; without colour, plain lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.text import Text

from pipeline.cli.watching import HEADLINES, Log
from pipeline.cli.wording import clock, harmless

if TYPE_CHECKING:
    from pipeline.studio import Watch  # the whole house, of which only the name is needed

_ROOMY = 60  # columns: below that the bar leaves its place to the words


@contextmanager
def on_terminal() -> "Iterator[Watch]":
    """Give the view of a terminal: live, or plain with NO_COLOR."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal or console.no_color:
        yield Plain(console)
        return
    view = Live(console)
    try:
        yield view
    finally:
        view.close()


class Plain(Log):
    """Lines without colour or movement: the words as they come, notes, each new step."""

    def __init__(self, console: Console) -> None:
        super().__init__(verbose=True)
        self._console = console
        self._wrap = Wrap(console)

    def words(self, text: str) -> None:
        """Show the words."""
        self._wrap.print(text)

    def note(self, text: str) -> None:
        """Print the line."""
        self._wrap.end()
        self._console.print(Text(f"songpipe: {harmless(text)}"), soft_wrap=True)


class Wrap:
    """Text that comes in pieces, broken between words where the terminal ends."""

    def __init__(self, console: Console, style: str = "") -> None:
        self._console = console
        self._style = style
        self._column = 0
        self._word = ""

    def print(self, text: str) -> None:
        """Show a piece; a word is shown once it is whole."""
        self._show("".join(self._step(letter) for letter in harmless(text)))

    def end(self) -> None:
        """Show what is left and go to a new line."""
        last = self._whole_word()
        self._show(last + "\n" if self._column else "")
        self._column = 0

    def _step(self, letter: str) -> str:
        if letter not in " \n\t":
            self._word += letter
            return ""
        word = self._whole_word()
        self._column = 0 if letter == "\n" else self._column + 1
        return word + ("\n" if letter == "\n" else " ")

    def _whole_word(self) -> str:
        width, word = cell_len(self._word), self._word
        breaks = self._column and self._column + width > self._console.width
        self._column = width if breaks else self._column + width
        self._word = ""
        return f"\n{word}" if breaks else word

    def _show(self, text: str) -> None:
        if text:
            self._console.print(Text(text, style=self._style), end="", soft_wrap=True)


class _Left(ProgressColumn):
    """The time left as the band tells it, a guess of our own would be worse; until then the time it took."""

    def render(self, task: Task) -> Text:
        """Show minutes and seconds."""
        left = task.fields.get("left_s")
        return Text(clock(task.elapsed or 0.0) if left is None else f"{clock(left)} left", style="cyan")


class Live:
    """A terminal: the words as they come, then a bar with the stage and the time left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._wrap = Wrap(console, "dim")

    def stage(self, name: str) -> None:
        """Begin a stage with a moving line of its own."""
        self.close()
        if name not in HEADLINES:
            return
        roomy = self._console.width >= _ROOMY
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            *([BarColumn(bar_width=24)] if roomy else []),
            _Left(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task(HEADLINES[name], total=None, left_s=None)
        self._bar.start()

    def words(self, text: str) -> None:
        """Show the model's words as they come."""
        self._stop()
        self._wrap.print(text)

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(
                self._task,
                description=harmless(label)[: min(40, self._console.width - 18)],
                total=None if fraction is None else 1.0,
                completed=fraction or 0.0,
                left_s=left_s,
            )

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self._wrap.end()
        self._console.print(Text(harmless(text), style="yellow"))

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._wrap.end()
        self._stop()

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
