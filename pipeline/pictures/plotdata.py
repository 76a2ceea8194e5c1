"""The plot's data: what was measured of a take, as a plot wants it."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A section of the take, in seconds; one without a name gets a letter."""

    start_s: float
    end_s: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What was found, in a sentence, and where in seconds; without a time it concerns the whole take."""

    said: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlotData:
    """What is plotted. Times are seconds; `sections_from` says in words where the sections come from.

    `peaks` (n, 2) are the least and the greatest sample and `rms` (n,) the level of n equal stretches of the
    whole, in full scale. `mel` (m, bands) are logarithmic, `hop_s` apart. `voice_s` is None when no voice was
    found, and is marked with doubt unless `voice_sure`.
    """

    title: str
    duration_s: float
    peaks: Floats
    rms: Floats
    mel: Floats
    hop_s: float
    sections: tuple[Stretch, ...] = ()
    sections_from: str = ""
    hook_s: float = 10.0
    voice_s: float | None = None
    voice_sure: bool = True
    findings: tuple[Remark, ...] = ()
