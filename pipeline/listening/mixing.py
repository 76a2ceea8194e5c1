"""The mixing: samples that can be reckoned with, and one channel out of two. Pure: numpy only."""

import math

import numpy as np
from numpy.typing import NDArray

LOUDEST = 1e6  # +120 dBFS: whatever is beyond it is broken, and would overflow the sums
_INVERTED = -0.3  # correlation below which the two channels would be each other's silence


def clean(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give samples that are finite and within ±10⁶: those that are no numbers, or infinite, become 0."""
    finite = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
    return finite.clip(-LOUDEST, LOUDEST)


def mixed(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make one channel of the first two of a clean block (frames, channels).

    Where they would put each other out, it is the louder one.
    """
    if block.shape[1] == 1:
        return block[:, 0]
    left, right = block[:, 0], block[:, 1]
    powers = float(np.dot(left, left)), float(np.dot(right, right))
    likeness = correlation(*powers, float(np.dot(left, right)))
    if likeness is not None and likeness < _INVERTED:
        return left if powers[0] >= powers[1] else right
    mono: NDArray[np.float32] = (left + right) * np.float32(0.5)
    return mono


def correlation(left: float, right: float, product: float) -> float | None:
    """Tell −1…1 from two channels' energies and their product; None when one of them is silent."""
    both = math.sqrt(left) * math.sqrt(right)
    return max(-1.0, min(1.0, product / both)) if both > 0 else None
