"""Marks: what a person decides of a song is told by its file as well, for the day when only that is left."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.audio.containers import taggable
from pipeline.audio.essence import essence
from pipeline.audio.tagger import FileTagger
from pipeline.errors import ShelfError
from pipeline.library import disk
from pipeline.listening.sniff import sniff
from pipeline.track import Track

_HEAD = 4096  # bytes that tell what a file is


def marked(track: Track, tagger: FileTagger, note: Callable[[str], None]) -> Track:
    """Have a song's file tell its rating, and whether a person chose the take; gives the track with the new hash.

    No other tag is touched. A file that is gone, damaged or cannot be tagged is a word to `note` and stays as it is:
    the decision is kept in the sidecar all the same.
    """
    file = Path(track.file)
    try:
        with disk.failures_told(f"tag {file.name!r}", file.parent):
            told = tagger.read(file)
            if (told.rating, told.picked) == (track.rating, track.picked):
                return track
            demand_same_sound(track, file)
            tagger.amend(file, rating=track.rating, picked=track.picked)
            return replace(track, hashes={**track.hashes, file.name: disk.settle(file)})
    except ShelfError as fault:
        note(f"only the sidecar tells it, not the tags: {fault.message}")
        return track


def demand_same_sound(track: Track, file: Path) -> None:
    """Refuse to give a new hash to a file that is damaged: other tags are no damage, another sound is.

    Raises ShelfError, OSError.
    """
    with file.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() == track.hashes.get(file.name):
            return
    chosen = (take.recording for take in track.takes if take.recording.number == track.chosen_take)
    take = next(chosen, None)
    if take is None:
        raise ShelfError(
            f"the sidecar of {file.name!r} names take {track.chosen_take} as the song, and knows no such take",
            hint="choose one that is there: songpipe pick SONG TAKE",
        )
    if not sound_alike(Path(take.file), file):
        raise ShelfError(
            f"{file.name!r} has changed since it was made, and not only its tags as far as can be told",
            hint=f"the untouched take is {take.file}",
        )


def sound_alike(one: Path, other: Path) -> bool:
    """Say whether two files are the same but for their tags."""
    try:
        kinds = {_kind(one), _kind(other)}
        return len(kinds) == 1 and all(map(taggable, kinds)) and len({_heart(one), _heart(other)}) == 1
    except (OSError, LookupError):
        return False


def _heart(file: Path) -> str:
    return essence(file, _kind(file))


def _kind(file: Path) -> Any:
    with file.open("rb") as stream:
        return sniff(stream.read(_HEAD))
