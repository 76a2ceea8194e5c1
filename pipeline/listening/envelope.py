"""The envelope: where there is sound, where there is none, and how it ends."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.listening.levels import ratio
from pipeline.listening.limits import END_S
from pipeline.listening.windows import Windows

_WINDOW_S = 0.05
# Power: what lies below −50 dBFS RMS is not heard beside music (facts/audio.md 3.2).
_ACTIVE = 10 ** (-50 / 10)
_STRETCHES = 200  # enough for a waveform on a cover or in a player, little enough for a sidecar


@dataclass(frozen=True, slots=True)
class Outline:
    """The fields of `take.Measures` that the envelope tells; None is where there is nothing to tell it by."""

    first_sound_s: float | None
    trailing_silence_s: float | None
    longest_gap_s: float | None
    silent_share: float | None
    end_db: float | None
    longest_gap_at_s: float | None


class Envelope:
    """Follows the power of a stream of blocks over all channels, every 50 ms."""

    def __init__(self, sample_rate: int) -> None:
        self._length = max(1, round(_WINDOW_S * sample_rate))
        self._window_s = self._length / sample_rate
        self._windows = Windows(self._length)
        self._powers: list[NDArray[np.float64]] = []

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure a block (frames, channels) of finite samples."""
        self._powers.append(_powers(self._windows.cut(block.T)))

    def result(self) -> Outline:
        """Give the outline of all blocks so far; a last window may be shorter than the others."""
        whole = np.concatenate([np.empty(0), *self._powers])
        rest = self._windows.rest
        powers = whole if rest is None else np.append(whole, _powers(rest[:, None, :]))
        seconds = self._window_s * (len(whole) + (0 if rest is None else rest.shape[1] / self._length))
        active = np.flatnonzero(powers > _ACTIVE)
        if not len(active):
            silent = len(powers) > 0
            return Outline(None, seconds if silent else None, None, 1.0 if silent else None, None, None)
        steps = np.diff(active, prepend=active[0] - 1)
        behind = int(steps.argmax())
        gap = int(steps[behind]) - 1
        return Outline(
            first_sound_s=float(active[0]) * self._window_s,
            trailing_silence_s=max(0.0, seconds - (float(active[-1]) + 1) * self._window_s),
            longest_gap_s=gap * self._window_s,
            silent_share=1 - len(active) / len(powers),
            end_db=_end(whole if len(whole) else powers, self._window_s),
            longest_gap_at_s=float(active[behind] - gap) * self._window_s if gap else None,
        )

    def outline(self) -> tuple[float, ...]:
        """Give the level of at most 200 equal stretches beside the loudest one, 0…1, rounded."""
        powers = np.concatenate([np.empty(0), *self._powers])
        count = min(len(powers), _STRETCHES)
        if not count or not powers.max() > 0:
            return ()
        edges = np.arange(count) * len(powers) // count
        levels = np.sqrt(np.maximum.reduceat(powers, edges))
        return tuple(np.round(levels / levels.max(), 3).tolist())


def _powers(windows: NDArray[np.float32]) -> NDArray[np.float64]:
    channels, _, length = windows.shape
    powers: NDArray[np.float64] = np.vecdot(windows, windows).sum(axis=0, dtype=np.float64)
    powers /= channels * length
    return powers


def _end(powers: NDArray[np.float64], window_s: float) -> float:
    """Tell the level of the last quarter of a second beside the median one where there is sound, in dB."""
    sounding = powers[powers > _ACTIVE]
    if not len(sounding):
        return 0.0
    last = powers[-max(1, round(END_S / window_s)) :]
    return ratio(float(last.mean()), float(np.median(sounding)))
