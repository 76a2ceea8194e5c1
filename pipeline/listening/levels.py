"""The levels: peak, RMS, offset, balance, width and clipping, added up block by block."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LOUDEST = 1e6  # +120 dBFS: whatever is beyond it is broken, and would overflow the sums
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


class Levels:
    """Adds up the levels of a stream of blocks: peak, RMS and clipping over all channels, the rest over two."""

    def __init__(self, channels: int) -> None:
        self.frames = 0
        self._channels = channels
        self._finite = True
        self._peak = 0.0
        self._sums = np.zeros(channels)
        self._energies = np.zeros(channels)
        self._product = self._middle = self._side = 0.0
        self._clipped = self._overs = 0
        self._tops = [
            np.zeros((channels, _RUN), bool) for _ in range(2)
        ]  # of each sign: the last block's end

    def add(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Measure a block (frames, channels) and give it back clean.

        Clean is finite and within ±10⁶: samples that are no numbers count as 0, after they were noted.
        """
        if not len(block):
            return block
        peak = max(float(block.max()), -float(block.min()))
        if not peak <= _LOUDEST:  # a NaN is no number of any size
            self._finite = self._finite and bool(np.isfinite(block).all())
            block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0).clip(-_LOUDEST, _LOUDEST)
            peak = float(np.abs(block).max())
        self.frames += len(block)
        self._peak = max(self._peak, peak)
        self._add_sums(block.T)
        self._add_clipping(block.T, peak)
        return block

    def result(self, sample_rate: int) -> Levelled:
        """Give the levels of all blocks so far; `sample_rate` in Hz tells how many of them are a second."""
        seconds = self.frames / sample_rate
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
        if peak > 1:
            self._overs += int(np.count_nonzero(planes > 1) + np.count_nonzero(planes < -1))
        if peak < _CLIPPED:
            self._tops = [np.zeros((self._channels, _RUN), bool) for _ in range(2)]
            return
        for sign, top in enumerate((planes >= _CLIPPED, planes <= -_CLIPPED)):
            hot = np.concatenate([self._tops[sign], top], axis=1)
            # A run counts once, where it reaches its third sample: there, the one before the run is not hot.
            self._clipped += int(np.count_nonzero(hot[:, 3:] & hot[:, 2:-1] & hot[:, 1:-2] & ~hot[:, :-3]))
            self._tops[sign] = hot[:, -_RUN:]


def decibels(power: float) -> float:
    """Turn a power (a squared level) into decibels; nothing is −inf."""
    return 10 * math.log10(power) if power > 0 else -math.inf


def correlation(left: float, right: float, product: float) -> float | None:
    """Tell −1…1 from two channels' energies and their product; None when one of them is silent."""
    both = math.sqrt(left) * math.sqrt(right)
    return max(-1.0, min(1.0, product / both)) if both > 0 else None


def ratio(over: float, under: float) -> float:
    """Tell how far a power is over another one in dB, within ±144 (what 24 bits can tell apart): never infinite."""
    if under <= 0:
        return _APART_DB if over > 0 else 0.0
    return max(-_APART_DB, min(_APART_DB, decibels(over / under)))


def _energy(wave: NDArray[np.float32]) -> float:
    return float(np.dot(wave, wave))
