"""Small real audio files: MP3 by LAME at a constant bitrate, the rest by libsndfile."""

from pathlib import Path
from typing import Any

import lameenc
import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 48_000
FORMATS = ("mp3", "wav", "flac", "ogg", "opus")
_SUBTYPES = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
}


def tone(seconds: float = 1.0, *, level: float = 0.5, hertz: float = 440.0) -> NDArray[np.float32]:
    """A stereo sine; `level` is its peak, 1.0 full scale."""
    time = np.arange(int(seconds * RATE)) / RATE
    wave = level * np.sin(2 * np.pi * hertz * time)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def save(file: Path, samples: NDArray[Any]) -> Path:
    """Write samples in the format that the extension names."""
    kind = file.suffix.removeprefix(".")
    if kind == "mp3":
        file.write_bytes(_mp3(samples))
    else:
        container, subtype = _SUBTYPES[kind]
        with soundfile.SoundFile(file, "w", RATE, samples.shape[1], subtype, format=container) as sound:
            for start in range(
                0, len(samples), RATE
            ):  # libsndfile's Vorbis encoder crashes on a minute at once
                sound.write(samples[start : start + RATE])
    return file


def make(folder: Path, kind: str, seconds: float = 1.0, name: str = "take-1") -> Path:
    """Write a tone as `folder/name.kind`."""
    return save(folder / f"{name}.{kind}", tone(seconds))


def decoded(file: Path) -> NDArray[np.float32]:
    """Every sample of a file."""
    samples, _ = soundfile.read(file, dtype="float32", always_2d=True)
    return np.asarray(samples)


def _mp3(samples: NDArray[Any]) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(128)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(2)
    encoder.set_quality(7)
    encoder.silence()
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return bytes(encoder.encode(pcm)) + bytes(encoder.flush())
