"""The windows: blocks of any length become windows of one length, wherever the borders fall."""

import numpy as np
from numpy.typing import NDArray


class Windows:
    """Cuts a stream of blocks into windows of `length` frames; what is too short waits for the next block."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._rest: NDArray[np.float32] | None = None

    @property
    def rest(self) -> NDArray[np.float32] | None:
        """What waits: float32 (channels, fewer than `length` frames); None when nothing does."""
        return self._rest

    def cut(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take a block (channels, frames) and give the whole windows so far (channels, windows, length)."""
        if self._rest is not None:
            planes = np.concatenate([self._rest, planes], axis=1)
        channels, frames = planes.shape
        count = frames // self._length
        whole = count * self._length
        # A copy: the block belongs to the decoder, which fills it again.
        self._rest = planes[:, whole:].copy() if whole < frames else None
        return planes[:, :whole].reshape(channels, count, self._length)
