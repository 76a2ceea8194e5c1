"""A terminal's screen: what a person sees after everything that was written to it."""

import re

from rich.cells import cell_len

_PIECES = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|(\r?\n)|(\r)|(.)", re.DOTALL)


class Screen:
    """Takes what a program writes and keeps the lines, those that have scrolled away included.

    It knows what rich's live view uses: colours, cursor up, erase line, hide cursor. Anything else that drives
    a terminal is an AssertionError. As in a terminal the cursor never gets above the screen, and a letter that
    does not fit goes to the next line.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._rows: list[list[str]] = [[]]  # of cells; the second cell of a wide letter is ""
        self._row = self._column = 0
        self.has_cursor = True

    def write(self, text: str) -> None:
        """Draw a piece of output."""
        for number, command, newline, to_start, letter in _PIECES.findall(text):
            if command:
                self._obey(command, number)
            elif newline:
                self._new_line()
            elif to_start:
                self._column = 0
            else:
                self._draw(letter)

    @property
    def lines(self) -> list[str]:
        """Every line, without the empty ones at the end."""
        return "\n".join("".join(row).rstrip() for row in self._rows).rstrip("\n").split("\n")

    def _obey(self, command: str, number: str) -> None:
        if command == "A":
            top = max(0, len(self._rows) - self._height)
            self._row = max(top, self._row - int(number or 1))
        elif command == "K":
            assert number == "2", number
            self._rows[self._row] = []
        elif command in "lh":
            assert number == "?25", number
            self.has_cursor = command == "h"
        else:
            assert command == "m", command

    def _new_line(self) -> None:
        self._row, self._column = self._row + 1, 0
        if self._row == len(self._rows):
            self._rows.append([])

    def _draw(self, letter: str) -> None:
        assert letter.isprintable() or letter.isspace(), repr(letter)
        width = cell_len(letter)
        if self._column + width > self._width:
            self._new_line()
        row = self._rows[self._row]
        row += [" "] * (self._column + width - len(row))
        if width:
            row[self._column : self._column + width] = [letter, *[""] * (width - 1)]
        elif self._column:
            row[self._column - 1] += letter
        self._column += width
