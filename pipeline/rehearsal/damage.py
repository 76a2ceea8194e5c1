"""Damage done to what the band plays, the way renderers, decoders and lines do it; block after block. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pipeline.rehearsal.mix import CEILING
from pipeline.rehearsal.players import Stereo
from pipeline.rehearsal.tones import RATE, frequency

_LATE_S = 7.0
_DROP_OUT_S, _SMALL_GAP_S = 5.0, 2.5
_PLAYED_SHARE = 0.4  # of a song that is cut short: ACE-Step #355 gave 40 s of 120
_LOOP_S = 2.0
_OPENING_S, _OPENING_LEVEL = 20.0, 0.01  # each of three tones: −38 dBFS together, well above silence
_HISS = 0.07  # of full scale (RMS): at half its level the music keeps 1 to 2 dB above it, and its pulse
_OFFSET = 0.05
_CLIPPED = 10 ** (9 / 20) / CEILING  # the band's loudest peak lies 9 dB beyond full scale
# +12 dB, then 1.6 dB too far; squeezing alone leaves peaks so round that an MP3 hardly overshoots (measured).
_HOT, _BEYOND = 4.0, 1.2
_LEFT, _AGAINST = np.array([1, 0], np.float32), np.array([1, -1], np.float32)
_HEAD = 2304  # bytes: four frames of 192 kbit/s at 48 kHz
_NEVER_SYNC = 255  # a byte that starts no MPEG frame is less than this


@dataclass(frozen=True, slots=True)
class Reel:
    """What is damaged: its frames in all, a seed, its tonic (a pitch class, C is 0), frames per second."""

    frames: int
    seed: int
    tonic: int
    rate: int = RATE


# Takes blocks of (frames, 2) float32 one after the other and gives as many back, of the same lengths.
Damage = Callable[[Iterator[Stereo], Reel], Iterator[Stereo]]


def buried(blocks: Iterator[Stereo], reel: Reel) -> Iterator[Stereo]:
    """Lay white noise over music that is turned down by half."""
    dice = np.random.default_rng([reel.seed, 4])
    for block in blocks:
        yield block * np.float32(0.5) + dice.standard_normal(block.shape, np.float32) * np.float32(_HISS)


def cut_short(blocks: Iterator[Stereo], reel: Reel) -> Iterator[Stereo]:
    """End the music at 40 % of its length; digital silence fills the rest."""
    return _without(blocks, round(_PLAYED_SHARE * reel.frames), reel.frames)


def late(blocks: Iterator[Stereo], reel: Reel) -> Iterator[Stereo]:
    """Silence the first seven seconds; what is sung later keeps its time."""
    return _without(blocks, 0, round(_LATE_S * reel.rate))


def drop_out(blocks: Iterator[Stereo], reel: Reel) -> Iterator[Stereo]:
    """Silence five seconds in the middle."""
    return _hole(blocks, reel, _DROP_OUT_S)


def small_gap(blocks: Iterator[Stereo], reel: Reel) -> Iterator[Stereo]:
    """Silence two and a half seconds in the middle."""
    return _hole(blocks, reel, _SMALL_GAP_S)


def looped(blocks: Iterator[Stereo], reel: Reel) -> Iterator[Stereo]:
    """Play the first two seconds over and over."""
    length = round(_LOOP_S * reel.rate)
    loop = np.zeros((0, 2), np.float32)
    for at, block in _placed(blocks):
        loop = np.concatenate([loop, block[: length - len(loop)]])
        yield loop[np.arange(at, at + len(block)) % length]


def slow_opening(blocks: Iterator[Stereo], reel: Reel) -> Iterator[Stereo]:
    """Hold a soft fifth on the tonic for twenty seconds, swelling in the first; the band comes in after it."""
    end = round(_OPENING_S * reel.rate)
    for at, block in _placed(blocks):
        opened = block.copy()
        waiting = max(0, min(end - at, len(block)))
        seconds = (at + np.arange(waiting)) / reel.rate
        opened[:waiting] = _pad(seconds, reel.tonic)
        yield opened


def rubbish(sound: bytes, seed: int) -> bytes:
    """Keep the head of an MP3 and put random bytes, of which none starts a frame, in place of the rest."""
    dice = np.random.default_rng([seed, 5])
    return sound[:_HEAD] + dice.integers(0, _NEVER_SYNC, max(0, len(sound) - _HEAD), np.uint8).tobytes()


def _pad(seconds: np.ndarray[tuple[int], np.dtype[np.float64]], tonic: int) -> Stereo:
    """Give root, fifth and octave, out of step between the ears but in tune, so that nothing beats."""
    root = 45 + (tonic - 9) % 12
    turns = [2 * np.pi * frequency(root + step) * seconds for step in (0, 7, 12)]
    sides = [sum(np.sin(turn + step) for turn in turns) for step in (0.0, 0.8)]
    swell = np.clip(seconds, 0, 1) * _OPENING_LEVEL
    pad: Stereo = (np.stack(sides, axis=-1) * swell[:, None]).astype(np.float32)
    return pad


def _hole(blocks: Iterator[Stereo], reel: Reel, seconds: float) -> Iterator[Stereo]:
    length = round(seconds * reel.rate)
    begin = max(0, (reel.frames - length) // 2)
    return _without(blocks, begin, begin + length)


def _without(blocks: Iterator[Stereo], begin: int, end: int) -> Iterator[Stereo]:
    """Silence the frames from `begin` up to `end`."""
    for at, block in _placed(blocks):
        rest = block.copy()
        rest[max(0, begin - at) : max(0, end - at)] = 0
        yield rest


def _placed(blocks: Iterator[Stereo]) -> Iterator[tuple[int, Stereo]]:
    """Give each block with the number of its first frame."""
    at = 0
    for block in blocks:
        yield at, block
        at += len(block)


def _everywhere(change: Callable[[Stereo], Stereo]) -> Damage:
    """Make a damage of what happens to every frame alike."""

    def damage(blocks: Iterator[Stereo], _: Reel) -> Iterator[Stereo]:
        return map(change, blocks)

    return damage


def _hot(block: Stereo) -> Stereo:
    loud: Stereo = np.clip(np.tanh(block * np.float32(_HOT)) * np.float32(_BEYOND), -1, 1)
    return loud


def _mono(block: Stereo) -> Stereo:
    return np.repeat(block.mean(axis=1, keepdims=True, dtype=np.float32), 2, axis=1)


DAMAGES: Mapping[str, Damage] = MappingProxyType(
    {
        "buried": buried,
        "cut-short": cut_short,
        "late": late,
        "drop-out": drop_out,
        "small-gap": small_gap,
        "dead-channel": _everywhere(lambda block: block * _LEFT),
        "inverted": _everywhere(lambda block: block[:, [0, 0]] * _AGAINST),
        "mono": _everywhere(_mono),
        "clipped": _everywhere(lambda block: np.clip(block * np.float32(_CLIPPED), -1, 1)),
        "hot": _everywhere(_hot),
        "dc": _everywhere(lambda block: block + np.float32(_OFFSET)),
        "looped": looped,
        "slow-opening": slow_opening,
    }
)
