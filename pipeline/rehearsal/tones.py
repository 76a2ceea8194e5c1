"""Sound sources of the numpy band: wavetables, drums and a voice made of formants. Mono float32, 48 kHz."""

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
_TABLE = 2048  # samples of one cycle; a power of two, so that a phase wraps with a mask

Sound = NDArray[np.float32]
Curve = NDArray[np.floating[Any]]

# First four formants of an alto in Hz, and their levels in dB (the Csound manual's table of formant values).
_FORMANTS = {
    "a": ((800, 0), (1150, -4), (2800, -20), (3500, -36)),
    "e": ((400, 0), (1600, -24), (2700, -30), (3300, -35)),
    "i": ((350, 0), (1700, -20), (2700, -30), (3700, -36)),
    "o": ((450, 0), (800, -9), (2830, -16), (3500, -28)),
    "u": ((325, 0), (700, -12), (2530, -30), (3500, -40)),
}


def frequency(midi: float) -> float:
    """Give the frequency of a MIDI note in Hz; 69 is 440."""
    return math.exp2((midi - 69) / 12) * 440.0


def _cycle(levels: Curve) -> Sound:
    spectrum = np.zeros(_TABLE // 2 + 1, np.complex128)
    spectrum[1 : len(levels) + 1] = levels * np.exp(1j * np.arange(len(levels)) ** 2 * 0.7)
    wave: Sound = np.fft.irfft(spectrum).astype(np.float32)
    wave /= np.abs(wave).max()
    return wave


@cache
def saw(harmonics: int, slope: float) -> Sound:
    """Give a cycle with so many harmonics, falling by the power `slope`: 1 is bright, 2 is dull."""
    return _cycle(1.0 / np.arange(1, harmonics + 1) ** slope)


@cache
def vowel(letter: str, midi: int) -> Sound:
    """Give a cycle of a sung vowel at a pitch: a glottal slope under the formants of the vowel."""
    pitch = frequency(midi)
    partials = np.arange(1, max(2, int(6000 / pitch)) + 1)
    gain = np.full(len(partials), 0.01)
    for centre, level in _FORMANTS[letter]:
        width = 60 + centre * 0.06
        gain += 10 ** (level / 20) / (1 + ((partials * pitch - centre) / width) ** 2)
    return _cycle(gain / partials**0.6)


def play(table: Sound, hertz: float | Curve, samples: int, phase: float = 0.0) -> Sound:
    """Play a cycle at a frequency, or along a curve of frequencies, for so many samples."""
    turns = np.arange(samples) * (hertz / RATE) if isinstance(hertz, float) else np.cumsum(hertz) / RATE
    index: NDArray[np.int64] = ((turns + phase) * _TABLE).astype(np.int64) & (_TABLE - 1)
    return table[index]


def envelope(samples: int, attack_s: float, release_s: float) -> Sound:
    """Give a curve that rises, stays at 1, and falls to 0 at the end."""
    attack, release = (max(1, min(int(part * RATE), samples // 2)) for part in (attack_s, release_s))
    curve = np.ones(samples, np.float32)
    curve[:attack] = np.linspace(0, 1, attack, dtype=np.float32)
    curve[samples - release :] *= np.linspace(1, 0, release, dtype=np.float32)
    return curve


def decay(samples: int, seconds: float) -> Sound:
    """Give a curve that falls to a third every so many seconds, and to 0 at the end."""
    fall = np.exp(-np.arange(samples) / (seconds * RATE)).astype(np.float32)
    return fall * envelope(samples, 0.001, 0.005)


def sing(letter: str, midi: int, previous: int, seconds: float, breath: Sound) -> Sound:
    """Sing one syllable: a breath of a consonant, a glide from the note before, vibrato once it is held."""
    samples = max(int(seconds * RATE), 256)
    time = np.arange(samples) / RATE
    glide = (previous - midi) * np.exp(-time / 0.03)
    vibrato = 0.22 * np.sin(2 * np.pi * 5.4 * time) * np.clip((time - 0.18) / 0.25, 0, 1)
    hertz = frequency(midi) * 2 ** ((glide + vibrato) / 12)
    sound = play(vowel(letter, midi), hertz, samples) * envelope(samples, 0.025, 0.07)
    consonant = min(len(breath), samples)
    sound[:consonant] += breath[:consonant] * 0.25
    return sound


def pluck(midi: float, seconds: float) -> Sound:
    """Pluck a string: bright at first, then round."""
    samples = int(seconds * RATE)
    bright = play(saw(14, 0.9), frequency(midi), samples) * decay(samples, 0.06)
    return 0.5 * bright + 0.6 * play(saw(4, 1.6), frequency(midi), samples) * decay(samples, seconds / 3)


def kick() -> Sound:
    """Hit the bass drum: a sine that falls from 150 to 48 Hz."""
    samples = int(0.28 * RATE)
    time = np.arange(samples) / RATE
    hertz = 48 + 110 * np.exp(-time / 0.028)
    body = np.sin(2 * np.pi * np.cumsum(hertz) / RATE).astype(np.float32)
    return body * decay(samples, 0.09) * np.float32(1.1)


def snare(dice: np.random.Generator) -> Sound:
    """Hit the snare: noise over a short tone."""
    samples = int(0.2 * RATE)
    tone = play(saw(3, 1.0), 190.0, samples) * decay(samples, 0.035)
    return 0.5 * tone + 0.55 * _bright(samples, dice) * decay(samples, 0.055)


def clap(dice: np.random.Generator) -> Sound:
    """Clap: three bursts of noise, close together."""
    sound = np.zeros(int(0.22 * RATE), np.float32)
    for start, seconds in ((0.0, 0.008), (0.011, 0.008), (0.022, 0.05)):
        first = int(start * RATE)
        sound[first:] += _bright(len(sound) - first, dice) * decay(len(sound) - first, seconds) * 0.5
    return sound


def hat(dice: np.random.Generator, seconds: float) -> Sound:
    """Hit a cymbal: the brightest of noise, for so many seconds (0.02 a closed hat, 0.6 a crash)."""
    samples = int(min(seconds * 5, 2.0) * RATE)
    noise = np.diff(_bright(samples + 1, dice))
    return (noise * decay(samples, seconds) * 0.4).astype(np.float32)


def tom(midi: float) -> Sound:
    """Hit a tom: a tuned drum with a falling pitch."""
    samples = int(0.3 * RATE)
    fall = frequency(midi) * (1 + 0.5 * np.exp(-np.arange(samples) / (0.03 * RATE)))
    return play(saw(2, 2.0), fall, samples) * decay(samples, 0.09) * np.float32(0.9)


def breath(dice: np.random.Generator) -> Sound:
    """Give the noise of a consonant, 45 ms."""
    samples = int(0.045 * RATE)
    return _bright(samples, dice) * envelope(samples, 0.01, 0.03) * np.float32(0.5)


def _bright(samples: int, dice: np.random.Generator) -> Sound:
    """Give noise without its low end."""
    return np.diff(dice.standard_normal(samples + 1, np.float32)) * np.float32(0.4)
