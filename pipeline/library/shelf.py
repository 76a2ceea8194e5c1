"""The shelf: where finished songs stand, a file, its takes and its sidecar under one name."""

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import InputError, ShelfError
from pipeline.library import disk, names, retakes, sidecar, staging
from pipeline.library.index import Index
from pipeline.studio import Label
from pipeline.take import Take
from pipeline.track import Track

_INDEX_PATIENCE_S = 5.0  # a song is not kept waiting longer for its card
_LOOK = "see songpipe library list"


@dataclass(frozen=True, slots=True)
class DiskShelf:
    """Songs under `output/YYYY/MM/`; `patience_s` is how long to wait for another process to be done."""

    output: Path
    patience_s: float = 60.0
    _turn: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)
    _swept: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)

    def place(self, track: Track, label: Label) -> Track:
        """Put the chosen take, every untouched take and the sidecar on the shelf; the sidecar comes last.

        `label` writes the tags into a copy that nobody sees yet and gives the track as it shall be kept, and what
        shall stand beside it by its suffix. A track that stands there already (a crash came before its journal
        entry) is given back as it stands.
        Nothing is ever overwritten, and a crash leaves nothing half that can be seen. Raises ShelfError.
        """
        output = self.output.absolute()
        with disk.failures_told(f"put {track.title!r} on the shelf", output), self._alone(output):
            placed = _standing(output, track.id) or _place(output, track, label)
        _enter(output, placed)
        return placed

    def revise(self, song_id: str, change: Callable[[Track], Track], *, at: Path | None = None) -> Track:
        """Change what is said of a song that stands here, and give it as it stands then.

        `change` gets the track with absolute paths and gives it back with something else in it, such as a
        rating; it may raise, and then nothing has changed. `at` is the sidecar, where that is known. What a
        later songpipe has noted beside it stays; the file of a song that has one of another format now goes.
        Raises InputError when there is no such song, ShelfError.
        """
        output = self.output.absolute()
        with disk.failures_told(f"change song {song_id!r}", output), self._alone(output):
            before = _at(at, song_id) or _standing(output, song_id)
            if before is None:
                raise InputError(f"there is no song {song_id!r} in {str(output)!r}", hint=_LOOK)
            _rewrite(Path(before.sidecar), change(before))
            revised = sidecar.load(Path(before.sidecar))
            if _is_other_format(Path(before.file), Path(revised.file)):  # its untouched take stays
                Path(before.file).unlink(missing_ok=True)
        _enter(output, revised)
        return revised

    def find(self, song_id: str) -> Track:
        """Give the song of that id, its paths absolute. Raises InputError when it does not stand here."""
        track = _standing(self.output.absolute(), song_id)
        if track is None:
            raise InputError(f"there is no song {song_id!r} in {str(self.output)!r}", hint=_LOOK)
        return track

    def join(
        self, song_id: str, takes: Sequence[Take], choose: Callable[[Track], int], label: Label
    ) -> Track:
        """Put more takes beside those of a song, and the one that `choose` names in front. See `revise`."""

        def change(before: Track) -> Track:
            track = retakes.joined(before, takes)
            number = choose(track)
            return retakes.in_front(track, number, label) if number != before.chosen_take else track

        return self.revise(song_id, change)

    def pick(
        self,
        song_id: str,
        number: int,
        label: Label,
        mark: Callable[[Track], Track] = lambda track: track,
    ) -> Track:
        """Put a take in front for good: from now on the machine chooses no other one. See `revise`.

        The take that is in front already is put there anew when its file, cover or words are not what the sidecar
        says; else `mark` has it say that it was picked, and gives the track as it stands then. Raises InputError
        when there is no such take, or it cannot be played.
        """

        def change(before: Track) -> Track:
            retakes.playable(before, number)
            track = replace(retakes.joined(before, ()), picked=True)
            is_there = number == before.chosen_take and retakes.is_whole(before)
            return mark(track) if is_there else retakes.in_front(track, number, label)

        return self.revise(song_id, change)

    def restore(self, track: Track, beside: Mapping[str, bytes]) -> bool:
        """Put a sidecar beside a song that has none, and before it what else is lost; says whether it was needed.

        `track` has absolute paths, `beside` is as for `place`. What is there is never replaced. Raises ShelfError.
        """
        output, target = self.output.absolute(), Path(track.sidecar)
        with disk.failures_told(f"restore {track.title!r}", output), self._alone(output):
            if os.path.lexists(target) or not Path(track.file).exists():
                return False
            whole = add_beside(track, beside)
            disk.replace(target, sidecar.text(_below(whole, target.parent)).encode())
        _enter(output, whole)
        return True

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


