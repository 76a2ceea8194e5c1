"""The rhythm: onsets, beat and tempo, told from the rises of a spectrum. Pure: numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_SLOWEST, _FASTEST = 40.0, 220.0  # bpm that are looked for; a brief's 30 and 300 are octaves of those
# After so many beats a rhythm echoes. Its bars tell the beat from three quarters of it, its subdivisions from one
# and a half, and eight beats tell a tempo eight times finer than one.
_BEATS = (0.25, 0.5, 1, 2, 3, 4, 6, 8)
_USUAL_BPM, _USUAL_OCTAVES = 115.0, 0.9  # where people tap, and how far around it
_SHORTEST_S = 5.0  # of sound, below which a tempo is a guess
_TREND_S = 1.0  # what rises more slowly than that is no beat
_STEADY = 5e-3  # rises that deviate less than this are those of a tone
_CHANCE = 3.0  # standard deviations: noise hardly ever echoes itself by more
_APART_S = 0.1  # ten onsets a second are a roll; more are the same one


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats per minute, and how strongly they are felt: 0 for noise, 1 for a machine."""

    bpm: float
    pulse: float


def tempo(flux: Floats, hop_s: float) -> Tempo | None:
    """Estimate the tempo from the rises (n,), `hop_s` seconds apart; None where nothing repeats or too little is.

    Of a real tempo the estimate is often the half or the double: compare it with `agrees`.
    """
    rises = flux[1:].astype(np.float64)  # the first one rises from silence
    if len(rises) * hop_s < _SHORTEST_S:
        return None
    beating = rises - _trend(rises, max(1, round(_TREND_S / hop_s)))
    if beating.std() < _STEADY:
        return None
    echo = _echo(beating)
    slowest = min(max(_SLOWEST, 60 * _BEATS[-1] / (len(echo) * hop_s)), _FASTEST)
    bpms = np.geomspace(slowest, _FASTEST, 800)
    lags = 60 / bpms / hop_s
    combed = np.mean([_at(echo, lags * beats) for beats in _BEATS], axis=0)
    likely = np.exp(-0.5 * (np.log2(bpms / _USUAL_BPM) / _USUAL_OCTAVES) ** 2)
    best = int(np.argmax(combed * likely))
    return Tempo(float(bpms[best]), _pulse(echo, float(lags[best]), chance=_CHANCE / len(rises) ** 0.5))


def onsets(flux: Floats, hop_s: float) -> tuple[float, ...]:
    """Give the times in seconds at which something is struck, sung or begins, at least 0.1 s apart.

    Rises (n,) that exceed the mean by the standard deviation, the stronger of two that are too close. The times
    are true to 0.02 s: a rise is greatest when the onset has come to the middle of the window, a hop after its start.
    """
    if len(flux) < 2:
        return ()
    rises = flux[1:]
    least = float(rises.mean() + max(rises.std(), _STEADY))
    around = np.concatenate([[0], flux, [0]])
    peaks = np.flatnonzero((flux > least) & (flux > around[:-2]) & (flux >= around[2:]))
    near = int(_APART_S / hop_s - 1e-9)
    free = np.ones(len(flux), np.bool_)
    kept: list[int] = []
    for peak in peaks[np.argsort(-flux[peaks], kind="stable")].tolist():
        if free[peak]:
            kept.append(peak)
            free[max(0, peak - near) : peak + near + 1] = False
    return tuple((peak + 1) * hop_s for peak in sorted(kept))


def _trend(rises: Doubles, width: int) -> Doubles:
    """Give the moving mean, over what there is of it at the ends."""
    ones = np.convolve(np.ones(len(rises)), np.ones(width), "same")
    return np.convolve(rises, np.ones(width), "same") / ones


def _echo(wave: Doubles) -> Doubles:
    """Give the autocorrelation of 0 … 3/4 of the length, 1 at lag 0, freed of its fall with the lag."""
    count = len(wave)
    spectrum = np.fft.rfft(wave, 1 << (2 * count - 1).bit_length())
    echo = np.fft.irfft(spectrum * spectrum.conj())[: count * 3 // 4]
    fairness = count / (count - np.arange(len(echo)))
    return np.asarray(echo * fairness / echo[0], np.float64)


def _at(echo: Doubles, lags: Doubles) -> Doubles:
    return np.interp(lags, np.arange(len(echo)), echo)


def _pulse(echo: Doubles, lag: float, chance: float) -> float:
    """Give the echo after one beat or two, for a slow beat is heard as its double: what chance cannot explain.

    A peak is as narrow as a hop, so one on either side may hold it.
    """
    beats = (int(lag), int(2 * lag))
    highest = max(float(echo[max(1, beat - 1) : beat + 3].max()) for beat in beats)
    return min(1.0, max(0.0, (highest - chance) / (1 - chance)))
