"""Reading sidecars for the index, a thousand at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ShelfError
from pipeline.library import cards, months, names
from pipeline.library.cards import Card, Texts
from pipeline.library.months import Mark

_AT_ONCE = 1000  # songs in one transaction
_NO_MARK = Mark(0, -1)


@dataclass(frozen=True, slots=True)
class Fault:
    """A sidecar that could not be read; `name` as `names.spelled` gives it."""

    folder: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """A sidecar as it was read: its card and texts, or the `reason` why there are none; `name` as in `Fault`."""

    folder: str
    name: str
    mark: Mark
    card: Card | None = None
    texts: Texts | None = None
    reason: str = ""


def read_all(output: Path, places: Sequence[tuple[str, str]]) -> Iterator[Sequence[Read]]:
    """Read sidecars, each a folder and a name in it, in parts; those that went away meanwhile are left out.

    No thread reads ahead: the interpreter's lock would pass from one to the other at every statement, which
    takes twice as long as doing one after the other (measured).
    """
    for start in range(0, len(places), _AT_ONCE):
        part = places[start : start + _AT_ONCE]
        yield [read for folder, name in part if (read := _read(output, folder, name)) is not None]


def _read(output: Path, folder: str, name: str) -> Read | None:
    mark, spelled = _NO_MARK, names.spelled(name)
    try:
        content, mark = months.content(output / folder / name)
        names.demand_text(name)
        return Read(folder, name, mark, *cards.read(content, folder, name))
    except FileNotFoundError:
        return None
    except OSError as error:
        return Read(folder, spelled, mark, reason=error.strerror or type(error).__name__)
    except (ValueError, ShelfError) as error:
        return Read(folder, spelled, mark, reason=str(error))
