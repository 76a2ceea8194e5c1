"""The live table: a row for each song in the works, drawn a few times a second while notes pass above it."""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from pipeline.cli import printing
from pipeline.cli.board import finished
from pipeline.cli.rows import Row, drawing
from pipeline.cli.tally import Tally, ending
from pipeline.engine.order import Order
from pipeline.engine.performance import Ended
from pipeline.studio import Watch

_EVERY_S = 0.2  # between two drawings; songs move in seconds
_UNSEEN = 1000  # lines kept for a terminal that stands still; the oldest go first
_MARKS = {"done": ("✓", "green"), "failed": ("✗", "red")}


class Table:
    """The board on a terminal. Only its own thread draws, so no song ever waits for a slow terminal."""

    def __init__(self, console: Console, tally: Tally, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._tally, self._clock = console, tally, clock
        self._rows: dict[str, Row] = {}
        self._above: deque[Text] = deque(maxlen=_UNSEEN)
        self._pen, self._over = threading.RLock(), threading.Event()
        self._drawn: tuple[Text, int, int] | None = None
        self._painter = threading.Thread(target=self._paint, name="table", daemon=True)
        self.watch: Watch = Row("", self._above.append, clock)

    def __enter__(self) -> Self:
        self._open()
        self._painter.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        try:
            self._painter.join()
            self.draw()
        finally:  # a second Ctrl-C gets the cursor back, too
            self._close()

    def expect(self, total: int) -> None:
        """Count on so many."""
        self._tally.expect(total)

    def watch_for(self, song_id: str, order: Order) -> Watch:
        """Give a song its row."""
        row = self._rows[song_id] = Row(order.brief.text, self._above.append, self._clock)
        return row

    def ended(self, ended: Ended) -> None:
        """Take the row away and tell how the song ended."""
        self._tally.count(ended)
        row = self._rows.pop(ended.id, None)
        told = ending(ended, row.name if row is not None else "")
        mark, colour = _MARKS.get(ended.how, ("✗", "yellow"))
        line = Text.assemble((mark, colour), " ", (told, "" if ended.how == "done" else colour))
        line.no_wrap, line.overflow = True, "ignore"  # the terminal breaks it: a command in it can be copied
        self._above.append(line)

    def skipped(self, count: int) -> None:
        """Count them in the last line."""
        self._tally.skip(count)

    def say(self, path: str) -> None:
        """Print the path; where that is a terminal too, the table makes room for it. Raises ShelfError."""
        if sys.stdout is None or not sys.stdout.isatty():
            printing.say(path, at_least=finished(path))
            return
        with self._pen:
            self.draw()
            self._close()
            try:
                printing.say(path, at_least=finished(path))
            finally:
                self._open()

    def draw(self) -> None:
        """Print what waits to be told, and the table if anything in it has changed."""
        with self._pen, suppress(OSError):  # when the terminal has gone, the songs go on
            told = [self._above.popleft() for _ in range(len(self._above))]
            if told:
                self._console.print(Group(*told), crop=False)
            width, height = self._console.size
            frame = drawing(list(self._rows.values()), self._tally, width, height, self._clock())
            drawn = (frame, width, height)
            if drawn != self._drawn:
                self._drawn = drawn
                self._live.update(frame, refresh=True)

    def _paint(self) -> None:
        while not self._over.wait(_EVERY_S):
            self.draw()

    def _open(self) -> None:
        self._drawn = None
        self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
        with suppress(OSError):
            self._live.start()
        self.draw()

    def _close(self) -> None:
        with suppress(OSError):
            self._live.stop()
