"""The texture: how much a take changes, how much of it returns, and where its sections meet. Pure: numpy only."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_PARTS = 8
_SHORTEST_PART = 24  # frames: half a second at the usual hop
_SLOT_S = 0.1  # grain in which returns are looked for
_BLOCK = 5  # slots compared as one, so that the order of sounds counts
_NEAREST_S = 2.0  # after a shorter time, every rhythm returns
_ALIKE = 1e-3  # of the mean: deviations smaller than that are those of a steady tone
_GRAIN_S = 0.25  # of a border
_SIDE_S = 12.0  # of sound on each side of a border: longer than a row of chords, so that no chord makes one
_APART_S, _MARGIN_S = 6.0, 4.0  # of borders from each other, and from both ends
_LEAST_NOVELTY = 0.14  # of the mean level: where a verse meets a chorus it is 0.4, and 0.17 at the least


def variety(mel: Floats) -> float | None:
    """Measure how far the eighths of a take (n, bands) are from their mean, as a share of it.

    In four minutes, noise and a loop of 2 s stay below 0.003, a loop of 8 s below 0.02; a song exceeds 0.1. Noise
    needs that time to even out: of 20 s it makes 0.008. None for silence, or less than about 4 s.
    """
    length = len(mel) // _PARTS
    if length < _SHORTEST_PART:
        return None
    parts = _pooled(mel, length)[:_PARTS]
    mean = parts.mean(axis=0)
    size = float(np.linalg.norm(mean))
    return float(np.linalg.norm(parts - mean, axis=1).mean()) / size if size > 0 else None


def repetition(mel: Floats, hop_s: float) -> float | None:
    """Measure how alike a take is to itself some time later, 0…1: the best of all times from 2 s to half of it.

    Half a second is compared with half a second, by the cosine of what differs from the mean. A loop exceeds 0.95.
    None for silence, or less than 5 s.
    """
    width = max(1, round(_SLOT_S / hop_s))
    nearest = max(1, round(_NEAREST_S / hop_s / width))
    slots = _pooled(mel, width)
    if len(slots) < 2 * nearest + _BLOCK or not slots.any():
        return None
    mean = slots.mean(axis=0)
    blocks = _unit(_blocks(slots - mean), least=_ALIKE * float(np.linalg.norm(mean)) * _BLOCK**0.5)
    echo = _echo(blocks)[nearest:] if blocks.any() else np.ones(1)
    return float(np.clip(echo.max(), 0, 1))


def sections(mel: Floats, hop_s: float) -> tuple[float, ...]:
    """Give the times in seconds where one section meets the next, without the start and the end of the take.

    Of the rehearsal band's borders it finds three in four, to 0.1 s; one in four that it finds is none.
    """
    width = max(1, round(_GRAIN_S / hop_s))
    side, apart, margin = (max(1, round(s / hop_s / width)) for s in (_SIDE_S, _APART_S, _MARGIN_S))
    novelty = _novelty(_pooled(mel, width), side)
    least = max(_LEAST_NOVELTY, float(novelty.mean())) if len(novelty) else 0.0
    return tuple(
        grain * width * hop_s
        for grain in np.flatnonzero(novelty > least).tolist()
        if margin <= grain < len(novelty) - margin
        and novelty[grain] == novelty[max(0, grain - apart) : grain + apart + 1].max()
    )


def _pooled(mel: Floats, width: int) -> Floats:
    """Give the means of so many frames each; what is left over at the end is left out."""
    count = len(mel) // width
    frames = mel[: count * width].reshape(count, width, mel.shape[1])
    return np.asarray(frames.mean(axis=1), np.float32)


def _blocks(slots: Floats) -> Floats:
    """Put every slot and those after it in a row: (n − 4, 5 · bands)."""
    windows = np.lib.stride_tricks.sliding_window_view(slots, _BLOCK, axis=0)
    return windows.reshape(len(windows), -1)


def _unit(blocks: Floats, least: float) -> Floats:
    lengths = np.linalg.norm(blocks, axis=1, keepdims=True)
    return np.asarray(
        np.where(lengths > least, blocks / np.maximum(lengths, np.float32(1e-30)), 0), np.float32
    )


def _echo(blocks: Floats) -> Doubles:
    """Give the mean likeness of blocks so many slots apart, for 0 … half of the take.

    These are the means of the diagonals of the self-similarity matrix; an FFT finds them without the matrix.
    """
    count = len(blocks)
    lags = (count + _BLOCK) // 2 + 1
    size = ((count + lags) // 512 + 1) * 512  # longer than both together, and quick to transform
    spectra = np.fft.rfft(blocks, size, axis=0)
    power = (np.square(spectra.real) + np.square(spectra.imag)).sum(axis=1, dtype=np.float64)
    echo = np.fft.irfft(power, size)[:lags]
    return np.asarray(echo / (count - np.arange(len(echo))), np.float64)


def _novelty(grains: Floats, side: int) -> Doubles:
    """Give how much the sound from each grain on differs from that before it, as a share of the mean level.

    Before its start and after its end the take is mirrored, which makes no border there.
    """
    size = float(np.linalg.norm(grains.mean(axis=0))) if len(grains) else 0.0
    if size == 0:
        return np.zeros(0)
    mirrored = np.pad(grains, ((side, side), (0, 0)), mode="symmetric")
    sums = np.cumsum(np.pad(mirrored, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    means = (sums[side:] - sums[:-side]) / side
    return np.asarray(np.linalg.norm(means[side:-1] - means[: -side - 1], axis=1) / size, np.float64)
