"""Restoring: a song whose sidecar is lost, told again as far as the tags of its file know it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.brief import take_order
from pipeline.errors import InputError
from pipeline.labels import Labels
from pipeline.library import reissue
from pipeline.library.staging import SIDECAR
from pipeline.song import clean_line
from pipeline.take import SEEDS, Measures, Recording, Take
from pipeline.track import COVER, LYRICS, Track, Words
from pipeline.writing import parse

RESTORED = "Restored from the tags of its file: times, costs, findings and scores are lost."
_NOT_HEARD = "Restored from the tags of the song; nobody has listened to it again."
_TAKE = re.compile(r"take-([0-9]{1,3})\.[a-z0-9]{2,5}")
_LONGEST_PARAMETERS = 20_000  # characters: a job's parameters take 300


@dataclass(frozen=True, slots=True)
class Hearing:
    """What restoring needs from the audio: a file's tags, what is in it, and whether two files sound the same."""

    labels: Callable[[Path], Labels]
    measure: Callable[[Path], Measures | None]
    is_same: Callable[[Path, Path], bool]


def track(file: Path, told: Labels, heard: Hearing) -> Track:
    """Tell a song by its file; paths are absolute.

    Raises InputError when its tags tell no song of songpipe's, ShelfError, OSError.
    """
    text, fields = reissue.draft_of(told)
    if not re.fullmatch("[A-Za-z0-9._-]{3,64}", told.song_id):
        raise InputError("its tags hold no id that songpipe would give")
    measures = heard.measure(file)
    takes = tuple(_takes(file, told, measures, heard))
    chosen = next((take.recording for take in takes if take.measures), takes[0].recording)
    beside = (path for suffix in (LYRICS, COVER) if (path := file.with_suffix(suffix)).is_file())
    files = (file, *beside, *(Path(take.recording.file) for take in takes))
    return Track(
        id=told.song_id,
        brief=take_order(**fields),
        words=Words(parse.song(text).song, model=clean_line(told.writer), prompts_hash=told.templates[:64]),
        title=clean_line(told.title) or "Untitled",
        language=str(fields.get("language") or "unknown"),
        duration_s=round(measures.duration_s, 3) if measures else 0.0,
        takes=takes,
        chosen_take=chosen.number,
        degraded=(RESTORED,),
        made_at=f"{_day(told, file)}T00:00:00+00:00",
        rehearsal=told.rehearsal,
        parameters=_parameters(told),
        versions={"songpipe": told.encoded_by.removeprefix("songpipe ")},
        file=str(file),
        sidecar=str(file.with_suffix(SIDECAR)),
        hashes={path.relative_to(file.parent).as_posix(): _digest(path) for path in files},
    )


def _takes(file: Path, told: Labels, measures: Measures | None, heard: Hearing) -> Iterator[Take]:
    """Tell the takes that are left; the one that sounds like the song was chosen and has the song's measures.

    Where none is left, the song's own file is its take.
    """
    folder = file.with_suffix(".takes")
    kept = (
        sorted(path for path in folder.glob("take-*") if _TAKE.fullmatch(path.name))
        if folder.is_dir()
        else []
    )
    chosen = next((path for path in kept if heard.is_same(path, file)), None)
    if chosen is None:
        taken = {_number(path) for path in kept}
        yield _take(file, next(n for n in range(1, 1001) if n not in taken), told, measures)
    for path in kept:
        yield _take(path, _number(path), told, measures if path == chosen else None)


def _number(path: Path) -> int:
    match = _TAKE.fullmatch(path.name)
    return int(match[1]) if match else 0


def _take(file: Path, number: int, told: Labels, measures: Measures | None) -> Take:
    is_chosen = measures is not None
    seed = int(told.seed) if is_chosen and re.fullmatch("[0-9]{1,10}", told.seed) else 0
    recording = Recording(
        number=number,
        seed=seed % SEEDS,
        server=clean_line(told.server) if is_chosen else "",
        task_id=clean_line(told.task_id) if is_chosen else "",
        file=str(file),
        format=file.suffix.removeprefix(".").lower(),
        size=file.stat().st_size,
        sha256=_digest(file),
        queue_s=0.0,
        render_s=0.0,
        server_says={"dit_model": clean_line(told.model)} if is_chosen and told.model else {},
    )
    return Take(recording, measures, "warn", (_NOT_HEARD,))


def _parameters(told: Labels) -> dict[str, Any]:
    try:
        found = json.loads(told.parameters[:_LONGEST_PARAMETERS] or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _day(told: Labels, file: Path) -> str:
    """Give the day the song was made: the tag's, else that of the file's name, else the first of its folder."""
    for text in (told.date[:10], file.name[:10], f"{file.parent.parent.name}-{file.parent.name}-01"):
        with suppress(ValueError):
            return date.fromisoformat(text).isoformat()
    return "1970-01-01"


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
