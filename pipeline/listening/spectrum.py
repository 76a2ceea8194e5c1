"""The spectrum: a take's bands, rises, noisiness and pitch classes, heard in a stream. Pure: numpy only."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Hertz = NDArray[np.floating[Any]]

BANDS = 40
_HOP_S = 1024 / 48_000  # a beat at 120 bpm is 23 hops; the window is two hops long
_FASTEST = 384_000  # Hz: no converter is faster, but a header may say anything
_SHORTEST_HOP = 16  # samples
_SLAB = 64  # hops looked at in one go: the work of a slab stays in the processor's cache
_LONG = 8  # hops in a window of the chroma: 6 Hz a bin at 48 kHz
_LONG_STEP = 16  # hops from one chroma window to the next; chords last longer than that
_FLAT_STEP = 8  # every how many frames the flatness is taken
_MEL_HZ = (30.0, 16_000.0)  # from above the leak of a DC offset to where lossy coders cut
_FLAT_HZ = (117.0, 16_000.0)
_CHROMA_HZ = (65.0, 2_000.0)  # C2 to B6
_HUSH = 1e-9  # power of −90 dBFS: below it there are only rounding errors and dither
_LOUDEST = 16.0  # +24 dBFS; a hostile file may hold 1e38, whose square is no float32


@dataclass(frozen=True, slots=True)
class Spectrogram:
    """What a whole take's spectrum says.

    `mel` is (n, 40): log(1 + 100·level) of bands from 30 Hz to 16 kHz, a full-scale sine having the level 1.
    `flux` is (n,): the mean rise of the bands since the frame before; the first one rises from silence. Frame i
    spans two hops from i·`hop_s`. `flatness` is 0 for a tone and 0.56 for white noise, 0 for silence. `chroma` is
    (12,), C first: how strongly each pitch class is heard, all zero in silence.
    """

    mel: Floats
    flux: Floats
    hop_s: float
    flatness: float
    chroma: NDArray[np.float64]


class Spectrum:
    """Hears one channel in blocks of any length; the same samples give the same result, however they are cut."""

    def __init__(self, sample_rate: int) -> None:
        self._hop = _smooth(round(min(sample_rate, _FASTEST) * _HOP_S))
        self._hop_s = self._hop / sample_rate
        self._short, self._long = _window(2 * self._hop), _window(_LONG * self._hop)
        hertz = np.fft.rfftfreq(2 * self._hop, 1 / sample_rate)
        self._bands = _Bands(hertz)
        self._broad = _between(hertz, _FLAT_HZ)
        long_hertz = np.fft.rfftfreq(_LONG * self._hop, 1 / sample_rate)
        self._tonal = _between(long_hertz, _CHROMA_HZ)
        self._classes = _classes(long_hertz[self._tonal])
        self._room = np.empty((_SLAB + 1) * self._hop, np.float32)
        self._filled = 0
        self._mel: list[Floats] = []
        self._flat: list[Floats] = []
        self._chroma = np.zeros(12)

    def add(self, mono: Floats) -> None:
        """Hear the next samples, finite float32 of any number."""
        heard = 0
        while heard < len(mono):
            count = min(len(self._room) - self._filled, len(mono) - heard)
            room = self._room[self._filled : self._filled + count]
            np.clip(mono[heard : heard + count], -_LOUDEST, _LOUDEST, out=room)
            heard += count
            self._filled += count
            if self._filled == len(self._room):
                self._look()

    def result(self) -> Spectrogram:
        """Sum up what was heard so far; more may follow."""
        rest = self._room[: self._filled]
        last, last_flat = self._frames(rest)
        mel = np.concatenate([*self._mel, last])
        flat = np.concatenate([*self._flat, last_flat])
        return Spectrogram(
            mel=mel,
            flux=np.maximum(np.diff(mel, axis=0, prepend=np.float32(0)), 0).mean(axis=1),
            hop_s=self._hop_s,
            flatness=float(np.median(flat)) if len(flat) else 0.0,
            chroma=self._chroma + self._pitches(rest),
        )

    def _look(self) -> None:
        """Take a full slab down and keep the hop that the next one begins with."""
        mel, flat = self._frames(self._room)
        self._mel.append(mel)
        self._flat.append(flat)
        self._chroma += self._pitches(self._room)
        self._room[: self._hop] = self._room[-self._hop :]
        self._filled = self._hop

    def _frames(self, samples: Floats) -> tuple[Floats, Floats]:
        power = _power(samples, self._short, self._hop)
        return self._bands.levels(power), _flatness(power[::_FLAT_STEP, self._broad])

    def _pitches(self, samples: Floats) -> NDArray[np.float64]:
        """Fold the roots of the levels into pitch classes: a root, so that no drum drowns a chord."""
        power = _power(samples, self._long, _LONG_STEP * self._hop)[:, self._tonal]
        levels = np.maximum(power - np.float32(_HUSH), 0) ** np.float32(0.25)
        return np.asarray((levels @ self._classes).sum(axis=0), np.float64)


class _Bands:
    """The triangles of the bands, evenly spaced in mel (O'Shaughnessy's formula).

    Between two edges the one triangle falls while the next one rises, so the sums over each such strip make them
    all. Not a product of matrices: where others use the processor, the threads of a BLAS wait for each other, and
    100 times as long (measured).
    """

    def __init__(self, hertz: Hertz) -> None:
        top = min(_MEL_HZ[1], float(hertz[-1]))
        low, high = (2595 * np.log10(1 + edge / 700) for edge in (min(_MEL_HZ[0], top / 2), top))
        edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
        borders = np.searchsorted(hertz, edges)
        self._span = slice(int(borders[0]), int(borders[-1]))
        self._filled = np.diff(borders) > 0  # at a low rate a strip may lie between two bins
        self._starts = (borders[:-1] - borders[0])[self._filled]
        strips = np.searchsorted(borders, np.arange(borders[0], borders[-1]), side="right") - 1
        share = (hertz[self._span] - edges[strips]) / np.diff(edges)[strips]
        self._rising = share.astype(np.float32)
        self._falling = (1 - share).astype(np.float32)

    def levels(self, power: Floats) -> Floats:
        """Give log(1 + 100·level) of the bands, (frames, 40), of power spectra (frames, bins)."""
        strips = power[:, self._span]
        bands = self._sums(strips * self._rising)[:, :-1] + self._sums(strips * self._falling)[:, 1:]
        return np.asarray(np.log1p(100 * np.sqrt(bands)), np.float32)

    def _sums(self, bins: Floats) -> Floats:
        sums = np.zeros((len(bins), BANDS + 1), np.float32)
        if len(self._starts):
            sums[:, self._filled] = np.add.reduceat(bins, self._starts, axis=1)
        return sums


def _smooth(wanted: int) -> int:
    """Give the nearest number without a prime factor above 5, for which an FFT is quick."""
    near = max(wanted, _SHORTEST_HOP)
    twos, threes, fives = (base ** np.arange(int(np.log(2 * near) / np.log(base)) + 1) for base in (2, 3, 5))
    numbers = np.unique(np.multiply.outer(np.multiply.outer(twos, threes), fives))
    return int(numbers[np.argmin(np.abs(numbers - near))])


def _window(size: int) -> Floats:
    """Give a Hann window under which a full-scale sine has the level 1."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return np.asarray(window * 2 / window.sum(), np.float32)


