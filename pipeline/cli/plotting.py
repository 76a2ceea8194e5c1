"""Plots of takes: which file each goes to, and what is drawn in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, count, pairwise
from pathlib import Path

import numpy as np

from pipeline.audio.ear import SoundfileEar
from pipeline.audio.tagger import FileTagger
from pipeline.errors import InputError, ShelfError
from pipeline.library import disk, months, sidecar
from pipeline.library.staging import SIDECAR
from pipeline.listening.hook import SURE
from pipeline.listening.portrait import Portrait
from pipeline.listening.timing import spread
from pipeline.listening.verdict import places
from pipeline.pictures import plot as plotter
from pipeline.pictures.plotdata import PlotData, Remark, Stretch
from pipeline.take import Measures, Take
from pipeline.track import Track
from pipeline.writing import syllables

_KINDS = (".png", ".svg")
_HEARD = "sections: as heard"
_WRITTEN = "sections: as written, times {}"


class Plots:
    """The pictures of a run: one file for one take, or a folder for several. Raises InputError for anything else."""

    def __init__(self, wanted: str, takes: Sequence[Path]) -> None:
        self._file = Path(wanted)
        self._is_file = self._file.suffix.lower() in _KINDS
        self._names = _names(takes)
        if self._is_file and len(takes) > 1:
            raise InputError(f"{wanted!r} is one picture for {len(takes)} files", hint="name a folder")
        if not self._is_file and self._file.suffix and not self._file.is_dir():
            raise InputError(f"{wanted!r} is no picture that songpipe draws", hint="name a .png or .svg file")

    def draw(
        self, take: Path, measures: Measures | None, reasons: Sequence[str], ear: SoundfileEar
    ) -> Path | None:
        """Draw a take and give the picture's path; None when it cannot be decoded. Raises ShelfError."""
        portrait = ear.portray(take)
        if portrait is None or measures is None:
            return None
        target = self._file if self._is_file else self._file / self._names[take]
        data = _data(take, portrait, measures, reasons)
        content = plotter.svg(data).encode() if target.suffix.lower() == ".svg" else plotter.plot(data)
        with disk.failures_told(f"draw {target.name!r}", target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            disk.replace(target, content)
        return target


def _names(takes: Iterable[Path]) -> dict[Path, str]:
    """Name the picture of each take after it; takes of several songs are called the same, and then are numbered."""
    names: dict[Path, str] = {}
    for take in dict.fromkeys(takes):
        taken = {name.casefold() for name in names.values()}
        tries = chain([take.stem], (f"{take.stem}-{number}" for number in count(2)))
        names[take] = next(name for one in tries if (name := f"{one}.plot.png").casefold() not in taken)
    return names


def _data(take: Path, portrait: Portrait, measures: Measures, reasons: Sequence[str]) -> PlotData:
    hook = measures.hook
    form = _tagged(take) or _written(take, measures) or _heard(portrait)
    return PlotData(
        title=take.name,
        duration_s=portrait.duration_s,
        peaks=np.array([portrait.low, portrait.high]).T,
        rms=np.array(portrait.rms),
        mel=np.array(portrait.mel),
        hop_s=portrait.hop_s,
        sections=form.sections,
        sections_from=form.source,
        voice_s=hook.voice_s if hook else None,
        voice_sure=hook is not None and hook.certainty >= SURE,
        findings=_remarks(measures, reasons),
    )


def _remarks(measures: Measures, reasons: Sequence[str]) -> tuple[Remark, ...]:
    """Put the reasons in their places: those that have one in the order of time, the others below."""
    placed = places(measures)
    found = [Remark(reason, *placed.get(reason, (None, None))) for reason in reasons]
    return tuple(sorted(found, key=lambda each: (each.start_s is None, each.start_s or 0.0)))


@dataclass(frozen=True, slots=True)
class _Form:
    """The sections of a take, and where they come from in words."""

    sections: tuple[Stretch, ...]
    source: str


def _heard(portrait: Portrait) -> _Form:
    borders = [0.0, *portrait.sections, portrait.duration_s]
    return _Form(tuple(Stretch(start, end) for start, end in pairwise(borders)), _HEARD)


def _tagged(file: Path) -> _Form | None:
    """Give the chapters of a song of ours, as a player shows them."""
    try:
        told = FileTagger().read(file)
    except ShelfError:
        return None
    if not told.song_id or not told.chapters:
        return None
    chapters = (Stretch(start / 1000, end / 1000, name) for start, end, name in told.chapters)
    return _Form(tuple(chapters), _WRITTEN.format(told.times or "estimated"))


def _written(file: Path, measures: Measures) -> _Form | None:
    """Spread the sections of the song that a file is a take of over the length and the voice of this very take."""
    for beside, name in _beside(file.absolute()):
        track = _track(beside)
        take = _take(track, name) if track else None
        if track and take and track.words.song.sections:
            hook = measures.hook
            timed = spread(
                track.words.song.sections,
                measures.duration_s,
                hook.voice_s if hook and hook.certainty >= SURE else None,
                weigh=partial(syllables.in_line, language=track.language),
                heard=take.sung.lines if take.sung else (),
            )
            sections = (Stretch(each.start_s, each.end_s, each.name) for each in timed.sections)
            return _Form(tuple(sections), _WRITTEN.format("estimated" if timed.estimated else "heard"))
    return None


def _beside(file: Path) -> Iterator[tuple[Path, str]]:
    """Give the sidecars that may tell of a file, and what each would call it."""
    yield file.with_suffix(SIDECAR), file.name
    if file.parent.suffix == ".takes":
        yield file.parent.with_suffix(SIDECAR), f"{file.parent.name}/{file.name}"


def _track(beside: Path) -> Track | None:
    """Read a sidecar; what is no good sidecar tells nothing."""
    try:
        return sidecar.parse(months.content(beside)[0].decode()) if beside.is_file() else None
    except (OSError, ValueError, ShelfError):
        return None


def _take(track: Track, name: str) -> Take | None:
    """Find the take that a file is, by the names in the sidecar: no path is made of them."""
    chosen = (take for take in track.takes if take.recording.number == track.chosen_take)
    named = (take for take in track.takes if take.recording.file == name)
    return next(chosen if track.file == name else named, None)
