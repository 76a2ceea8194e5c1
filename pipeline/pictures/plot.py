"""The plot: what the ear found in a take, as a picture of its wave and its spectrum with everything marked."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.pictures import raster, vector
from pipeline.pictures.chart import scene
from pipeline.pictures.fonts import system_folders
from pipeline.pictures.plotdata import PlotData

SIZE = (1600, 900)
_LEAST, _MOST = (900, 560), (6000, 4000)  # pixels: below, the labels have no room


def plot(audio: PlotData, size: tuple[int, int] = SIZE, *, folders: Sequence[Path] | None = None) -> bytes:
    """Plot a take as a PNG of (width, height) pixels, 900 × 560 to 6000 × 4000; other sizes raise ValueError.

    Fonts for scripts that ours lack are looked for in `folders`, else in those of the system.
    """
    return raster.png(scene(audio, _checked(size), system_folders() if folders is None else folders))


def svg(audio: PlotData, size: tuple[int, int] = SIZE, *, folders: Sequence[Path] | None = None) -> str:
    """Plot a take as an SVG document with real text; the spectrum is a picture inside it. See `plot`."""
    return vector.svg(scene(audio, _checked(size), system_folders() if folders is None else folders))


def _checked(size: tuple[int, int]) -> tuple[int, int]:
    if not all(least <= side <= most for least, side, most in zip(_LEAST, size, _MOST, strict=True)):
        raise ValueError(f"a plot is {_LEAST} to {_MOST} pixels, not {size}")
    return size
