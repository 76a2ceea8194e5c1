"""The mixing desk: the band's sounds become blocks of stereo, bar after bar, in bounded memory."""

from collections.abc import Iterator

import numpy as np

from pipeline.rehearsal.melody import tune
from pipeline.rehearsal.players import Band, Bar, Hit, Stereo
from pipeline.rehearsal.score import Score
from pipeline.rehearsal.tones import RATE

CEILING = 0.8  # of full scale: −1.9 dBFS, so that an MP3's overshoot still stays under −1
_DRIVE = 0.9
_LONGEST_SOUND_S = 4.0  # beyond its own bar; what rings longer is cut
_FADE_S = 5.0


def perform(score: Score, *, fading: bool = True) -> Iterator[Stereo]:
    """Play a score as blocks of (frames, 2) float32 at 48 kHz; together exactly its duration, never louder
    than the ceiling, faded at the end. Bars beyond the duration are not played."""
    total = round(score.duration_s * RATE)
    band = Band(score)
    bar = score.bar_s * RATE
    ringing = np.zeros((int(bar + _LONGEST_SOUND_S * RATE) + 2, 2), np.float32)
    done = 0
    for number, playing in enumerate(_bars(score), start=1):
        if done >= total:
            break
        for hit in band.play(playing):
            _add(ringing, hit)
        frames = min(round(number * bar), total) - done
        block = np.tanh(ringing[:frames] * _DRIVE) * np.float32(CEILING)
        yield _faded(block, done, total) if fading else block
        done += frames
        ringing[: -frames or None] = ringing[frames:]
        ringing[len(ringing) - frames :] = 0


def _bars(score: Score) -> Iterator[Bar]:
    for passage in score.passages:
        notes = tune(score, passage)
        for index, degree in enumerate(passage.degrees):
            first = index * score.beats
            yield Bar(
                passage,
                index,
                degree,
                tuple(note for note in notes if first <= note.beat < first + score.beats),
            )


def _add(mix: Stereo, hit: Hit) -> None:
    """Lay a sound into the mix with equal power between the ears."""
    sound = hit.sound[: len(mix) - hit.at]
    angle = (hit.pan + 1) * np.pi / 4
    mix[hit.at : hit.at + len(sound), 0] += sound * np.float32(np.cos(angle) * hit.level)
    mix[hit.at : hit.at + len(sound), 1] += sound * np.float32(np.sin(angle) * hit.level)


def _faded(block: Stereo, start: int, total: int) -> Stereo:
    """Fade the last seconds of a song, or the last eighth of a short one."""
    fade = int(min(_FADE_S * RATE, total / 8))
    left = total - start - np.arange(len(block))
    if left[-1:].size and left[-1] < fade:
        block *= np.clip(left / fade, 0, 1).astype(np.float32)[:, None] ** 1.5
    return block


def silence(duration_s: float) -> Iterator[Stereo]:
    """Give digital silence in blocks of a second."""
    for frames in _seconds(duration_s):
        yield np.zeros((frames, 2), np.float32)


def noise(duration_s: float, seed: int) -> Iterator[Stereo]:
    """Give white noise in blocks of a second."""
    dice = np.random.default_rng(seed)
    for frames in _seconds(duration_s):
        yield dice.uniform(-0.5, 0.5, (frames, 2)).astype(np.float32)


def _seconds(duration_s: float) -> list[int]:
    whole, rest = divmod(round(duration_s * RATE), RATE)
    return [RATE] * whole + [rest] * bool(rest)
