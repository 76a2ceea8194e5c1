"""Restoring: a song whose sidecar is lost, told again as far as the tags of its file know it."""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.brief import Brief, take_order
from pipeline.errors import InputError
from pipeline.labels import Labels, parameters_of
from pipeline.library import reissue
from pipeline.library.staging import SIDECAR
from pipeline.listening.limits import Asked, Limits
from pipeline.listening.score import score
from pipeline.listening.verdict import judge
from pipeline.song import clean_line
from pipeline.take import SEEDS, Measures, Recording, Take
from pipeline.track import COVER, LYRICS, PICTURE, Track, Words
from pipeline.writing import parse

RESTORED = "Restored from the tags of its file: times, costs and findings are lost."
_PAINTER = "a model"  # which one, the tags do not tell
_STARS = range(1, 6)
_TAKE = re.compile(r"take-([1-9][0-9]{0,2})\.[a-z0-9]{2,5}")


@dataclass(frozen=True, slots=True)
class Hearing:
    """What restoring needs from the audio: a file's tags, what is in it, and whether two files sound the same.

    `limits` are those of the ear; `beside` makes again what stood beside a song, of the suffixes that are named.
    """

    labels: Callable[[Path], Labels]
    measure: Callable[[Path], Measures | None]
    is_same: Callable[[Path, Path], bool]
    limits: Limits
    beside: Callable[[Track, Labels, Collection[str]], Mapping[str, bytes]]


def track(file: Path, told: Labels, heard: Hearing) -> Track:
    """Tell a song by its file; paths are absolute.

    Raises InputError when its tags tell no song of songpipe's, ShelfError, OSError.
    """
    text, fields = reissue.draft_of(told)
    if not re.fullmatch("[A-Za-z0-9._-]{3,64}", told.song_id):
        raise InputError("its tags hold no id that songpipe would give")
    brief, author = take_order(**fields), reissue.author_of(told)
    kept = _kept(file)
    standing = next((path for path in kept if heard.is_same(path, file)), file)
    takes = _takes(kept if standing in kept else [file, *kept], brief, heard)
    chosen = next(take for take in takes if take.recording.file == str(standing))
    takes = [_as_told(take, told) if take is chosen else take for take in takes]
    files = (file, *_beside(file, told), *(Path(take.recording.file) for take in takes))
    return Track(
        id=told.song_id,
        brief=brief,
        words=Words(parse.song(text).song, model=author.model, prompts_hash=author.prompts_hash),
        title=clean_line(told.title) or "Untitled",
        language=str(fields.get("language") or "unknown"),
        duration_s=round(chosen.measures.duration_s, 3) if chosen.measures else 0.0,
        takes=tuple(takes),
        chosen_take=chosen.recording.number,
        degraded=(RESTORED,),
        made_at=f"{_day(told, file)}T00:00:00+00:00",
        rehearsal=told.rehearsal,
        parameters=parameters_of(told),
        versions={"songpipe": told.encoded_by.removeprefix("songpipe ")},
        file=str(file),
        sidecar=str(file.with_suffix(SIDECAR)),
        rating=told.rating if told.rating in _STARS else None,
        # A choice by hand is never undone by the machine: what says nothing of it may be one, and counts as one.
        picked=told.picked is not False,
        painter=_PAINTER if is_drawn(told) else "",
        hashes={path.relative_to(file.parent).as_posix(): _digest(path) for path in files},
    )


def lost(file: Path) -> list[str]:
    """Name what stands beside every song and not beside this one, by its suffix: its cover, its times."""
    return [suffix for suffix in (COVER, LYRICS) if not os.path.lexists(file.with_suffix(suffix))]


def is_drawn(told: Labels) -> bool:
    """Say whether a model has drawn the picture of the cover."""
    return "artwork" in told.ai_contribution.split(";")


def _beside(file: Path, told: Labels) -> Iterator[Path]:
    """Give what stands beside a song, the picture of an image model whatever its format."""
    yield from (path for suffix in (LYRICS, COVER) if (path := file.with_suffix(suffix)).is_file())
    if is_drawn(told):
        drawn = f"{file.stem}{PICTURE}"
        yield from sorted(path for path in file.parent.iterdir() if path.stem == drawn and path.is_file())


def _kept(file: Path) -> list[Path]:
    """List the untouched takes that are left of a song."""
    folder = file.with_suffix(".takes")
    takes = folder.glob("take-*") if folder.is_dir() else ()
    return sorted(
        (path for path in takes if _TAKE.fullmatch(path.name)), key=lambda path: (_number(path), path)
    )


def _takes(files: Sequence[Path], brief: Brief, heard: Hearing) -> list[Take]:
    """Hear the takes anew, as many at once as there are processors; the song's own file gets a number of its own."""
    taken = {_number(path) for path in files}
    free = next(number for number in range(1, 1001) if number not in taken)
    with ThreadPoolExecutor(min(len(files), os.cpu_count() or 1)) as listeners:
        measured = list(listeners.map(heard.measure, files))
    return [
        _take(path, _number(path) or free, measures, brief, heard.limits)
        for path, measures in zip(files, measured, strict=True)
    ]


def _number(path: Path) -> int:
    """Give the number of an untouched take; 0 for the song's own file, whatever it is called."""
    match = _TAKE.fullmatch(path.name) if path.parent.suffix == ".takes" else None
    return int(match[1]) if match else 0


def _take(file: Path, number: int, measures: Measures | None, brief: Brief, limits: Limits) -> Take:
    """Tell a take by its sound alone; the seed and the server of each but the song's own are lost."""
    recording = Recording(
        number=number,
        seed=None,
        server="",
        task_id="",
        file=str(file),
        format=file.suffix.removeprefix(".").lower(),
        size=file.stat().st_size,
        sha256=_digest(file),
        queue_s=0.0,
        render_s=0.0,
        server_says={},
    )
    length = brief.duration if isinstance(brief.duration, float) else None
    asked = Asked(
        length or (measures.duration_s if measures else 0.0),
        brief.bpm,
        brief.key or "",
        sung=not brief.instrumental,
    )
    verdict, reasons = judge(measures, asked, limits)
    points = score(measures, asked, len(reasons)) if measures is not None and verdict != "fail" else {}
    return Take(recording, measures, verdict, reasons, points)


def _as_told(take: Take, told: Labels) -> Take:
    """Add what the tags of the song say of the take that it is."""
    recording = replace(
        take.recording,
        seed=int(told.seed) if re.fullmatch("[0-9]{1,10}", told.seed) and int(told.seed) < SEEDS else None,
        server=clean_line(told.server),
        task_id=clean_line(told.task_id),
        server_says={"dit_model": clean_line(told.model)} if told.model else {},
    )
    return replace(take, recording=recording)


def _day(told: Labels, file: Path) -> str:
    """Give the day the song was made: the tag's, else that of the file's name, else the first of its folder."""
    for text in (told.date[:10], file.name[:10], f"{file.parent.parent.name}-{file.parent.name}-01"):
        with suppress(ValueError):
            return date.fromisoformat(text).isoformat()
    return "1970-01-01"


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
