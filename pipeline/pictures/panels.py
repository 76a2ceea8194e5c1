"""The panels of a plot: the wave and the spectrum, reduced to the pixels there are."""

import numpy as np
from numpy.typing import NDArray

from pipeline.pictures.colour import parsed
from pipeline.pictures.plotdata import Floats

# From silence to loud: dark blue, violet, red, yellow, nearly white; each lighter than the one before, so that
# the order also shows in grey and to those who see colours otherwise.
_RAMP = np.array(
    [parsed(code) for code in ("#0b1020", "#3b1d6e", "#a12a6b", "#e8643c", "#f9c463", "#fdf6d8")]
)
_STEPS = 256


def envelope(peaks: Floats, columns: int) -> Floats:
    """Give the least and the greatest sample of each column, shape (≤ columns, 2), within −1…1."""
    clean = np.clip(np.nan_to_num(np.asarray(peaks, np.float64)), -1, 1).reshape(-1, 2)
    if len(clean) == 0:
        return np.zeros((1, 2))
    starts = _starts(len(clean), columns)
    return np.stack(
        [np.minimum.reduceat(clean[:, 0], starts), np.maximum.reduceat(clean[:, 1], starts)], axis=1
    )


def level(rms: Floats, columns: int) -> Floats:
    """Give the mean level of each column, shape (≤ columns,), 0…1."""
    clean = np.clip(np.nan_to_num(np.asarray(rms, np.float64).ravel()), 0, 1)
    return _averaged(clean, columns) if len(clean) else np.zeros(1)


def spectrum(mel: Floats, columns: int) -> NDArray[np.uint8]:
    """Give the spectrum as pixels (bands, ≤ columns, 3), low bands at the bottom."""
    clean = np.nan_to_num(np.asarray(mel, np.float64))
    if clean.ndim != 2 or clean.size == 0:
        clean = np.zeros((1, 1))
    heat = _averaged(clean, columns)
    low, high = np.percentile(heat, [3, 99.7])
    share = np.clip((heat - low) / max(1e-9, high - low), 0, 1)
    pixels: NDArray[np.uint8] = _COLOURS[np.rint(share * (_STEPS - 1)).astype(np.intp)]
    return pixels.transpose(1, 0, 2)[::-1]


def _averaged(values: Floats, columns: int) -> Floats:
    starts = _starts(len(values), columns)
    counts = np.diff([*starts, len(values)])
    return np.asarray(np.add.reduceat(values, starts, axis=0) / counts.reshape(-1, *[1] * (values.ndim - 1)))


def _starts(count: int, columns: int) -> NDArray[np.intp]:
    columns = min(count, columns)
    return np.arange(columns) * count // columns


def _colours() -> NDArray[np.uint8]:
    places = np.linspace(0, 1, _STEPS)
    stops = np.linspace(0, 1, len(_RAMP))
    bands = [np.interp(places, stops, _RAMP[:, band]) for band in range(3)]
    return np.asarray(np.rint(np.stack(bands, axis=1)), dtype=np.uint8)


_COLOURS = _colours()
