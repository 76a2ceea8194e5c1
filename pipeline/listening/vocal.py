"""The marks of a voice: what a singer does to the sound and a band does not, as numbers ten times a second."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
Grid = NDArray[np.floating[Any]]

RATE = 16_000
STEP_S = 0.1
_HOP = 320  # 20 ms
_FRAME = 1024  # 64 ms: short enough for a consonant
_LONG = 2048  # 128 ms: long enough to tell a pitch
_PER_STEP = round(STEP_S * RATE) // _HOP
_BANDS = 26  # mel bands from 100 to 7600 Hz
_CEPSTRA = 13
_GROUPS = 6  # of mel bands, for what trembles at the rate of syllables
_CENT_BINS = 60  # bins of 20 cents to an octave, from 160 Hz
_OCTAVES = 4.5
_SHIFTS = (-4, -3, -2, -1, 1, 2, 3, 4)  # bins between two frames 40 ms apart
_REGIONS = 8
_FLOOR = 1e-7  # of the loudest band, 70 dB below: what is quieter is not heard


def at_16_khz(mono: Sound, sample_rate: int) -> Sound:
    """Resample by cutting the spectrum of the whole at 8 kHz, or by padding it."""
    seconds = -(-len(mono) // sample_rate)
    spectrum = np.fft.rfft(mono, seconds * sample_rate)
    sound: Sound = np.fft.irfft(spectrum[: seconds * RATE // 2 + 1], seconds * RATE).astype(np.float32)
    return sound[: len(mono) * RATE // sample_rate] * np.float32(RATE / sample_rate)


def marks(sound: Sound) -> Grid:
    """Describe 16 kHz sound: a row every 0.1 s, a column for each mark; at least 2 s of sound."""
    power = _spectra(sound, _FRAME, _HOP)
    mel = power @ _mel_filters().T
    loudness = np.log(mel + mel.max(initial=1e-12) * _FLOOR)
    loudness -= loudness.mean()
    cepstra = loudness @ _cosines().T
    parts = [
        _around(cepstra, 0.4),
        _spread(cepstra, 0.5),
        _around(np.abs(np.gradient(cepstra, axis=0)), 0.5),
        _syllables(loudness),
        _bursts(loudness),
        *_wandering(power),
    ]
    steps = len(power) // _PER_STEP
    rows = [part[_PER_STEP // 2 :: _PER_STEP][:steps] for part in parts]
    glides = [np.repeat(part, 2, axis=0)[_PER_STEP // 2 :: _PER_STEP] for part in _glides(sound)]
    rows += [np.pad(part, ((0, max(0, steps - len(part))), (0, 0)), "edge")[:steps] for part in glides]
    return np.concatenate(rows, axis=1)


def _spectra(sound: Sound, size: int, hop: int) -> Sound:
    padded = np.pad(sound, (size // 2, size // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    spectrum = np.fft.rfft(frames * np.hanning(size).astype(np.float32), axis=1)
    return (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)


def _mel_filters() -> Sound:
    lowest, highest = (2595 * math.log10(1 + hertz / 700) for hertz in (100.0, 7600.0))
    mels = np.linspace(lowest, highest, _BANDS + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    hertz = np.fft.rfftfreq(_FRAME, 1 / RATE)
    rise = (hertz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hertz) / np.diff(edges)[1:, None]
    filters: Sound = np.clip(np.minimum(rise, fall), 0, None).astype(np.float32)
    return filters


def _cosines() -> Sound:
    bands = np.arange(_BANDS) + 0.5
    waves: Sound = (np.cos(np.pi * np.arange(_CEPSTRA)[:, None] * bands / _BANDS) / _BANDS).astype(np.float32)
    return waves


def _around(curves: Grid, seconds: float, hop: int = _HOP) -> Grid:
    """Average each column over so many seconds before and after."""
    half = max(1, round(seconds * RATE / hop))
    padded = np.pad(curves, ((half + 1, half), (0, 0)), "edge").astype(np.float64)
    sums = np.cumsum(padded, axis=0)
    return (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)


def _spread(curves: Grid, seconds: float) -> Grid:
    """Give the standard deviation around each moment."""
    spread: Grid = np.sqrt(np.maximum(_around(curves**2, seconds) - _around(curves, seconds) ** 2, 0))
    return spread


def _syllables(loudness: Grid) -> Grid:
    """Tell how strongly groups of bands rise and fall at the rate of syllables, and how much faster ones do."""
    groups = np.stack([part.mean(axis=1) for part in np.array_split(loudness, _GROUPS, axis=1)], axis=1)
    quick = _around(groups, 0.02)
    slow = _around(groups, 0.1)
    middle = _spread(slow - _around(groups, 0.35), 0.7)
    return np.concatenate([middle, _spread(quick - slow, 0.7)], axis=1)


def _bursts(loudness: Grid) -> Grid:
    """Tell whether highs and mids come together, as drums make them, or in turn, as consonants do."""
    low, mid, high = (
        loudness[:, :4].mean(axis=1),
        loudness[:, 5:16].mean(axis=1),
        loudness[:, 19:].mean(axis=1),
    )
    curves = np.stack([low, mid, high], axis=1)
    away = curves - _around(curves, 0.5)
    pairs = np.stack([away[:, 1] * away[:, 2], away[:, 0] * away[:, 2], away[:, 0] * away[:, 1]], axis=1)
    power = _around(away**2, 0.7) + 0.05
    own = np.stack([power[:, 1] * power[:, 2], power[:, 0] * power[:, 2], power[:, 0] * power[:, 1]], axis=1)
    alike: Grid = _around(pairs, 0.7) / np.sqrt(own)
    return alike


def _wandering(power: Sound) -> list[Grid]:
    """Tell how much is left when what stands still in time (keys, strings) and what is broad (drums) are gone."""
    size = np.sqrt(power)
    steady = np.minimum(_shifted(size, 0, -8, -2), _shifted(size, 0, 3, 9))
    broad = np.minimum(_shifted(size, 1, -9, -2), _shifted(size, 1, 3, 10))
    left = np.maximum(size - np.maximum(steady, broad), 0) ** 2
    filters = _mel_filters().T
    whole, rest = power @ filters, left @ filters
    floor = whole.mean() * 1e-4
    share = np.log((_around(rest, 0.3) + floor) / (_around(whole, 0.3) + floor))
    shape = np.log(rest + floor) @ _cosines().T
    groups = np.stack([part.mean(axis=1) for part in np.array_split(share, 8, axis=1)], axis=1)
    smooth = _around(shape, 0.04)[:, :9]
    return [groups, _around(shape, 0.4)[:, :9], _spread(smooth, 0.5)]


def _shifted(size: Sound, axis: int, first: int, last: int) -> Grid:
    """Average over neighbours from `first` to before `last` away along an axis."""
    pad = 12
    widths = [(0, 0), (0, 0)]
    widths[axis] = (pad, pad)
    sums = np.cumsum(np.pad(size, widths, "edge"), axis=axis, dtype=np.float32)
    count = size.shape[axis]
    upper = np.take(sums, np.arange(pad + last - 1, pad + last - 1 + count), axis=axis)
    lower = np.take(sums, np.arange(pad + first - 1, pad + first - 1 + count), axis=axis)
    return (upper - lower) / (last - first)


def _glides(sound: Sound) -> list[Grid]:
    """Tell, by region of pitch, how well a small shift of pitch explains the next frame, and how tonal it is.

    A voice glides by less than a semitone at a time; keys, strings and drums step or stay (the fluctogram of
    Lehner, Widmer and Sonnleitner, 2014).
    """
    hop = 2 * _HOP
    magnitude = np.sqrt(_spectra(sound, _LONG, hop))
    bins = int(_CENT_BINS * _OCTAVES)
    place = 160 * 2 ** (np.arange(bins) / _CENT_BINS) * _LONG / RATE
    lower = place.astype(int)
    part = (place - lower).astype(np.float32)
    lines = magnitude[:, lower] * (1 - part) + magnitude[:, lower + 1] * part
    lines /= np.sqrt(np.mean(lines**2, axis=1, keepdims=True)) + 1e-6
    windows = _regions(bins)
    now, after = lines[:-1], lines[1:]
    still = (now * after) @ windows + 1e-3
    shifted = np.stack([(now * np.roll(after, -shift, axis=1)) @ windows for shift in _SHIFTS])
    better = np.log(np.maximum(shifted.max(axis=0), still) / still)
    whole = np.log(np.maximum(shifted.mean(axis=2).max(axis=0), still.mean(axis=1)) / still.mean(axis=1))
    together = np.stack([whole, np.log(shifted / still).mean(axis=2).max(axis=0)], axis=1)
    tonal = np.log((lines[:-1] ** 2) @ windows + 1e-3) - 2 * np.log(now @ windows + 1e-3)
    return [_around(better, 0.4, hop), _around(tonal, 0.4, hop), _around(together, 0.4, hop)]


def _regions(bins: int) -> Sound:
    """Lay overlapping triangles over the pitches, a column each."""
    centres = np.linspace(0, bins, _REGIONS + 2)[1:-1]
    width = bins / (_REGIONS + 1) * 1.5
    shape = np.clip(1 - np.abs(np.arange(bins)[:, None] - centres) / width, 0, 1).astype(np.float32)
    triangles: Sound = shape / shape.sum(axis=0)
    return triangles