def _power(samples: Floats, window: Floats, step: int) -> Floats:
    """Give the power spectra (frames, bins) of all windows that lie within the samples."""
    if len(samples) < len(window):
        return np.zeros((0, len(window) // 2 + 1), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, len(window))[::step]
    waves = np.fft.rfft(frames * window)
    return (np.square(waves.real) + np.square(waves.imag)).astype(np.float32, copy=False)


def _flatness(power: Floats) -> Floats:
    """Give geometric over arithmetic mean of each spectrum that is loud enough to have a colour."""
    if not power.shape[1]:
        return np.zeros(0, np.float32)
    loud = power[power.sum(axis=1) > _HUSH] + np.float32(1e-20)
    return np.asarray(np.exp(np.log(loud).mean(axis=1)) / loud.mean(axis=1), np.float32)


def _between(hertz: Hertz, band: tuple[float, float]) -> slice:
    return slice(*np.searchsorted(hertz, band).tolist())


def _classes(hertz: Hertz) -> Floats:
    """Give the weights (bins, 12) that take the mean over the bins of each pitch class; A is 440 Hz."""
    nearest = np.round(12 * np.log2(hertz / 440) + 69).astype(int) % 12
    weights = np.equal.outer(nearest, np.arange(12)).astype(np.float32)
    return np.asarray(weights / np.maximum(weights.sum(axis=0), 1), np.float32)
