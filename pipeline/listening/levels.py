"""The levels: peak, RMS, offset, balance, width and clipping, added up block by block."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.listening.mixing import LOUDEST, clean, correlation

_CLIPPED = 0.985  # a converter's or a limiter's flat top, also after dither and a lossless codec
_APART_DB = 144.0
_RUN = 3  # samples in a row on a flat top; fewer happen in sound music (facts/audio.md 3.3)


@dataclass(frozen=True, slots=True)
class Levelled:
    """The fields of `take.Measures` that are told by sums over all samples."""

    peak_dbfs: float
    rms_dbfs: float
    finite: bool
    dc: float | None
    balance_db: float | None
    correlation: float | None
    side_db: float | None
    clipped_per_s: float | None
    overs_per_s: float | None
    clipped_at_s: float | None


class Levels:
    """Adds up the levels of a stream of blocks: peak, RMS and clipping over all channels, the rest over two."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self.frames = 0
        self._rate = sample_rate
        self._channels = channels
        self._finite = True
        self._peak = 0.0
        self._sums = np.zeros(channels)
        self._energies = np.zeros(channels)
        self._product = self._middle = self._side = 0.0
        self._clipped = self._overs = 0
        self._hottest = _Hottest(sample_rate)
        self._tops = [
            np.zeros((channels, _RUN), bool) for _ in range(2)
        ]  # of each sign: the last block's end

    def add(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Measure a block (frames, channels) and give it back clean: what is no number counts as 0, once noted."""
        if not len(block):
            return block
        peak = max(float(block.max()), -float(block.min()))
        if not peak <= LOUDEST:  # a NaN is no number of any size
            self._finite = self._finite and bool(np.isfinite(block).all())
            block = clean(block)
            peak = float(np.abs(block).max())
        self.frames += len(block)
        self._peak = max(self._peak, peak)
        self._add_sums(block.T)
        self._add_clipping(block.T, peak)
        return block

    def result(self) -> Levelled:
        """Give the levels of all blocks so far."""
        seconds = self.frames / self._rate
        energy = float(self._energies.sum()) / max(1, self.frames * self._channels)
        left, right = (float(self._energies[at]) for at in ((0, 1) if self._channels > 1 else (0, 0)))
        is_stereo = self._channels > 1 and left + right > 0
        return Levelled(
            peak_dbfs=decibels(self._peak**2),
            rms_dbfs=decibels(energy),
            finite=self._finite,
            dc=float(np.abs(self._sums).max()) / self.frames if self.frames else None,
            balance_db=ratio(left, right) if is_stereo else None,
            correlation=correlation(left, right, self._product) if is_stereo else None,
            side_db=ratio(self._side, self._middle) if is_stereo else None,
            clipped_per_s=self._clipped / seconds if seconds else None,
            overs_per_s=self._overs / seconds if seconds else None,
            clipped_at_s=self._hottest.second,
        )

    def _add_sums(self, planes: NDArray[np.float32]) -> None:
        self._sums += planes.sum(axis=1)
        self._energies += np.vecdot(planes, planes)
        if self._channels > 1:
            left, right = planes[0], planes[1]
            self._product += float(np.dot(left, right))
            # Not from the sums above: a difference of large sums is never the nothing that it is for a mono take.
            self._side += _energy(left - right)
            self._middle += _energy(left + right)

    def _add_clipping(self, planes: NDArray[np.float32], peak: float) -> None:
        places = []  # the frames of this block where something is clipped
        if peak > 1:
            places.append(np.nonzero((planes > 1) | (planes < -1))[1])
            self._overs += len(places[0])
        if peak < _CLIPPED:
            self._tops = [np.zeros((self._channels, _RUN), bool) for _ in range(2)]
            return
        for sign, top in enumerate((planes >= _CLIPPED, planes <= -_CLIPPED)):
            hot = np.concatenate([self._tops[sign], top], axis=1)
            # A run counts once, where it reaches its third sample: there, the one before the run is not hot.
            runs = np.nonzero(hot[:, 3:] & hot[:, 2:-1] & hot[:, 1:-2] & ~hot[:, :-3])[1]
            places.append(runs)
            self._clipped += len(runs)
            self._tops[sign] = hot[:, -_RUN:]
        self._hottest.add(np.concatenate(places) + (self.frames - planes.shape[1]))


class _Hottest:
    """Finds the second in which the most is clipped, the first of several, however the samples come in blocks.

    It keeps no seconds but the best and the last one: a header may call every sample a second.
    """

    def __init__(self, sample_rate: int) -> None:
        self.second: float | None = None
        self._rate = sample_rate
        self._most = 0
        self._last = (-1, 0)  # a second that may go on in the next block, and what is clipped in it so far

    def add(self, frames: NDArray[np.intp]) -> None:
        """Count the frames of a block, by their number in the whole, in which something is clipped."""
        if not len(frames):
            return
        seconds, counts = np.unique(frames // self._rate, return_counts=True)
        if seconds[0] == self._last[0]:
            counts[0] += self._last[1]
        most = int(counts.argmax())
        if counts[most] > self._most:
            self._most, self.second = int(counts[most]), float(seconds[most])
        self._last = int(seconds[-1]), int(counts[-1])


def decibels(power: float) -> float:
    """Turn a power (a squared level) into decibels; nothing is −inf."""
    return 10 * math.log10(power) if power > 0 else -math.inf


def ratio(over: float, under: float) -> float:
    """Tell how far a power is over another one in dB, within ±144 (what 24 bits can tell apart): never infinite."""
    if under <= 0:
        return _APART_DB if over > 0 else 0.0
    return max(-_APART_DB, min(_APART_DB, decibels(over / under)))


def _energy(wave: NDArray[np.float32]) -> float:
    return float(np.dot(wave, wave))
