"""Choosing again: more takes of a song on the shelf, or another one of those that it has."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.audio.tagger import FileTagger
from pipeline.brief import take_order
from pipeline.cli.librarian import library, noting
from pipeline.cli.loading import load
from pipeline.cli.making import make, order_for, show
from pipeline.cli.marking import marked
from pipeline.cli.watching import watching
from pipeline.library.shelf import DiskShelf
from pipeline.settings.load import Loaded
from pipeline.stages.dressing import heard, singing
from pipeline.studio import Watch
from pipeline.take import Sung
from pipeline.track import Track
from pipeline.wiring.studios import dresser, scribe

_OWN = ("takes", "seed")  # of the brief: how often and by which dice it was played then


def retake(
    given: Mapping[str, Any], called: str, wishes: Mapping[str, Any], assignments: Sequence[str]
) -> None:
    """Play the words of a song again, and print the path of the song. Raises InputError when there is none."""
    track = _song(given, called)
    kept = {
        name: value for name, value in track.brief.model_dump(exclude_none=True).items() if name not in _OWN
    }
    said = {name: value for name, value in wishes.items() if value is not None}
    brief = take_order(command="retake", **kept, **said)
    rehearsing = {**given, "rehearse": True} if track.rehearsal else given
    make(rehearsing, order_for(rehearsing, brief, assignments, again=track.id, origin="retake"), assignments)


def pick(given: Mapping[str, Any], called: str, number: int) -> None:
    """Make a take the song, for good; its words are heard first. Raises InputError when there is no such take."""
    track, loaded = _song(given, called), load(given)
    with watching(given) as watch:
        sung = _sung(track, number, loaded, watch)
    dress = dresser(loaded)

    def label(file: Path, changed: Track) -> tuple[Track, Mapping[str, bytes]]:
        return dress(file, singing(changed, sung))

    def mark(changed: Track) -> Track:
        return marked(changed, FileTagger(id3v23=loaded.settings.finish.id3v23), noting(given))

    show(DiskShelf(loaded.settings.output).pick(track.id, number, label, mark), given)


def _sung(track: Track, number: int, loaded: Loaded, watch: Watch) -> Sung | None:
    """Have the words of a take heard that is about to be the song; the shelf is not kept waiting for that."""
    take = next((take for take in track.takes if take.recording.number == number), None)
    if take is None or take.measures is None or number == track.chosen_take:
        return None
    watch.stage("finishing")
    told = heard(replace(track, takes=(take,), chosen_take=number), scribe(loaded), watch)
    return told.takes[0].sung


def _song(given: Mapping[str, Any], called: str) -> Track:
    with library(given) as shelf:
        return shelf.track(shelf.song(called))
