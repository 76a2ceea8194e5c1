"""The sound that the set is made of: mono float32 at 16 kHz, which is what the ear for voices works in."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 16_000

Sound = NDArray[np.float32]


def at_rate(sound: Sound, rate: int, wanted: int = RATE) -> Sound:
    """Resample by cutting or padding the spectrum of the whole."""
    if rate == wanted or not len(sound):
        return sound.astype(np.float32)
    padded = -len(sound) % rate + len(sound)
    samples = padded // rate * wanted
    back = np.fft.irfft(np.fft.rfft(sound, padded), samples) * (samples / padded)
    return back[: round(len(sound) * wanted / rate)].astype(np.float32)


def load(file: Path, seconds: float, place: float = 0.0) -> Sound:
    """Read an excerpt from a place in a file (0 its start, 1 as late as it can be), both ears in one."""
    with soundfile.SoundFile(file) as source:
        frames = round(seconds * source.samplerate)
        source.seek(int(place * max(0, source.frames - frames)))
        block = source.read(frames, dtype="float32", always_2d=True)
        return at_rate(block.mean(axis=1), source.samplerate)


def trimmed(sound: Sound, below_db: float = -35.0) -> Sound:
    """Cut off what is silent before and after, so that a voice starts where it is first heard."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max(initial=1e-9) * 10 ** (below_db / 20))
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound


def level(sound: Sound) -> float:
    """Give the RMS of what is not a pause: of the frames within 30 dB of the loudest."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    powers = np.mean(frames.astype(np.float64) ** 2, axis=1)
    heard = powers[powers >= powers.max(initial=0.0) / 1000]
    return float(np.sqrt(heard.mean())) if len(heard) else 0.0
