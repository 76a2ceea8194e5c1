"""Audio in blocks: the same samples, with borders anywhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Samples = NDArray[np.float32]
places = st.lists(st.floats(0, 1), max_size=6)  # where to cut, as shares of the whole


def cut(samples: Samples, at: Sequence[float] = ()) -> list[Samples]:
    """Cut (frames, channels) at shares of its length; blocks may be empty."""
    return np.split(samples, sorted(int(share * len(samples)) for share in at))


def tone(
    hertz: float, seconds: float, *, level: float = 1.0, rate: int = 48_000, turn: float = 0.0
) -> Samples:
    """A sine in one channel (frames, 1); `level` is its peak, `turn` its phase in degrees."""
    phase = 2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate + np.radians(turn)
    return (level * np.sin(phase)).astype(np.float32)[:, None]


def stereo(left: Samples, right: Samples) -> Samples:
    """Two channels (frames, 2) out of two single ones."""
    return np.concatenate([left, right], axis=1)


def pad(*seconds: float, rate: int, level: float = 0.1) -> Samples:
    """Noise and silence in turn, beginning with noise, in one channel."""
    dice = np.random.default_rng(7)
    parts: list[NDArray[Any]] = [
        level * dice.standard_normal(round(part * rate)) * (number % 2 == 0)
        for number, part in enumerate(seconds)
    ]
    return np.concatenate(parts).astype(np.float32)[:, None]
