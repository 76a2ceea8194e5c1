"""Colour: the little arithmetic that palettes, covers and plots need."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Colour: TypeAlias = tuple[int, int, int]

# WCAG 2.2, success criterion 1.4.3: text below 18 pt needs this ratio. Large text would need 3; a cover is
# looked at as a thumbnail, so the stricter number holds for all of it.
LEGIBLE = 4.5


def parsed(code: str) -> Colour:
    """Read "#rrggbb"."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours; `share` 0 is all the first, 1 all the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def luminance(pixels: ArrayLike) -> NDArray[np.float64]:
    """Give the relative luminance (WCAG 2.2) of sRGB bytes (…, 3): 0 black, 1 white, shape (…)."""
    return np.asarray(_LINEAR[np.asarray(pixels, dtype=np.uint8)] @ _WEIGHTS)


def contrast(one: ArrayLike, other: ArrayLike) -> float:
    """Give the least contrast ratio (WCAG 2.2) between two sets of colours, 1 to 21."""
    lighter, darker = luminance(one), luminance(other)
    ratio = (lighter + 0.05) / (darker + 0.05)
    return float(np.min(np.maximum(ratio, 1 / ratio)))


def _linear() -> NDArray[np.float64]:
    level = np.arange(256) / 255
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


_LINEAR = _linear()
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722])
