"""Audio files: blocks of samples become CBR MP3, FLAC or WAV on disk."""

from collections.abc import Iterable
from pathlib import Path

import lameenc
import soundfile

from pipeline.rehearsal.players import Stereo
from pipeline.rehearsal.tones import RATE

BIT_RATE = (
    192  # kbit/s, constant: LAME's VBR through lameenc writes no Xing header, so players misread its length
)
_QUALITY = 7  # LAME's second fastest; 130 times real time, measured
FORMATS = ("mp3", "flac", "wav")


def write(blocks: Iterable[Stereo], file: Path, audio_format: str) -> None:
    """Write stereo float32 blocks as an audio file; every block is encoded before the next one is played."""
    if audio_format == "mp3":
        _mp3(blocks, file)
        return
    with soundfile.SoundFile(
        file, "w", samplerate=RATE, channels=2, format=audio_format.upper(), subtype="PCM_16"
    ) as sink:
        for block in blocks:
            sink.write(block)


def _mp3(blocks: Iterable[Stereo], file: Path) -> None:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(BIT_RATE)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(2)
    encoder.set_quality(_QUALITY)
    encoder.silence()
    with file.open("wb") as sink:
        for block in blocks:
            sink.write(encoder.encode((block * 32767).astype("<i2").tobytes()))
        sink.write(encoder.flush())
