"""The plot's data: what was measured of a take, as a plot wants it."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class PlotData:
    """What is plotted. Times are seconds; `names` label the stretches before, between and after `sections`.

    `peaks` (n, 2) are the least and the greatest sample and `rms` (n,) the level of n equal stretches of the
    whole, in full scale. `mel` (m, bands) are logarithmic, `hop_s` apart. `voice_s` is None when no voice was
    found. A finding without a time concerns the whole take.
    """

    title: str
    duration_s: float
    peaks: Floats
    rms: Floats
    mel: Floats
    hop_s: float
    sections: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    hook_s: float = 10.0
    voice_s: float | None = None
    findings: tuple[tuple[float | None, str], ...] = ()
