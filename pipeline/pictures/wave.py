"""The wave: a song's peaks as the curve that a cover is drawn from."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.pictures.dice import Dice

Curve: TypeAlias = NDArray[np.float64]
_FLAT = 0.02  # a song whose peaks differ less has no shape that anybody could see
_FEWEST = 8


class Wave:
    """The shape of a song, asked for in as many points as a picture has room for."""

    def __init__(self, peaks: Sequence[float], dice: Dice) -> None:
        level = np.clip(np.nan_to_num(np.asarray(peaks, np.float64).ravel()), 0, 1)
        usable = level.size >= _FEWEST and float(np.ptp(level)) > _FLAT
        self._level = level if usable else _invented(dice)

    def shape(self, points: int, smooth: int = 0) -> Curve:
        """Give the curve as `points` numbers, 0 quiet to 1 loud, averaged over `smooth` neighbours each side.

        Masters are loud all the way; the curve is stretched so that what differs can be seen.
        """
        places = np.linspace(0, self._level.size, points + 1)
        sums = np.concatenate([[0.0], np.cumsum(self._level)])
        means = np.diff(np.interp(places, np.arange(sums.size), sums)) / np.diff(places)
        if smooth:
            means = _smoothed(means, smooth)
        low, high = np.percentile(means, [3, 98])
        return np.asarray(np.clip((means - low) / max(1e-6, high - low), 0, 1))


def _smoothed(curve: Curve, reach: int) -> Curve:
    window = np.hanning(2 * reach + 3)
    padded = np.pad(curve, reach + 1, mode="edge")
    return np.asarray(np.convolve(padded, window / window.sum(), mode="valid"))


def _invented(dice: Dice) -> Curve:
    """Make a calm curve for a song whose peaks nobody measured."""
    place = np.linspace(0, 1, 512)
    waves = [
        dice.between(0.3, 1) * np.sin(2 * np.pi * (dice.between(1, 24) * place + dice.number()))
        for _ in range(7)
    ]
    curve = np.sum(waves, axis=0) * np.sin(np.pi * place)
    return np.asarray((curve - curve.min()) / max(1e-6, float(np.ptp(curve))))
