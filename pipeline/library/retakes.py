"""Retakes: more takes beside those of a song on the shelf, and another one of them in front."""

import hashlib
import os
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import cast

from pipeline.errors import InputError, ShelfError
from pipeline.library import disk, names
from pipeline.library.staging import SIDECAR
from pipeline.studio import Label
from pipeline.take import Measures, Take
from pipeline.track import COVER, LYRICS, Track


def joined(track: Track, takes: Sequence[Take]) -> Track:
    """Copy takes beside those of a track, under the next free numbers; one that is there already is left out.

    Every take then says how it was played. Paths are absolute. Raises ShelfError when a take has changed since it was
    downloaded, and OSError.
    """
    known = {take.recording.sha256 for take in track.takes}
    kept = list(track.takes)
    for take in takes:
        if take.recording.sha256 not in known:
            kept.append(_added(take, track, after=kept))
    hashes = {**track.hashes, **_hashes(kept[len(track.takes) :], track)}
    return replace(track, takes=tuple(_told(take, track) for take in kept), hashes=hashes)


def _added(take: Take, track: Track, *, after: Sequence[Take]) -> Take:
    number = max((other.recording.number for other in after), default=0) + 1
    while (copied := _copied(take, track, number)) is None:
        number += 1
    return copied


def _copied(take: Take, track: Track, number: int) -> Take | None:
    """Copy a take to its place under that number; None when another file is there, which stays as it is.

    A try that ended before the sidecar told of it may have left the very same take there: then it is taken over.
    """
    recording = take.recording
    folder, stem = _place(track)
    target = names.inside(folder, f"{stem}.takes/take-{number}.{recording.format}")
    target.parent.mkdir(exist_ok=True)
    hidden = _hidden(track, recording.format)
    try:
        if disk.copy(Path(recording.file), hidden) != recording.sha256:
            raise ShelfError(f"take {recording.number} has changed since it was downloaded")
        disk.publish(hidden, target)
    except FileExistsError:
        if not _holds(target, recording.sha256):
            return None
    finally:
        hidden.unlink(missing_ok=True)
    disk.sync_folder(target.parent)
    return replace(take, recording=replace(recording, number=number, file=str(target)))


def _hashes(takes: Sequence[Take], track: Track) -> dict[str, str]:
    folder, _ = _place(track)
    return {os.path.relpath(take.recording.file, folder): take.recording.sha256 for take in takes}


def _told(take: Take, track: Track) -> Take:
    """Give a take that says how it was played; one that an older songpipe kept was played as its song says."""
    if take.parameters:
        return take
    parameters = {**track.parameters, "seed": take.recording.seed}
    return replace(take, parameters=parameters, degraded=track.degraded)


def playable(track: Track, number: int) -> Take:
    """Give the take of that number. Raises InputError, which names those there are, when none of it can be played."""
    takes = [take for take in track.takes if take.measures is not None]
    for take in takes:
        if take.recording.number == number:
            return take
    there = ", ".join(str(take.recording.number) for take in takes) or "none"
    raise InputError(
        f"{track.title!r} has no take {number} that can be played", hint=f"those that can be played: {there}"
    )


def in_front(track: Track, number: int, label: Label) -> Track:
    """Make a take the song: its copy gets the labels and the song's name; the untouched take stays.

    What stands beside the song (cover, times of the words) is made anew with it, and how that take was played is what
    the song says of itself. `track` is as `joined` gives it.

    Raises InputError when there is no take of that number that can be played, ShelfError and OSError.
    """
    track = _set_apart(track)
    chosen = playable(track, number)
    folder, stem = _place(track)
    file = folder / f"{stem}.{chosen.recording.format}"
    hidden = _hidden(track, chosen.recording.format)
    measures = cast("Measures", chosen.measures)  # it can be played
    changed = replace(
        track,
        chosen_take=number,
        file=str(file),
        duration_s=round(measures.duration_s, 3),
        parameters=chosen.parameters,
        degraded=chosen.degraded,
    )
    try:
        disk.copy(Path(chosen.recording.file), hidden)
        changed, beside = label(hidden, changed)
        hashes = {file.name: disk.settle(hidden)}
        for suffix, content in beside.items():
            name = f"{stem}{suffix}"
            hashes[name] = hashlib.sha256(content).hexdigest()
            _set_aside(folder / name, {hashes[name], track.hashes.get(name, "")})
            disk.replace(folder / name, content)
        hidden.replace(file)
    finally:
        hidden.unlink(missing_ok=True)
    disk.sync_folder(folder)
    kept = {name: known for name, known in track.hashes.items() if folder / name != Path(track.file)}
    return replace(changed, hashes={**kept, **hashes})


def _set_aside(file: Path, known: Collection[str]) -> None:
    """Keep under another name what is none of ours, such as a cover that somebody put in the place of the old one."""
    if not file.is_file() or _digest(file) in known:
        return
    for number in count(1):
        with suppress(FileExistsError):
            disk.publish(file, file.with_name(f"{file.name}.{number}.bak"))
            return


def _set_apart(track: Track) -> Track:
    """Put a take that is the song's own file beside the others: that file is about to become another one.

    A song has such a take when it was restored from its tags alone, without its takes.
    """
    song = Path(track.file)
    own = next((take for take in track.takes if Path(take.recording.file) == song), None)
    if own is None:
        return track
    as_it_is = replace(
        own.recording, size=song.stat().st_size, sha256=_digest(song)
    )  # its tags may have changed
    copied = _copied(replace(own, recording=as_it_is), track, own.recording.number)
    if copied is None:
        raise ShelfError(
            f"the song is its own take {as_it_is.number}, and another file stands in that take's place",
            hint=f"look into {str(song.with_suffix('.takes'))!r}",
        )
    takes = tuple(copied if take is own else take for take in track.takes)
    return replace(track, takes=takes, hashes={**track.hashes, **_hashes([copied], track)})


def is_whole(track: Track) -> bool:
    """Say whether the song, its cover and its words are what the sidecar says.

    They are not when a process was killed while another take became the song: the sidecar comes last.
    """
    folder, stem = _place(track)
    beside = {Path(track.file).name, f"{stem}{COVER}", f"{stem}{LYRICS}"}
    return all(_holds(folder / name, known) for name, known in track.hashes.items() if name in beside)


def _holds(file: Path, sha256: str) -> bool:
    """Say whether a file is there and has that content."""
    try:
        return _digest(file) == sha256
    except OSError:
        return False


def _digest(file: Path) -> str:
    with file.open("rb") as reading:
        return hashlib.file_digest(reading, "sha256").hexdigest()


def _hidden(track: Track, suffix: str) -> Path:
    """Name a copy that nobody shall see, where the shelf looks for abandoned ones."""
    folder, stem = _place(track)
    return folder / f".{stem}.{secrets.token_hex(4)}.tmp.{suffix}"


def _place(track: Track) -> tuple[Path, str]:
    sidecar = Path(track.sidecar)
    return sidecar.parent, sidecar.name.removesuffix(SIDECAR)
