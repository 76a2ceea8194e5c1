"""The dice: choices that look like chance and are the same for the same song, on every machine."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Dice:
    """Throws numbers out of a text. Dice of the same text fall the same way, in the same order."""

    def __init__(self, text: str) -> None:
        self._text = text.encode("utf-8", "surrogatepass")
        self._throws = 0

    def number(self) -> float:
        """Throw a number from 0 up to, not including, 1."""
        self._throws += 1
        drawn = hashlib.blake2b(self._text, digest_size=6, salt=self._throws.to_bytes(16, "big")).digest()
        return int.from_bytes(drawn, "big") / 2**48

    def between(self, low: float, high: float) -> float:
        """Throw a number between two others."""
        return low + (high - low) * self.number()

    def pick(self, things: Sequence[_T]) -> _T:
        """Pick one of several."""
        return things[int(self.number() * len(things))]

    def seed(self) -> int:
        """Throw a seed for numpy's generators."""
        return int(self.number() * 2**48)
