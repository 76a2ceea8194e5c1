"""Plots of takes: which file each goes to, and what is drawn in it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.audio.ear import SoundfileEar
from pipeline.errors import InputError
from pipeline.library import disk
from pipeline.listening.portrait import Portrait
from pipeline.pictures import plot as plotter
from pipeline.pictures.plotdata import PlotData
from pipeline.take import Measures

_KINDS = (".png", ".svg")


class Plots:
    """The pictures of a run: one file for one take, or a folder for several. Raises InputError for anything else."""

    def __init__(self, wanted: str, takes: Sequence[Path]) -> None:
        self._file = Path(wanted)
        self._is_file = self._file.suffix.lower() in _KINDS
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
        target = self._file if self._is_file else self._file / f"{take.stem}.plot.png"
        data = _data(take.name, portrait, measures, reasons)
        content = plotter.svg(data).encode() if target.suffix.lower() == ".svg" else plotter.plot(data)
        with disk.failures_told(f"draw {target.name!r}", target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            disk.replace(target, content)
        return target


def _data(title: str, portrait: Portrait, measures: Measures, reasons: Sequence[str]) -> PlotData:
    hook = measures.hook
    return PlotData(
        title=title,
        duration_s=portrait.duration_s,
        peaks=np.array([portrait.low, portrait.high]).T,
        rms=np.array(portrait.rms),
        mel=np.array(portrait.mel),
        hop_s=portrait.hop_s,
        sections=portrait.sections,
        voice_s=hook.voice_s if hook else None,
        findings=tuple((None, reason) for reason in reasons),
    )