def add_beside(track: Track, beside: Mapping[str, bytes]) -> Track:
    """Put files beside a song, by their suffixes, where nothing has that name; gives the track with their hashes.

    What is there already stays as it is. Raises OSError.
    """
    hashes = dict(track.hashes)
    for suffix, content in beside.items():
        file = Path(track.file).with_suffix(suffix)
        if not os.path.lexists(file):
            disk.replace(file, content)
            hashes[file.name] = hashlib.sha256(content).hexdigest()
    return replace(track, hashes=hashes)


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


def _at(at: Path | None, song_id: str) -> Track | None:
    """Read the sidecar that is said to be that song's, if it is."""
    if at is None or not at.is_file():
        return None
    track = sidecar.load(at)
    return track if track.id == song_id else None


def _is_other_format(before: Path, now: Path) -> bool:
    return before != now and before.stem == now.stem


def _rewrite(file: Path, track: Track) -> None:
    """Write a sidecar anew; keys that this songpipe does not know stay as they are."""
    known = json.loads(sidecar.text(_below(track, file.parent.absolute())))
    found = json.loads(file.read_bytes())
    whole = json.dumps({**found, **known}, indent=2, ensure_ascii=False) + "\n"
    disk.replace(file, whole.encode("utf-8", "replace"))


def _below(track: Track, folder: Path) -> Track:
    """Give the track with its paths relative to its folder, as a sidecar keeps them. Raises ShelfError."""

    def relative(name: str) -> str:
        return names.inside(folder, name).relative_to(folder).as_posix()

    return sidecar.moved(track, relative)


def _enter(output: Path, track: Track) -> None:
    """Tell the index of a song. Failing to is no failure of the song: the next look finds its folder changed."""
    with suppress(ShelfError, OSError, ValueError), Index(output, busy_s=_INDEX_PATIENCE_S) as index:
        index.add(track)


def _place(output: Path, track: Track, label: Label) -> Track:
    for stem in names.stems(track.made_at, track.title, track.id):
        folder = names.inside(output, names.month(stem))
        if not any(folder.glob(f"{stem}.*")):
            return _fill(folder, stem, track, label)
    raise ShelfError(
        f"every name for {track.title!r} is taken in {str(output)!r}",
        hint="name another folder with --output",
    )


def _fill(folder: Path, stem: str, track: Track, label: Label) -> Track:
    """Make everything ready out of sight, show it, and give the track as it stands on the shelf."""
    hidden = staging.prepare(folder, stem)
    try:
        takes = tuple(_kept(take, stem, hidden) for take in track.takes)
        hashes = {take.recording.file: take.recording.sha256 for take in takes}
        chosen = next(take.recording for take in takes if take.recording.number == track.chosen_take)
        file = f"{stem}.{chosen.format}"
        disk.copy(hidden / chosen.file, hidden / file)
        told, beside = label(hidden / file, track)
        hashes[file] = disk.settle(hidden / file)
        for suffix, content in beside.items():
            disk.write(hidden / f"{stem}{suffix}", content)
            hashes[f"{stem}{suffix}"] = hashlib.sha256(content).hexdigest()
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
