"""The listener: hears a take block by block and says everything that the ear measures."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.listening import harmony, rhythm, texture, voice
from pipeline.listening.envelope import Envelope, Outline
from pipeline.listening.hook import RULE_S
from pipeline.listening.levels import Levels
from pipeline.listening.loudness import Loudness
from pipeline.listening.mixing import mixed
from pipeline.listening.spectrum import Spectrogram, Spectrum
from pipeline.listening.truepeak import TruePeak
from pipeline.take import Hook, Measures

# Hz; a header may say anything from 1 on, and tables are made by it. The K-weighting begins to make sense at 8 kHz.
_RATES = range(8_000, 192_001)
_LONGEST_S = 3600  # six times the longest song a server plays; what is longer would fill the memory
_FAR_BELOW_LU = -144.0  # where nothing is heard: as far as any two levels are apart


class Listener:
    """Measures a take in a stream: nothing keeps its samples, but for what is searched for a voice.

    What lasts more than an hour, or has a sample rate that no song has, gets its levels only.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self._channels = channels
        self._levels = Levels(sample_rate, channels)
        self._attention = _Attention(sample_rate, channels) if sample_rate in _RATES else None

    def hear(self, block: NDArray[np.float32]) -> None:
        """Hear the next block, float32 (frames, channels); it may be filled again afterwards."""
        if not len(block):
            return
        # A copy, channel by channel: every measure walks along a channel, many times as fast as across them.
        clean = self._levels.add(np.array(block.T, order="C").T)
        if self._attention and self._levels.frames > _LONGEST_S * self._rate:
            self._attention = None
        if self._attention:
            self._attention.hear(clean)

    def measures(self) -> Measures:
        """Say what was heard so far."""
        found: dict[str, Any] = asdict(self._levels.result())
        if self._attention and self._levels.frames:
            found |= self._attention.found()
        return Measures(
            duration_s=self._levels.frames / self._rate,
            sample_rate=self._rate,
            channels=self._channels,
            **found,
        )


class _Attention:
    """Hears what only music has. Loudness, spectrum and voice are those of the first two channels."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self._envelope = Envelope(sample_rate)
        self._loudness = Loudness(sample_rate)
        self._peak = TruePeak(sample_rate, channels)
        self._spectrum = Spectrum(sample_rate)
        self._opening: list[NDArray[np.float32]] = []
        self._wanted = int(voice.LONGEST_S * sample_rate)  # frames of the opening that are still to come

    def hear(self, block: NDArray[np.float32]) -> None:
        self._envelope.add(block)
        self._loudness.add(block[:, :2])
        self._peak.add(block)
        mono = mixed(block)
        self._spectrum.add(mono)
        if self._wanted > 0:
            self._opening.append(mono[: self._wanted].copy())
            self._wanted -= len(mono)

    def found(self) -> dict[str, Any]:
        """Give the fields of `Measures` that the levels leave open."""
        heard, outline = self._spectrum.result(), self._envelope.result()
        tempo = rhythm.tempo(heard.flux, heard.hop_s)
        return asdict(outline) | {
            "true_peak_dbtp": self._peak.result(),
            "lufs": self._loudness.integrated(),
            "loudness_range_lu": self._loudness.spread(),
            "flatness": heard.flatness if len(heard.mel) else None,
            "variety": texture.variety(heard.mel),
            "repetition": texture.repetition(heard.mel, heard.hop_s),
            "bpm": tempo.bpm if tempo else None,
            "pulse": tempo.pulse if tempo else None,
            "key": harmony.key(heard.chroma),
            "hook": self._hook(heard, outline),
            "outline": self._envelope.outline(),
        }

    def _hook(self, heard: Spectrogram, outline: Outline) -> Hook:
        first = voice.first_voice(np.concatenate(self._opening), self._rate)
        opening = heard.flux[: round(RULE_S / heard.hop_s)]  # alone: a quiet one has its own beats
        return Hook(
            first_sound_s=outline.first_sound_s,
            voice_s=first.at_s,
            certainty=first.certainty,
            loudness_lu=self._lift(),
            onsets=len(rhythm.onsets(opening, heard.hop_s)),
        )

    def _lift(self) -> float | None:
        """Tell how much louder than the whole the first ten seconds are, in LU."""
        whole, opening = self._loudness.integrated(), self._loudness.between(0, RULE_S)
        if whole is None or opening is None or not np.isfinite(whole):
            return None
        return max(opening - whole, _FAR_BELOW_LU)
