"""Fit the model of voices anew: `python -m tests.voices.fit [MIXES]` writes pipeline/listening/voice_model.py.

It needs the packages of `beds.TRAINING`, fillets-ng-data-nl, espeak-ng and flite, and about fifteen minutes.
"""

import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.listening import vocal, voice
from tests.voices import cast, mixes

_FILE = Path("pipeline/listening/voice_model.py")
_VOICE_S = 16.0  # a take's length: what comes later is neither a voice nor none
_FOLDS = 3

Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A mix as the model sees it."""

    bed: str
    singer: str
    at_s: float | None
    rows: Grid


@dataclass(frozen=True, slots=True)
class Weights:
    """What is fitted."""

    marks: Grid
    bias: float
    onset: Grid
    never: Grid


def examples(source: mixes.Pool, count: int, never: float = 0.35) -> list[Example]:
    """Mix and describe, a few hundred at a time."""
    found: list[Example] = []
    for seed in range(count // 250):
        heard = mixes.many(source, 250, never, 100 + seed)
        found += [Example(mix.bed, mix.singer, mix.at_s, vocal.marks(mix.sound)) for mix in heard]
        print(f"{len(found)} mixes", file=sys.stderr)  # noqa: T201 -- a script
    return found


def fit(training: Sequence[Example]) -> Weights:
    """Fit both stages; the second learns from log-odds of beds that the first had not seen."""
    folds = [_dice(example.bed, 2) for example in training]
    halves = [_steps([e for e, fold in zip(training, folds, strict=True) if fold != half]) for half in (0, 1)]
    unseen = [voice.odds(e.rows, *halves[fold]) for e, fold in zip(training, folds, strict=True)]
    onset, never = _moments([voice.evidence(steps) for steps in unseen], [e.at_s for e in training])
    return Weights(*_steps(training), onset, never)


def _steps(training: Sequence[Example], ridge: float = 10.0) -> tuple[Grid, float]:
    """Logistic regression by Newton's method: is somebody singing in this tenth of a second?"""
    rows = np.concatenate([example.rows for example in training]).astype(np.float64)
    sung, counts = (np.concatenate(parts) for parts in zip(*map(_truth, training), strict=True))
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    rows = np.concatenate([(rows - middle) / spread, np.ones((len(rows), 1))], axis=1)
    weights = np.zeros(rows.shape[1])
    penalty = np.full(len(weights), ridge)
    for _ in range(15):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (counts * (chance - sung)) + penalty * weights
        curve = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        weights -= np.linalg.solve(curve, slope)
    scaled = weights[:-1] / spread
    return scaled, float(weights[-1] - middle @ scaled)


def _truth(example: Example) -> tuple[Grid, Grid]:
    """Say which steps are sung, and which count: none just at the onset, none after the take."""
    time = (np.arange(len(example.rows)) + 0.5) * vocal.STEP_S
    if example.at_s is None:
        return np.zeros(len(time)), np.ones(len(time))
    after = time - example.at_s
    return (after >= 0) * 1.0, ((np.abs(after) >= 0.3) & (after <= _VOICE_S)) * 1.0


def _moments(found: Sequence[tuple[Grid, Grid]], truth: Sequence[float | None]) -> tuple[Grid, Grid]:
    """Fit which moment it is, as one choice among all of them and never, by gradient descent (Adam)."""
    rows, none = np.stack([part for part, _ in found]), np.stack([part for _, part in found])
    middle, spread = rows.mean(axis=(0, 1)), rows.std(axis=(0, 1)) + 1e-6
    rows = (rows - middle) / spread
    right = np.stack([_right(at_s, rows.shape[1]) for at_s in truth])
    size = rows.shape[2]
    weights, speed, power = (np.zeros(size + none.shape[1]) for _ in range(3))
    for step in range(1, 401):
        chance = _softmax(np.concatenate([rows @ weights[:size], (none @ weights[size:])[:, None]], axis=1))
        wanted = np.where(right, chance, 1e-12)
        off = (chance - wanted / wanted.sum(axis=1, keepdims=True)) / len(rows)
        slope = np.concatenate([np.einsum("it,itk->k", off[:, :-1], rows), off[:, -1] @ none])
        slope[:size] += 1e-3 * weights[:size]
        speed, power = 0.9 * speed + 0.1 * slope, 0.99 * power + 0.01 * slope**2
        pace = 0.03 * (1 - step / 401) / (1 - 0.9**step)
        weights -= pace * speed / (np.sqrt(power / (1 - 0.99**step)) + 1e-9)
    onset = weights[:size] / spread
    never = weights[size:].copy()
    never[0] += middle @ onset
    return onset, never


def _right(at_s: float | None, moments: int) -> NDArray[np.bool_]:
    if at_s is None:
        return np.arange(moments + 1) == moments
    near = np.abs(np.arange(moments) * 2 * vocal.STEP_S - at_s) <= 0.5
    return np.append(near, False)


def _softmax(scores: Grid) -> Grid:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def warmth(training: Sequence[Example]) -> float:
    """Find how much too sure the model is of beds and singers that it has not seen, by cross-validation."""
    cases = []
    for fold in range(_FOLDS):
        known = [e for e in training if _dice(e.bed, _FOLDS) != fold and _other(e.singer, fold)]
        fresh = [
            e for e in training if _dice(e.bed, _FOLDS) == fold and not (e.singer and _other(e.singer, fold))
        ]
        fitted = fit(known)
        cases += [
            (voice.evidence(voice.odds(e.rows, fitted.marks, fitted.bias)), fitted, e.at_s) for e in fresh
        ]
    return float(min(np.arange(1.0, 4.0, 0.1), key=lambda heat: _surprise(cases, heat)))


def _other(singer: str, fold: int) -> bool:
    return not singer or _dice(singer + "x", _FOLDS) != fold


def _dice(name: str, sides: int) -> int:
    return zlib.crc32(name.encode()) % sides


def _surprise(cases: Sequence[tuple[tuple[Grid, Grid], Weights, float | None]], heat: float) -> float:
    total = 0.0
    for found, fitted, at_s in cases:
        chance = voice.chances(found, fitted.onset, fitted.never, heat)
        total -= np.log(chance[_right(at_s, len(chance) - 1)].sum() + 1e-6)
    return total


def text(fitted: Weights, heat: float, count: int) -> str:
    """Write the module."""
    return (
        '"""The weights of the ear for voices: which marks speak for a voice, and for a beginning."""\n\n'
        "import numpy as np\n\n"
        f"# Fitted by `python -m tests.voices.fit` on {count} mixes of its training part (docs/voice-onset.md), by\n"
        "# logistic regression. Do not change by hand: a column of vocal.marks or voice.evidence that changes needs\n"
        "# a new fit.\n"
        f"{_column('MARKS', fitted.marks)}BIAS = {fitted.bias:.5g}\n"
        f"{_column('ONSET', fitted.onset)}{_column('NEVER', fitted.never)}"
        f"WARMTH = {heat:.1f}  # by which certainty is cooled, from beds and singers left out of the fit\n"
    )


def _column(name: str, values: Grid) -> str:
    rows = [", ".join(f"{value:.4g}" for value in values[at : at + 10]) for at in range(0, len(values), 10)]
    lines = "".join(f"        {row},\n" for row in rows)
    return f"# fmt: off\n{name} = np.array(\n    [\n{lines}    ]\n)\n# fmt: on\n"


if __name__ == "__main__":
    found = examples(cast.training(), int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    _FILE.write_text(text(fit(found), warmth(found), len(found)), encoding="utf-8")
