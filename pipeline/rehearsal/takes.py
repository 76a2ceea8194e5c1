"""One take of a task on disk: what the band plays, or what a fault makes of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.rehearsal import encode, mix, score
from pipeline.rehearsal.commission import Commission
from pipeline.rehearsal.damage import DAMAGES, Reel, rubbish
from pipeline.rehearsal.players import Stereo
from pipeline.rehearsal.tones import RATE

_MISREADINGS = frozenset({"wrong-length", "abrupt-end", "off-key", "off-tempo"})
SOUND_FAULTS = frozenset({"wrong-type", "silence", "noise", *_MISREADINGS, *DAMAGES})
MP3_FAULTS = frozenset({"undecodable"})
_HURRY = 1.25  # neither an octave away nor three against two: no listener's foot takes it for the same
_ASTRAY = 6  # semitones: two common notes of seven, and neither a fifth nor a relative key away


def record(commission: Commission, number: int, fault: str, file: Path, between: Callable[[], None]) -> None:
    """Play take `number` (from 0) of a commission into a file of the asked format.

    `between` is called before every bar, and may raise to break off.
    """

    def played() -> Iterator[Stereo]:
        for block in _blocks(commission, commission.seeds[number], fault):
            between()
            yield block

    encode.write(played(), file, _format(commission, fault))
    if fault == "undecodable":
        file.write_bytes(rubbish(file.read_bytes(), commission.seeds[number]))


def _format(commission: Commission, fault: str) -> str:
    if fault != "wrong-type":
        return commission.audio_format
    return "flac" if commission.audio_format == "wav" else "wav"


def _blocks(commission: Commission, seed: int, fault: str) -> Iterator[Stereo]:
    if fault == "silence":
        return mix.silence(commission.duration_s)
    if fault == "noise":
        return mix.noise(commission.duration_s, seed)
    written = _written(_gig(commission, seed), fault)
    blocks = mix.perform(written, fading=fault != "abrupt-end")
    if fault not in DAMAGES:
        return blocks
    return DAMAGES[fault](blocks, Reel(round(written.duration_s * RATE), seed, written.tonic))


def _gig(commission: Commission, seed: int) -> score.Gig:
    return score.Gig(
        caption=commission.prompt,
        lyrics=commission.lyrics,
        duration_s=commission.duration_s,
        bpm=min(max(commission.bpm, 30), 300) if commission.bpm else 0,
        key=commission.key_scale,
        time_signature=int(commission.time_signature) if commission.time_signature.isdecimal() else 4,
        seed=seed,
    )


def _written(gig: score.Gig, fault: str) -> score.Score:
    """Write what is asked for, or something else if that is the fault."""
    written = score.write(gig)
    match fault:
        case "wrong-length":
            return score.write(replace(gig, duration_s=gig.duration_s / 2))
        case "off-tempo":
            return score.write(replace(gig, bpm=round(written.bpm * _HURRY)))
        case "off-key":
            return replace(written, tonic=(written.tonic + _ASTRAY) % 12)
        case "abrupt-end":
            return _unfinished(written)
    return written


def _unfinished(written: score.Score) -> score.Score:
    """Put a chorus twice as long in the place of the last passage, so that the end falls into its middle."""
    *before, last = written.passages
    chorus = replace(last, kind="chorus", bars=last.bars * 2, degrees=last.degrees * 2)
    return replace(written, passages=(*before, chorus))
