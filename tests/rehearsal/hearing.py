"""An ear of the tests' own: songs as arrays, and their level, spectrum, tempo and key, in plain numpy."""

import numpy as np
from numpy.typing import NDArray

from pipeline.rehearsal import mix
from pipeline.rehearsal.score import Gig, Score, write
from pipeline.rehearsal.tones import RATE
from tests.rehearsal.conftest import LYRICS

NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
# How strongly each step of a scale is heard (Temperley, 2001, major and minor).
PROFILES = {
    "major": [5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0],
    "minor": [5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0],
}

Samples = NDArray[np.float32]


def song(
    duration_s: float = 30.0, bpm: int = 120, key: str = "A minor", seed: int = 1, **changes: object
) -> Score:
    values: dict[str, object] = {
        "caption": "driving post-punk",
        "lyrics": LYRICS,
        "time_signature": 4,
        **changes,
    }
    return write(Gig(duration_s=duration_s, bpm=bpm, key=key, seed=seed, **values))  # type: ignore[arg-type]


def sound(score: Score) -> Samples:
    return np.concatenate(list(mix.perform(score)))


def level(samples: Samples) -> float:
    """Give the RMS in dBFS."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12))


def spectrum(samples: Samples, size: int = 8192) -> NDArray[np.float64]:
    mono = samples.mean(axis=1)
    frames = [mono[at : at + size] * np.hanning(size) for at in range(0, len(mono) - size, size // 2)]
    return np.mean([np.abs(np.fft.rfft(frame)) for frame in frames], axis=0)


def tempo(samples: Samples) -> float:
    """Estimate beats per minute between 70 and 180 from the autocorrelation of the onsets."""
    hop = 480
    mono = samples.mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mono, 1024)[::hop]
    bands = np.log1p(100 * np.abs(np.fft.rfft(frames * np.hanning(1024)))[:, :200])
    flux = np.maximum(np.diff(bands, axis=0), 0).sum(axis=1)
    flux -= flux.mean()
    echo = np.correlate(flux, flux, "full")[len(flux) - 1 :]
    lags = np.arange(int(60 / 180 * RATE / hop), int(60 / 70 * RATE / hop) + 1)
    strength = [sum(echo[round(lag * times)] for times in (1, 2, 4)) for lag in lags]
    return float(60 * RATE / hop / lags[int(np.argmax(strength))])


def heard_key(samples: Samples) -> list[str]:
    """Name the keys that fit the pitch classes, the best first."""
    power = spectrum(samples, 32768)
    hertz = np.fft.rfftfreq(32768, 1 / RATE)
    heard = (hertz > 60) & (hertz < 1500)
    classes = np.round(12 * np.log2(hertz[heard] / 440) + 69).astype(int) % 12
    chroma = np.bincount(classes, weights=np.sqrt(power[heard]), minlength=12)
    fits = {
        f"{NOTES[tonic]} {mode}": np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]
        for mode, profile in PROFILES.items()
        for tonic in range(12)
    }
    return sorted(fits, key=lambda key: -fits[key])
