"""The soloists: instruments that come in as a voice would, glide and vibrate, and are none."""

from collections.abc import Iterator

import numpy as np

from tests.voices.singers import Singer
from tests.voices.sound import RATE, Sound


def soloist(name: str, lowest_hz: float, slope: float, vibrato: float, decay_s: float) -> Singer:
    """An instrument: its lowest note, how dull it is, its vibrato in semitones, how soon a note dies away.

    Its overtones stand still against its pitch: it has no mouth that moves.
    """

    def perform(dice: np.random.Generator) -> Iterator[Sound]:
        for _ in range(3):
            yield _phrase(dice, lowest_hz, slope, vibrato, decay_s)

    return Singer(name, perform)


def _phrase(
    dice: np.random.Generator, lowest_hz: float, slope: float, vibrato: float, decay_s: float
) -> Sound:
    lengths = dice.choice([0.15, 0.3, 0.45, 0.6, 0.9], dice.integers(4, 10))
    steps = np.cumsum(dice.choice([-4, -2, -1, 0, 1, 2, 3, 5], len(lengths))) % 19
    notes = [
        _note(dice, lowest_hz * 2 ** (step / 12), length, slope, vibrato, decay_s)
        for step, length in zip(steps, lengths, strict=True)
    ]
    return np.concatenate(notes)


def _note(
    dice: np.random.Generator, hertz: float, seconds: float, slope: float, vibrato: float, decay_s: float
) -> Sound:
    time = np.arange(int(seconds * RATE)) / RATE
    sway = vibrato * np.sin(2 * np.pi * dice.uniform(4.5, 6.5) * time) * np.clip(time / 0.2, 0, 1)
    phase = 2 * np.pi * np.cumsum(hertz * 2 ** (sway / 12)) / RATE
    partials = range(1, max(2, int(7000 / hertz)))
    sound = sum((np.sin(number * phase) / number**slope for number in partials), start=np.zeros(len(time)))
    shape = np.clip(time / 0.015, 0, 1) * np.exp(-time / decay_s) * np.clip((seconds - time) / 0.02, 0, 1)
    return (sound * shape).astype(np.float32)
