"""A matrix: several values of each option of a brief, and every combination of them; a song is the smallest one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, NoReturn

from pydantic import ValidationError

from pipeline.brief import Brief, first_fault
from pipeline.errors import BriefError

MOST_SONGS = 100_000  # songs of one file, also the highest that engine.most_combinations goes
_HINT = "`songpipe schema briefs` describes brief files"


@dataclass(frozen=True, slots=True)
class Option:
    """A value and the line where it stands: that of the song, of the matrix, or of the defaults."""

    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The values of every option of a brief, in turn; `text` is among them. A plain song has one of each."""

    axes: Mapping[str, tuple[Option, ...]]

    @property
    def count(self) -> int:
        """How many songs it makes."""
        return prod(map(len, self.axes.values()))

    def songs(self, file: str) -> Iterator[tuple[int, Brief]]:
        """Make its briefs one at a time, each with the line of its text. The last option changes first.

        Raises BriefError with `file:line:` for the first one that cannot be used.
        """
        for chosen in product(*self.axes.values()):
            given = dict(zip(self.axes, chosen, strict=True))
            yield given["text"].line, _brief(file, given)


def tried(file: str, entries: Iterable[Callable[[], Matrix]]) -> tuple[Matrix, ...]:
    """Make every matrix, and each of its briefs once. Raises BriefError: the first, and how many more."""
    matrices: list[Matrix] = []
    faults: dict[str, BriefError] = {}
    for entry in entries:
        try:
            matrices.append(matrix := entry())
            for _ in matrix.songs(file):
                pass
        except BriefError as fault:
            faults.setdefault(fault.message, fault)
    if faults:
        first = next(iter(faults.values()))
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BriefError(first.message + more, hint=first.hint) from first
    return tuple(matrices)


def refuse(file: str, line: int, what: str, hint: str = _HINT) -> NoReturn:
    """Raise BriefError for a line of a brief file."""
    raise BriefError(f"{file}:{line}: {what}", hint=hint)


def _brief(file: str, given: Mapping[str, Option]) -> Brief:
    """Check a song's options; one that is null is left to the settings, whatever the defaults say."""
    values = {
        name: option.value for name, option in given.items() if option.value is not None or name == "text"
    }
    try:
        return Brief.model_validate(values, strict=True)
    except ValidationError as error:
        fault = first_fault(error)
        name = "brief" if fault.field == "text" else fault.field
        refuse(file, given[fault.field].line, fault.told(name))
