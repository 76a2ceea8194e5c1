"""The normaliser: a copy of a take at the loudness that is wanted. A gain and nothing else, never a limiter."""

import math
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import lameenc
import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio.native import native
from pipeline.errors import ShelfError
from pipeline.listening.truepeak import TruePeak

_CEILING_DBTP = -1.0  # what streaming services ask for: their own encoders add to the peaks
_ACCEPTED_DB = 0.02  # over it; rounding to 16 bits and the measure itself differ by less
_TRIES = 3
_BLOCK = 1 << 16  # samples over all channels; libsndfile's Vorbis encoder crashes on a minute at once
_KBIT = 192  # constant: LAME's VBR through lameenc writes no Xing header, so players misread its length
_QUALITY = 7  # LAME's second fastest; 130 times real time, measured
# LAME turns down what it encodes, the more the fewer bits it gets, and lameenc has no switch for that (measured
# with a sine): to 0.97 at our bit rate, to 0.95 at 160 kbit/s, which are the most that MPEG-2 has, below 32 kHz.
_TURNED_DOWN, _TURNED_DOWN_MPEG2, _MPEG1_HZ = 0.97, 0.95, 32_000
_FULL_SCALE = 32767
_BROKEN = (soundfile.LibsndfileError, RuntimeError, OSError)  # lameenc says everything by RuntimeError

Samples = NDArray[np.float32]
Sink = Callable[[Samples], object]


def normalise(source: Path, target: Path, lufs: float, wanted: float, true_peak_dbtp: float) -> float:
    """Write a copy of `source` in its own format at `wanted` LUFS, and give the gain in dB.

    `lufs` and `true_peak_dbtp` are measured on the source. No peak gets beyond −1 dBTP, after the encoder either:
    the copy stays quieter than wanted instead. MP3 is encoded at 192 kbit/s. The copy has no tags; it takes the
    place of `target` when it is whole, which may be the source itself. Raises ShelfError, and `target` is then as
    it was.
    """
    if not all(map(math.isfinite, (lufs, wanted, true_peak_dbtp))):
        raise ShelfError(f"cannot normalise {source.name!r}: its loudness is not known")
    gain = min(wanted - lufs, _CEILING_DBTP - true_peak_dbtp)
    try:
        with _appearing(target.resolve()) as copy:
            return _write_below(source, copy, gain)
    except _BROKEN as error:
        raise ShelfError(
            f"cannot normalise {source.name!r}: {getattr(error, 'strerror', None) or error}",
            hint="the take is as it was; finish.loudness: null leaves songs as they were played",
        ) from error


def _write_below(source: Path, copy: Path, gain: float) -> float:
    """Write the copy, and once more with less gain when a lossy encoder made higher peaks of it."""
    _write(source, copy, 10 ** (gain / 20))
    for _ in range(_TRIES - 1):
        over = _true_peak(copy) - _CEILING_DBTP
        if over <= _ACCEPTED_DB:
            break
        gain -= over + _ACCEPTED_DB
        _write(source, copy, 10 ** (gain / 20))
    return gain


def _true_peak(file: Path) -> float:
    with soundfile.SoundFile(native(file)) as sound:
        peak = TruePeak(sound.samplerate, sound.channels)
        for block in _blocks(sound):
            peak.add(block)
        return peak.result()


def _write(source: Path, copy: Path, factor: float) -> None:
    with soundfile.SoundFile(native(source)) as sound, _sink(sound, copy) as write:
        for block in _blocks(sound):
            write(np.clip(block * np.float32(factor), -1.0, 1.0))


def _sink(sound: soundfile.SoundFile, copy: Path) -> AbstractContextManager[Sink]:
    return _mp3(sound, copy) if sound.format == "MP3" else _same(sound, copy)


@contextmanager
def _same(sound: soundfile.SoundFile, copy: Path) -> Iterator[Sink]:
    with soundfile.SoundFile(
        native(copy), "w", sound.samplerate, sound.channels, sound.subtype, sound.endian, sound.format
    ) as sink:
        yield sink.write


@contextmanager
def _mp3(sound: soundfile.SoundFile, copy: Path) -> Iterator[Sink]:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(_KBIT)
    encoder.set_in_sample_rate(sound.samplerate)
    encoder.set_out_sample_rate(sound.samplerate)
    encoder.set_channels(sound.channels)
    encoder.set_quality(_QUALITY)
    encoder.silence()
    back = np.float32(1 / (_TURNED_DOWN if sound.samplerate >= _MPEG1_HZ else _TURNED_DOWN_MPEG2))
    with copy.open("wb") as sink:

        def write(block: Samples) -> None:
            louder = np.clip(block * back, -1.0, 1.0)  # no peak below the ceiling gets as far as that
            sink.write(encoder.encode(np.rint(louder * _FULL_SCALE).astype("<i2").tobytes()))

        yield write
        sink.write(encoder.flush())


def _blocks(sound: soundfile.SoundFile) -> Iterator[Samples]:
    """Read to the real end: `SoundFile.read` would stop where the header says the end is."""
    room = np.empty((max(1, _BLOCK // sound.channels), sound.channels), dtype=np.float32)
    while count := sound.buffer_read_into(room, dtype="float32"):
        yield np.nan_to_num(room[:count], nan=0.0, posinf=0.0, neginf=0.0)


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """Give a hidden file beside the target that takes its place when the block ends well."""
    handle, name = tempfile.mkstemp(prefix=f".{target.stem[:80]}.", suffix=".tmp", dir=target.parent)
    os.close(handle)
    copy = Path(name)
    try:
        yield copy
        _finish(copy, target)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def _finish(copy: Path, target: Path) -> None:
    """Put the copy on the disk, then in its place, readable by whoever may read new files here."""
    with copy.open("rb+") as stream:
        os.fsync(stream.fileno())
    copy.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
    copy.replace(target)
