"""The mixes: a singer over a bed from a known second on, at a known level, or nobody at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tests.voices.beds import Bed
from tests.voices.singers import Singer
from tests.voices.sound import RATE, Sound, level

LENGTH_S = 32.0
LATEST_S = 25.0
LEVELS_DB = (-6.0, -3.0, 0.0, 3.0, 6.0)


@dataclass(frozen=True, slots=True)
class Mix:
    """What can be heard (mono, 16 kHz), and the truth: who, from which second on (None: never), how loud."""

    bed: str
    singer: str
    sound: Sound
    at_s: float | None
    level_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Pool:
    """What is mixed: a few excerpts of each bed, a few takes of each singer and of each soloist, by name."""

    beds: Sequence[tuple[str, Sound]]
    singers: Sequence[tuple[str, Sound]]
    soloists: Sequence[tuple[str, Sound]]


def pool(
    beds: Sequence[Bed],
    singers: Sequence[Singer],
    soloists: Sequence[Singer],
    each: tuple[int, int],
    seed: int,
) -> Pool:
    """Play so many excerpts of each bed, and have each singer and soloist sing so many takes."""
    dice = np.random.default_rng(seed)
    excerpts, takes = each
    return Pool(
        [(bed.name, bed.excerpt(LENGTH_S, dice.uniform())) for _ in range(excerpts) for bed in beds],
        [(singer.name, singer.sing(dice)) for _ in range(takes) for singer in singers],
        [(singer.name, singer.sing(dice)) for _ in range(takes) for singer in soloists],
    )


def many(source: Pool, count: int, never: float, seed: int) -> list[Mix]:
    """Mix so many, a share of them without a voice: every bed and every singer has about as many turns.

    Of those without a voice, some have a soloist, an instrument that comes in as a voice would.
    """
    dice = np.random.default_rng(seed)
    mixes = []
    for number in range(count):
        bed, music = source.beds[number % len(source.beds)]
        at_s = 0.0 if dice.uniform() < 0.1 else float(dice.uniform(0, LATEST_S))
        if dice.uniform() >= never:
            singer, voice = source.singers[int(dice.integers(len(source.singers)))]
            mixes.append(_over(bed, music, singer, voice, at_s, dice))
        elif dice.uniform() < 0.4:
            singer, voice = source.soloists[int(dice.integers(len(source.soloists)))]
            mixed = _over(bed, music, singer, voice, at_s, dice)
            mixes.append(replace(mixed, at_s=None))
        else:
            mixes.append(Mix(bed, "", music, None))
    return mixes


def _over(bed: str, music: Sound, singer: str, voice: Sound, at_s: float, dice: np.random.Generator) -> Mix:
    """Lay a voice over a bed, dry or in a room; who comes in is heard for five seconds at least."""
    start = int(max(0.0, min(at_s, len(music) / RATE - 5)) * RATE)
    voice = _in_a_room(voice, dice)[: len(music) - start]
    decibels = float(dice.choice(LEVELS_DB))
    mixed = music / np.float32(max(level(music[start : start + len(voice)]), level(music) / 10, 1e-6))
    mixed[start : start + len(voice)] += voice / np.float32(max(level(voice), 1e-6)) * 10 ** (decibels / 20)
    mixed *= np.float32(0.8 / max(np.abs(mixed).max(), 1e-6))
    return Mix(bed, singer, mixed.astype(np.float32), start / RATE, decibels)


def _in_a_room(voice: Sound, dice: np.random.Generator) -> Sound:
    """Add a tail of echoes to every second voice."""
    if dice.uniform() < 0.5:
        return voice
    seconds = dice.uniform(0.2, 0.8)
    time = np.arange(int(seconds * RATE)) / RATE
    tail = dice.normal(0, 1, len(time)) * np.exp(-6 * time / seconds)
    tail *= dice.uniform(0.1, 0.4) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = 1 << (len(voice) + len(tail)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(tail, size), size)
    return wet[: len(voice)].astype(np.float32)
