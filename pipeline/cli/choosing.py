"""Choosing again: more takes of a song on the shelf, or another one of those that it has."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.brief import take_order
from pipeline.cli.librarian import library
from pipeline.cli.loading import load
from pipeline.cli.making import make, order_for, show
from pipeline.library.shelf import DiskShelf
from pipeline.track import Track
from pipeline.wiring.studios import dresser

_OWN = ("takes", "seed")  # of the brief: how often and by which dice it was played then


def retake(
    given: Mapping[str, Any], called: str, wishes: Mapping[str, Any], assignments: Sequence[str]
) -> None:
    """Play the words of a song again, and print the path of the song. Raises InputError when there is none."""
    track = _song(given, called)
    kept = {
        name: value for name, value in track.brief.model_dump(exclude_none=True).items() if name not in _OWN
    }
    brief = take_order(**kept, **{name: value for name, value in wishes.items() if value is not None})
    rehearsing = {**given, "rehearse": True} if track.rehearsal else given
    make(rehearsing, order_for(rehearsing, brief, assignments, again=track.id, origin="retake"), assignments)


def pick(given: Mapping[str, Any], called: str, number: int) -> None:
    """Make a take the song, for good. Raises InputError when there is no such take."""
    track = _song(given, called)
    loaded = load(given)
    show(DiskShelf(loaded.settings.output).pick(track.id, number, dresser(loaded)), given)


def _song(given: Mapping[str, Any], called: str) -> Track:
    with library(given) as shelf:
        return shelf.track(shelf.song(called))
