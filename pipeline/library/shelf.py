"""The shelf: where finished songs stand, a file, its takes and its sidecar under one name."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import ShelfError
from pipeline.library import disk, names, sidecar, staging
from pipeline.take import Take
from pipeline.track import Track


@dataclass(frozen=True, slots=True)
class DiskShelf:
    """Songs under `output/YYYY/MM/`; `patience_s` is how long to wait for another process to be done."""

    output: Path
    patience_s: float = 60.0
    _turn: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)
    _swept: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)

    def place(self, track: Track, label: Callable[[Path], Track]) -> Track:
        """Put the chosen take, every untouched take and the sidecar on the shelf; the sidecar comes last.

        `label` writes the tags into a copy that nobody sees yet and gives the track as it shall be kept. A
        track that stands there already (a crash came before its journal entry) is given back as it stands.
        Nothing is ever overwritten, and a crash leaves nothing half that can be seen. Raises ShelfError.
        """
        output = self.output.absolute()
        with disk.failures_told(f"put {track.title!r} on the shelf", output), self._alone(output):
            return _standing(output, track.id) or _place(output, track, label)

    @contextmanager
    def _alone(self, output: Path) -> Iterator[None]:
        """Hold the shelf's lock, and clear up after whoever died holding it."""
        home = output / ".songpipe"
        home.mkdir(parents=True, exist_ok=True)
        lock = home / "shelf.lock"
        try:  # our own threads queue up, which is fair; other processes look again and again
            with self._turn, FileLock(lock, timeout=self.patience_s):
                lock.touch()
                if not self._swept.is_set():  # nobody of this process dies and leaves the others alive
                    staging.sweep(output, now=lock.stat().st_mtime)
                    self._swept.set()
                yield
        except Timeout as error:
            raise ShelfError(
                f"another songpipe has been writing to {str(output)!r} for {self.patience_s:.0f} s",
                hint="wait for it, then run songpipe resume",
            ) from error


def _standing(output: Path, song_id: str) -> Track | None:
    """Find the song of that id on the shelf; a sidecar that cannot be read is some other song's trouble."""
    for found in output.glob(f"*/*/*-{names.short(song_id)}*{staging.SIDECAR}"):
        try:
            track = sidecar.load(found)
        except ShelfError:
            continue
        if track.id == song_id:
            return track
    return None


def _place(output: Path, track: Track, label: Callable[[Path], Track]) -> Track:
    for stem in names.stems(track.made_at, track.title, track.id):
        folder = names.inside(output, names.month(stem))
        if not any(folder.glob(f"{stem}.*")):
            return _fill(folder, stem, track, label)
    raise ShelfError(
        f"every name for {track.title!r} is taken in {str(output)!r}",
        hint="name another folder with --output",
    )


def _fill(folder: Path, stem: str, track: Track, label: Callable[[Path], Track]) -> Track:
    """Make everything ready out of sight, show it, and give the track as it stands on the shelf."""
    hidden = staging.prepare(folder, stem)
    try:
        takes = tuple(_kept(take, stem, hidden) for take in track.takes)
        hashes = {take.recording.file: take.recording.sha256 for take in takes}
        chosen = next(take.recording for take in takes if take.recording.number == track.chosen_take)
        file = f"{stem}.{chosen.format}"
        disk.copy(hidden / chosen.file, hidden / file)
        told = label(hidden / file)
        hashes[file] = disk.settle(hidden / file)
        kept = replace(told, takes=takes, file=file, sidecar=f"{stem}{staging.SIDECAR}", hashes=hashes)
        disk.write(hidden / kept.sidecar, sidecar.text(kept).encode())
        staging.show(hidden)
    finally:
        staging.withdraw(hidden)
    return sidecar.moved(kept, lambda name: str(folder / name))


def _kept(take: Take, stem: str, hidden: Path) -> Take:
    """Copy an untouched take, sure that it is still what was downloaded, and give it under its new name.

    The extension says what the content is, never what a server called it.
    """
    recording = take.recording
    if not re.fullmatch("[a-z0-9]{2,5}", recording.format):
        raise ShelfError(f"take {recording.number} is of no audio format that the shelf knows")
    name = f"{stem}.takes/take-{recording.number}.{recording.format}"
    if disk.copy(Path(recording.file), hidden / name) != recording.sha256:
        raise ShelfError(
            f"take {recording.number} ({recording.file}) has changed since it was downloaded",
            hint="songpipe retake plays the words again",
        )
    return replace(take, recording=replace(recording, file=name))
