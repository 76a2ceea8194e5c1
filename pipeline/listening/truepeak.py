"""The true peak: how high the wave between the samples goes, eight times oversampled (ITU-R BS.1770-4, annex 2)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.listening.levels import decibels

_WINDOW_S = 0.01
_KEPT = 64  # windows: the loudest ones; looking between all samples takes a hundred times as long (facts/audio.md 3.2)
_REACH = 16  # samples to each side that have a say in what lies between two
# Places on the way to the next sample. Of four times, the least allowed, a tone of 16 kHz hides 0.3 dB.
_BETWEEN = tuple(eighth / 8 for eighth in range(1, 8))
_BETA = 8.0  # of the Kaiser window: the wave is followed up to 0.45 of the sample rate


@dataclass(frozen=True, slots=True)
class _Window:
    level: float
    samples: NDArray[np.float32]  # with `_REACH` more on each side


class TruePeak:
    """Keeps the windows of a stream of blocks with the highest samples, and looks between those."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._length = max(1, round(_WINDOW_S * sample_rate))
        self._tail = np.zeros((channels, _REACH), np.float32)
        self._kept: list[_Window] = []

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure a block (frames, channels) of finite samples."""
        wave = np.concatenate([self._tail, block.T], axis=1)
        count = max(0, (wave.shape[1] - 2 * _REACH) // self._length)
        if count:
            self._kept = self._loudest(wave, count)
        self._tail = wave[:, count * self._length :].copy()

    def result(self) -> float:
        """Give the true peak of all blocks so far in dBTP; −inf for silence."""
        room = np.zeros((len(self._tail), self._length + _REACH), np.float32)
        wave = np.concatenate([self._tail, room], axis=1)
        kept = self._loudest(wave, (wave.shape[1] - 2 * _REACH) // self._length)
        if not kept:
            return decibels(0.0)
        around = np.lib.stride_tricks.sliding_window_view(
            np.stack([window.samples for window in kept]), 2 * _REACH + 1, axis=1
        )
        return decibels(max(kept[0].level, float(np.abs(around @ _between()).max())) ** 2)

    def _loudest(self, wave: NDArray[np.float32], count: int) -> list[_Window]:
        windows = wave[:, _REACH : _REACH + count * self._length].reshape(len(wave), count, self._length)
        levels = np.maximum(windows.max(axis=2), -windows.min(axis=2))
        floor = self._kept[-1].level if len(self._kept) == _KEPT else 0.0
        best = np.argsort(levels, axis=None)[-_KEPT:]
        found = [
            _window(wave, self._length, *divmod(int(at), count)) for at in best if levels.flat[at] > floor
        ]
        return sorted([*self._kept, *found], key=lambda window: window.level, reverse=True)[:_KEPT]


def _window(wave: NDArray[np.float32], length: int, channel: int, number: int) -> _Window:
    samples = wave[channel, number * length : (number + 1) * length + 2 * _REACH].copy()
    return _Window(float(np.abs(samples[_REACH:-_REACH]).max()), samples)


def _between() -> NDArray[np.float32]:
    """Give the weights of the samples around for each place between two: (2·reach + 1, places)."""
    away = np.arange(-_REACH, _REACH + 1)[:, None] - np.array(_BETWEEN)
    window = np.i0(_BETA * np.sqrt(1 - (away / (_REACH + 1)) ** 2))
    weights = np.sinc(away) * window
    normal: NDArray[np.float32] = (weights / weights.sum(axis=0)).astype(np.float32)
    return normal
