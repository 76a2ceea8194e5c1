"""The K-weighting of ITU-R BS.1770-4, for any sample rate: how loud each row of samples is to people.

A recursive filter has no loop over samples in numpy. So it works on rows: what a row brings out by itself is
one product with a matrix of the impulse response; what the rows before it still ring is carried by four numbers,
written in an orthonormal basis of all that the filter can ring. In that basis the energy of both together
needs no more than their scalar product.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
_FADED = 1e-12  # what rings on from so far away is not added


@dataclass(frozen=True, slots=True)
class Biquad:
    """A second-order section: y = b0·x + b1·x₋₁ + b2·x₋₂ − a1·y₋₁ − a2·y₋₂."""

    b: tuple[float, float, float]
    a: tuple[float, float]


def shelf(sample_rate: int) -> Biquad:
    """Give the first stage, the head's effect: +4 dB above about 1.7 kHz.

    BS.1770 prints coefficients for 48 kHz only; these are the analogue values that lead to them by the
    bilinear transform (B. De Man, Evaluation of implementations of the EBU R128 loudness measurement, 2018).
    """
    gain = 10 ** (3.999843853973347 / 20)
    edge = gain**0.4996667741545416
    turn, q = math.tan(math.pi * 1681.974450955533 / sample_rate), 0.7071752369554196
    norm = 1 + turn / q + turn**2
    outer, inner = gain + turn**2, edge * turn / q
    return Biquad(
        ((outer + inner) / norm, 2 * (turn**2 - gain) / norm, (outer - inner) / norm), _poles(turn, q)
    )


def high_pass(sample_rate: int) -> Biquad:
    """Give the second stage, the revised low-frequency B curve: nothing below about 38 Hz (source as above)."""
    turn, q = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    return Biquad((1.0, -2.0, 1.0), _poles(turn, q))


class Weighting:
    """Weighs a stream of rows of `length` samples; the channels are filtered each by itself."""

    def __init__(self, sample_rate: int, length: int) -> None:
        forward, drive, ring, direct = _chain(shelf(sample_rate), high_pass(sample_rate))
        rings = _powers(forward.T, ring, length)
        response = np.concatenate([[direct], rings[:-1] @ drive])
        self._by_itself = np.array(
            [np.roll(response, at) * (np.arange(length) >= at) for at in range(length)]
        )
        basis, triangle = np.linalg.qr(rings)
        drives = _powers(forward, drive, length)[::-1] @ triangle.T
        jump = triangle @ np.linalg.matrix_power(forward, length) @ np.linalg.inv(triangle)
        self._leaps = _doublings(jump.T)
        self._matrix = self._by_itself.astype(np.float32)
        self._taps = np.hstack([drives, self._by_itself @ basis]).astype(np.float32)
        self._ringing: Matrix | None = None

    def energies(self, rows: NDArray[np.float32]) -> Matrix:
        """Give the sum of the squared weighted samples of each row: (channels, rows, length) → (channels, rows)."""
        alone = rows @ self._matrix
        taps = (rows @ self._taps).astype(np.float64)
        ringing = self._rung(taps[..., :4])
        both = np.vecdot(alone, alone) + 2 * np.vecdot(taps[..., 4:], ringing) + np.vecdot(ringing, ringing)
        energies: Matrix = np.maximum(both, 0)
        return energies

    def _rung(self, drives: Matrix) -> Matrix:
        """Give what still rings at the start of each row; remember what rings after the last one."""
        channels, _, order = drives.shape
        before = np.zeros((channels, order)) if self._ringing is None else self._ringing
        states = np.concatenate([before[:, None, :], drives], axis=1)
        for doubling, leap in enumerate(self._leaps):
            step = 1 << doubling
            if step >= states.shape[1]:
                break
            states[:, step:] += states[:, :-step] @ leap
        self._ringing = states[:, -1].copy()
        return states[:, :-1]


def _poles(turn: float, q: float) -> tuple[float, float]:
    norm = 1 + turn / q + turn**2
    return 2 * (turn**2 - 1) / norm, (1 - turn / q + turn**2) / norm


def _chain(first: Biquad, second: Biquad) -> tuple[Matrix, Matrix, Matrix, float]:
    """Give the state space of two sections in a row: s' = forward·s + drive·x, y = ring·s + direct·x."""
    forward, drive, ring, direct = _state_space(first)
    forward_2, drive_2, ring_2, direct_2 = _state_space(second)
    return (
        np.block([[forward, np.zeros((2, 2))], [np.outer(drive_2, ring), forward_2]]),
        np.concatenate([drive, drive_2 * direct]),
        np.concatenate([ring * direct_2, ring_2]),
        direct * direct_2,
    )


def _state_space(stage: Biquad) -> tuple[Matrix, Matrix, Matrix, float]:
    (b0, b1, b2), (a1, a2) = stage.b, stage.a
    return (
        np.array([[-a1, 1.0], [-a2, 0.0]]),
        np.array([b1 - a1 * b0, b2 - a2 * b0]),
        np.array([1.0, 0.0]),
        b0,
    )


def _powers(matrix: Matrix, start: Matrix, count: int) -> Matrix:
    """Give start, matrix·start, matrix²·start …: (count, order)."""
    rows = [start]
    for _ in range(count - 1):
        rows.append(matrix @ rows[-1])
    return np.array(rows)


def _doublings(jump: Matrix) -> list[Matrix]:
    """Give jump, jump², jump⁴ … until nothing rings any more."""
    leaps = [jump]
    while np.abs(leaps[-1]).max() > _FADED:
        leaps.append(leaps[-1] @ leaps[-1])
    return leaps
