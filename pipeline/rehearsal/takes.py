"""One take of a task on disk: what the band plays, or what a fault makes of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.rehearsal import encode, mix, score
from pipeline.rehearsal.commission import Commission
from pipeline.rehearsal.players import Stereo

SOUND_FAULTS = frozenset({"wrong-type", "wrong-length", "silence", "noise"})


def record(commission: Commission, number: int, fault: str, file: Path, between: Callable[[], None]) -> None:
    """Play take `number` (from 0) of a commission into a file of the asked format.

    `between` is called before every bar, and may raise to break off.
    """

    def played() -> Iterator[Stereo]:
        for block in _blocks(commission, commission.seeds[number], fault):
            between()
            yield block

    encode.write(played(), file, _format(commission, fault))


def _format(commission: Commission, fault: str) -> str:
    if fault != "wrong-type":
        return commission.audio_format
    return "flac" if commission.audio_format == "wav" else "wav"


def _blocks(commission: Commission, seed: int, fault: str) -> Iterator[Stereo]:
    duration_s = commission.duration_s
    if fault == "silence":
        return mix.silence(duration_s)
    if fault == "noise":
        return mix.noise(duration_s, seed)
    gig = score.Gig(
        caption=commission.prompt,
        lyrics=commission.lyrics,
        duration_s=duration_s / 2 if fault == "wrong-length" else duration_s,
        bpm=min(max(commission.bpm, 30), 300) if commission.bpm else 0,
        key=commission.key_scale,
        time_signature=int(commission.time_signature) if commission.time_signature.isdecimal() else 4,
        seed=seed,
    )
    return mix.perform(score.write(gig))
