"""The rebuild of the library: its index from the sidecars, and sidecars from tags where only audio is left."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ShelfError, SongpipeError
from pipeline.library import months, names, restoring, store, verify
from pipeline.library.disk import failures_told
from pipeline.library.index import Index
from pipeline.library.migrations import NewerIndexError
from pipeline.library.query import Wanted
from pipeline.library.reading import Fault
from pipeline.library.restoring import Hearing
from pipeline.library.shelf import DiskShelf


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to: songs in the index, sidecars that were restored, and those that make no sense."""

    songs: int
    restored: tuple[str, ...]
    faults: tuple[Fault, ...]


def rebuild(output: Path, heard: Hearing, note: Callable[[str], None], busy_s: float = 30.0) -> Rebuilt:
    """Make the index anew, then restore what has lost its sidecar. Raises ShelfError.

    Songs may be placed meanwhile: each enters the index itself, and is forgotten only when it is gone.
    """
    shelf = DiskShelf(output)
    with ExitStack() as stack:
        index = stack.enter_context(_opened(output, note, busy_s))
        index.rebuild()
        restored = tuple(_restored(index, shelf, heard, note))
        index.refresh()
        return Rebuilt(index.count(), restored, index.faults())


def _opened(output: Path, note: Callable[[str], None], busy_s: float) -> Index:
    """Open the index, whatever made it: one from a newer songpipe gives way, as the user has asked for it."""
    try:
        return Index(output, note, busy_s, must_be_kept=True)
    except NewerIndexError:
        with failures_told("make the library's index anew", output):
            store.discard(output, busy_s, only_if_damaged=False)
        return Index(output, note, busy_s, must_be_kept=True)


def _restored(index: Index, shelf: DiskShelf, heard: Hearing, note: Callable[[str], None]) -> Iterator[str]:
    """Restore the songs of which only audio is left, and give their sidecars; what cannot be is told."""
    known = {card.file for card in index.list(Wanted())}
    for folder in sorted(months.months(index.output)):
        songs = (path for path in verify.audio(index.output, folder) if path.lower().endswith(verify.AUDIO))
        unknown = [
            path for path in songs if path not in known and path.count("/") == 2
        ]  # takes come with theirs
        for path in verify.orphans(index.output, folder, unknown):
            try:
                sidecar = _one(index, shelf, heard, path)
            except (SongpipeError, OSError) as error:
                note(f"{names.spelled(path)} was left alone: {error}")
                continue
            yield sidecar


def _one(index: Index, shelf: DiskShelf, heard: Hearing, path: str) -> str:
    """Restore one song. Raises a SongpipeError with the reason why not, OSError."""
    names.demand_text(path)
    file = index.output / path
    told = heard.labels(file)
    track = restoring.track(file, told, heard)
    if any(card.id == track.id for card in index.starting(track.id)):
        raise ShelfError(f"it is a copy of song {track.id}, which has its sidecar")
    if not shelf.restore(track, heard.beside(track, told, restoring.lost(file))):
        raise ShelfError("something stands where its sidecar belongs")
    index.refresh()
    return track.sidecar
