"""The portrait: a take as pictures need it, its waveform and its spectrum in a handful of columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.listening import texture
from pipeline.listening.mixing import clean, mixed
from pipeline.listening.spectrum import Spectrum

COLUMNS = 1200  # at most: as wide as a picture is
_GRAINS_PER_S = 100

Column = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """Waveform and spectrum of a take; times in seconds, levels in full scale.

    `low`, `high` and `rms` are of equal stretches of the whole; `mel` holds logarithmic bands, `hop_s` apart;
    `sections` are the borders that were heard.
    """

    duration_s: float
    low: Column
    high: Column
    rms: Column
    mel: tuple[Column, ...]
    hop_s: float
    sections: Column


class Portrayer:
    """Follows a take, its first two channels as one, block by block."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._grain = max(1, sample_rate // _GRAINS_PER_S)
        self._rest: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._grains: list[NDArray[np.float32]] = []
        self._spectrum = Spectrum(sample_rate)
        self._frames = 0

    def add(self, block: NDArray[np.float32]) -> None:
        """Take in the next samples, float32 (frames, channels), whatever they are."""
        mono = mixed(clean(block))
        self._frames += len(mono)
        self._spectrum.add(mono)
        joined = np.concatenate([self._rest, mono])
        whole = len(joined) - len(joined) % self._grain
        self._rest = joined[whole:].copy()
        if whole:
            self._grains.append(_seen(joined[:whole].reshape(-1, self._grain)))

    def portrait(self, columns: int = COLUMNS) -> Portrait:
        """Draw what was heard so far."""
        rest = [_seen(self._rest[None, :])] if len(self._rest) else []
        grains = np.concatenate([np.empty((0, 3), dtype=np.float32), *self._grains, *rest])
        heard = self._spectrum.result()
        edges = _edges(len(grains), columns)
        mel_edges = _edges(len(heard.mel), columns)
        mel = np.add.reduceat(heard.mel, mel_edges) if len(mel_edges) else heard.mel
        counts = np.diff(mel_edges, append=len(heard.mel)).reshape(-1, 1)
        return Portrait(
            duration_s=self._frames / self._rate,
            low=_rounded(np.minimum.reduceat(grains[:, 0], edges) if len(edges) else grains[:, 0]),
            high=_rounded(np.maximum.reduceat(grains[:, 1], edges) if len(edges) else grains[:, 1]),
            rms=_rounded(np.sqrt(_means(grains[:, 2], edges))),
            mel=tuple(map(_rounded, mel / counts)) if len(mel) else (),
            hop_s=heard.hop_s * max(1.0, len(heard.mel) / columns),
            sections=texture.sections(heard.mel, heard.hop_s),
        )


def _seen(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give least sample, greatest sample and power of each window."""
    return np.stack([windows.min(1), windows.max(1), np.square(windows).mean(1)], axis=1)


def _edges(count: int, columns: int) -> NDArray[np.int64]:
    """Cut so many things into at most so many stretches; give where each begins."""
    parts = min(count, columns)
    return np.arange(parts, dtype=np.int64) * count // max(1, parts)


def _means(values: NDArray[np.float32], edges: NDArray[np.int64]) -> NDArray[np.float32]:
    if not len(edges):
        return values
    counts = np.diff(edges, append=len(values))
    return (np.add.reduceat(values, edges) / counts).astype(np.float32)


def _rounded(values: NDArray[np.float32]) -> Column:
    return tuple(np.round(values, 4).astype(float).tolist())
