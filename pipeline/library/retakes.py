"""Retakes: more takes beside those of a song on the shelf, and another one of them in front."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputError, ShelfError
from pipeline.library import disk, names
from pipeline.library.staging import SIDECAR
from pipeline.studio import Label
from pipeline.take import Take
from pipeline.track import Track


def joined(track: Track, takes: Sequence[Take]) -> Track:
    """Copy takes beside those of a track, under the next free numbers; one that is there already is left out.

    Paths are absolute. Raises ShelfError when a take has changed since it was downloaded, and OSError.
    """
    folder, stem = _place(track)
    known = {take.recording.sha256 for take in track.takes}
    kept = list(track.takes)
    for take in takes:
        if take.recording.sha256 not in known:
            kept.append(_copied(take, folder, stem, after=kept))
    hashes = {os.path.relpath(take.recording.file, folder): take.recording.sha256 for take in kept}
    return replace(track, takes=tuple(kept), hashes={**track.hashes, **hashes})


def _copied(take: Take, folder: Path, stem: str, *, after: Sequence[Take]) -> Take:
    number = max((other.recording.number for other in after), default=0) + 1
    recording = take.recording
    while True:
        target = names.inside(folder, f"{stem}.takes/take-{number}.{recording.format}")
        target.parent.mkdir(exist_ok=True)
        hidden = target.with_name(f".{number}.{secrets.token_hex(4)}.tmp.{recording.format}")
        try:
            if disk.copy(Path(recording.file), hidden) != recording.sha256:
                raise ShelfError(f"take {recording.number} has changed since it was downloaded")
            disk.publish(hidden, target)
        except FileExistsError:  # of a try that ended before the sidecar told of it
            number += 1
            continue
        finally:
            hidden.unlink(missing_ok=True)
        return replace(take, recording=replace(recording, number=number, file=str(target)))


def in_front(track: Track, number: int, label: Label) -> Track:
    """Make a take the song: its copy gets the labels and the song's name; the untouched take stays.

    What stands beside the song (cover, times of the words) is made anew with it.

    Raises InputError when there is no take of that number that can be played, ShelfError and OSError.
    """
    chosen = next((take for take in track.takes if take.recording.number == number), None)
    if chosen is None or chosen.measures is None:
        there = ", ".join(str(take.recording.number) for take in track.takes if take.measures is not None)
        raise InputError(
            f"{track.title!r} has no take {number} that can be played", hint=f"there are {there}"
        )
    folder, stem = _place(track)
    file = folder / f"{stem}.{chosen.recording.format}"
    hidden = folder / f".{stem}.{secrets.token_hex(4)}.tmp.{chosen.recording.format}"
    parameters = {**track.parameters, "seed": chosen.recording.seed}
    changed = replace(track, chosen_take=number, file=str(file), parameters=parameters)
    changed = replace(changed, duration_s=round(chosen.measures.duration_s, 3))
    try:
        disk.copy(Path(chosen.recording.file), hidden)
        changed, beside = label(hidden, changed)
        hashes = {file.name: disk.settle(hidden)}
        for suffix, content in beside.items():
            hashes[f"{stem}{suffix}"] = _replaced(folder / f"{stem}{suffix}", content)
        hidden.replace(file)
    finally:
        hidden.unlink(missing_ok=True)
    disk.sync_folder(folder)
    kept = {name: known for name, known in track.hashes.items() if folder / name != Path(track.file)}
    return replace(changed, hashes={**kept, **hashes})


def _replaced(file: Path, content: bytes) -> str:
    """Put new content under a name in one step, and give its SHA-256."""
    hidden = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        disk.write(hidden, content)
        sha256 = disk.settle(hidden)
        hidden.replace(file)
    finally:
        hidden.unlink(missing_ok=True)
    return sha256


def _place(track: Track) -> tuple[Path, str]:
    sidecar = Path(track.sidecar)
    return sidecar.parent, sidecar.name.removesuffix(SIDECAR)
