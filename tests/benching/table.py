"""The table of a benchmark: figures with their goals, as one text. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: its value and goal in one unit. `floor` says that the goal is the least and not the most.

    `note` tells what was measured and what stands beside it.
    """

    figure: str
    value: float
    goal: float
    unit: str = ""
    floor: bool = False
    note: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the value keeps the goal."""
        return self.value >= self.goal if self.floor else self.value <= self.goal


def table(rows: Sequence[Row], feet: Sequence[str] = ()) -> str:
    """Draw the rows under each other, with a mark where a goal is missed, and footnotes below."""
    cells = [_cells(row) for row in rows]
    widths = [max((len(line[column]) for line in cells), default=0) for column in range(4)]
    lines = [
        f"{mark:<{widths[0]}}  {figure:<{widths[1]}}  {value:>{widths[2]}}  {goal:<{widths[3]}}  {note}".rstrip()
        for mark, figure, value, goal, note in cells
    ]
    return "\n".join([*lines, *(f"* {foot}" for foot in feet)])


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    word = "at least" if row.floor else "at most"
    mark = "ok" if row.is_reached else "MISSED"
    return mark, row.figure, _number(row.value, row.unit), f"{word} {_number(row.goal, row.unit)}", row.note


def _number(value: float, unit: str) -> str:
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 20 else 2}f} {unit}".strip()
