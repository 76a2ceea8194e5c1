"""The first voice: the second at which somebody begins to sing, and how sure the ear is of that."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.listening import voice_model as model
from pipeline.listening.vocal import RATE, STEP_S, Grid, Sound, at_16_khz, marks

LONGEST_S = 40.0
_SHORTEST_S = 3.0
_RATES = range(8_000, 384_001)
_SILENT = 1e-4  # −80 dBFS
_QUIET_DB = -50.0  # against the loudest: where the audio begins
_STRIDE = 2  # steps of 0.1 s between two moments at which a voice may come in
_START = 8  # steps from the beginning within which nothing can be said about what was before
_CLEAREST = 4.0  # log-odds beyond which a step is not believed
_NEAR_S = 1.0  # an answer is as sure as all that speaks for it within this


@dataclass(frozen=True, slots=True)
class Voice:
    """When the first voice is heard, in seconds, None for never; `certainty` from 0, a guess, to 1.

    The certainty is that of the answer, whichever it is: about that share of answers is within a second of the truth
    on mixes like those that the model was fitted on (docs/voice-onset.md).
    """

    at_s: float | None
    certainty: float


def first_voice(mono: NDArray[np.float32], sample_rate: int) -> Voice:
    """Find the first voice in the first 40 s of mono samples.

    Never raises: less than 3 s, or a sample rate that no audio has, gives no voice with certainty 0; silence is
    certain to hold none. Samples that are no numbers count as silence.
    """
    if sample_rate not in _RATES:
        return Voice(None, 0.0)
    clean = np.nan_to_num(mono[: int(LONGEST_S * sample_rate)], nan=0.0, posinf=0.0, neginf=0.0)
    loudest = float(np.abs(clean).max(initial=0.0))
    if loudest < _SILENT:
        return Voice(None, 1.0 if len(clean) >= _SHORTEST_S * sample_rate else 0.0)
    first = int(np.argmax(np.abs(clean) > loudest * 10 ** (_QUIET_DB / 20)))
    heard = clean[first:] / np.float32(loudest)
    if len(heard) < _SHORTEST_S * sample_rate:
        return Voice(None, 0.0)
    answer = _decide(chances(evidence(odds(marks(_at_rate(heard, sample_rate))))))
    return Voice(None if answer.at_s is None else answer.at_s + first / sample_rate, answer.certainty)


def _at_rate(sound: Sound, sample_rate: int) -> Sound:
    return sound if sample_rate == RATE else at_16_khz(sound, sample_rate)


def odds(rows: Grid, weights: Grid = model.MARKS, bias: float = model.BIAS) -> Grid:
    """Give the log-odds, for each step, that somebody is singing in it."""
    return np.clip(rows @ weights + bias, -_CLEAREST, _CLEAREST)


def evidence(steps: Grid) -> tuple[Grid, Grid]:
    """Gather what speaks for a voice that comes in at each moment (a row every 0.2 s), and what for none at all."""
    count = len(steps)
    at = np.arange(0, count, _STRIDE)
    sums = np.concatenate([[0.0], np.cumsum(steps)])
    smooth = np.convolve(steps, np.ones(15) / 15, "same")
    highest = np.concatenate([[-_CLEAREST], np.maximum.accumulate(smooth)])
    began = at >= _START
    end = np.full_like(at, count)
    rows = [
        _mean(sums, at + 1, at + 12),
        _mean(sums, at + 3, at + 30),
        _mean(sums, at + 3, at + 80),
        _mean(sums, at + 3, end),
        _mean(sums, at - 40, at - 3) * began,
        _mean(sums, np.zeros_like(at), at - 3) * began,
        highest[np.maximum(at - _START, 0)] * began,
        ~began * 1.0,
        (sums[count] - sums[np.minimum(at + 3, count)]) / 50,
        sums[np.maximum(at - 3, 0)] / 50,
    ]
    longer = np.convolve(steps, np.ones(40) / 40, "same").max()
    none = [1.0, steps.mean(), longer, smooth.max(), steps[:40].mean()]
    return np.stack(rows, axis=1), np.array(none)


def _mean(sums: Grid, first: NDArray[np.int64], last: NDArray[np.int64]) -> Grid:
    first, last = (np.clip(edge, 0, len(sums) - 1) for edge in (first, last))
    mean: Grid = (sums[last] - sums[first]) / np.maximum(last - first, 1)
    return mean


def chances(
    found: tuple[Grid, Grid],
    onset: Grid = model.ONSET,
    never: Grid = model.NEVER,
    warmth: float = model.WARMTH,
) -> Grid:
    """Turn evidence into the chance of each moment; the last one is that of no voice at all."""
    rows, none = found
    scores = np.concatenate([rows @ onset, [none @ never]]) / warmth
    scores = np.exp(scores - scores.max())
    chance: Grid = scores / scores.sum()
    return chance


def _decide(chance: Grid) -> Voice:
    """Take the second with the most chance around it, unless no voice at all is likelier than some voice."""
    never = float(chance[-1])
    if never >= 0.5:
        return Voice(None, never)
    near = round(_NEAR_S / STEP_S / _STRIDE)
    around = np.convolve(chance[:-1], np.ones(2 * near + 1), "same")
    best = int(np.argmax(around))
    first = max(0, best - near)
    window = np.cumsum(chance[:-1][first : best + near + 1])
    middle = first + int(np.searchsorted(window, window[-1] / 2))
    return Voice(middle * _STRIDE * STEP_S, min(1.0, float(around[best])))
