"""The loudness of a song in LUFS (ITU-R BS.1770-4) and its range (EBU Tech 3342)."""

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.listening.levels import decibels
from pipeline.listening.weighting import Weighting
from pipeline.listening.windows import Windows

_TICK_S = 0.1  # a gating block is 400 ms, and begins every 100 ms (BS.1770-4)
_GATING = 4  # ticks
_SHORT_TERM = 30  # ticks: the three seconds of EBU Tech 3342
_OFFSET = -0.691  # dB: makes a 997 Hz full-scale sine in one channel read −3.01 LUFS
_SILENT_LUFS = -70.0
_RELATIVE_LU = -10.0
_RANGE_LU = -20.0
_PERCENTILES = (10, 95)
_ROW = range(80, 47, -1)  # samples: the quickest for the weighting's matrix (measured)


class Loudness:
    """Weighs a stream of blocks; keeps a number for each tenth of a second.

    Every channel counts alike, as left and right do; one channel alone counts as one.
    """

    def __init__(self, sample_rate: int) -> None:
        tick = round(_TICK_S * sample_rate)
        row = next((length for length in _ROW if tick % length == 0), _ROW[0])
        self._rows = max(1, round(tick / row))  # in a tick, which is a hair off where nothing divides it
        self._tick_s = self._rows * row / sample_rate
        self._tick = self._rows * row
        self._windows = Windows(self._tick)
        self._weighting = Weighting(sample_rate, row)
        self._ticks: list[NDArray[np.float64]] = []

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure a block (frames, channels) of finite samples."""
        ticks = self._windows.cut(block.T)
        channels, count, _ = ticks.shape
        if count:
            rows = self._weighting.energies(ticks.reshape(channels, count * self._rows, -1))
            self._ticks.append(rows.sum(axis=0).reshape(count, self._rows).sum(axis=1) / self._tick)

    def integrated(self) -> float | None:
        """Give the gated loudness in LUFS; −inf for silence, None below 0.4 s."""
        powers = self._over(_GATING)
        if not len(powers):
            return None
        loud = powers[powers > _power(_SILENT_LUFS)]
        if not len(loud):
            return -math.inf
        gate = loud.mean() * 10 ** (_RELATIVE_LU / 10)
        return _lufs(float(loud[loud > gate].mean()))

    def spread(self) -> float | None:
        """Give the loudness range in LU; None for silence and below 3 s."""
        powers = self._over(_SHORT_TERM)
        loud = powers[powers > _power(_SILENT_LUFS)]
        if not len(loud):
            return None
        kept = loud[loud > loud.mean() * 10 ** (_RANGE_LU / 10)]
        low, high = np.percentile(10 * np.log10(kept), _PERCENTILES)
        return float(high - low)

    def between(self, start_s: float, end_s: float) -> float | None:
        """Give the loudness of a stretch in LUFS, without gates; −inf for silence, None where nothing is."""
        ticks = self._all()[round(start_s / self._tick_s) : round(end_s / self._tick_s)]
        return _lufs(float(ticks.mean())) if len(ticks) else None

    def _all(self) -> NDArray[np.float64]:
        return np.concatenate([np.empty(0), *self._ticks])

    def _over(self, ticks: int) -> NDArray[np.float64]:
        """Give the mean power over so many ticks, from every tick on."""
        powers = self._all()
        if len(powers) < ticks:
            return np.empty(0)
        means: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(powers, ticks).mean(axis=1)
        return means


def _lufs(power: float) -> float:
    return _OFFSET + decibels(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))
