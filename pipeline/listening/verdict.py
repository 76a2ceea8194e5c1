"""The verdict: what the measures of a take say about it."""

from collections.abc import Iterator
from typing import Literal

from pipeline.listening import harmony, rhythm
from pipeline.listening.limits import Asked, Limits
from pipeline.take import Measures

Verdict = Literal["pass", "warn", "fail"]


def judge(measures: Measures | None, asked: Asked, limits: Limits) -> tuple[Verdict, tuple[str, ...]]:
    """Judge a take by its measures (None: not decodable) against what was asked for.

    Gives the verdict and a sentence for each thing that counts against the take. What was not measured counts
    for nothing.
    """
    if measures is None:
        return "fail", ("it cannot be decoded",)
    faults = tuple(_faults(measures, asked, limits))
    if faults:
        return "fail", faults
    doubts = tuple(_doubts(measures, asked, limits))
    return ("warn" if doubts else "pass"), doubts


def _faults(heard: Measures, asked: Asked, limits: Limits) -> Iterator[str]:
    if not heard.finite:
        yield "it holds samples that are no numbers"
        return
    wrong_length = _length(heard, asked, limits.wrong_length_s, limits.wrong_length_share)
    if heard.rms_dbfs < limits.silence_dbfs or _over(heard.silent_share, limits.silent_share):
        yield f"it is silent ({heard.rms_dbfs:.0f} dBFS)"
        yield from wrong_length
        return
    if _is_noise(heard, limits):
        yield f"it is noise and no music (flatness {heard.flatness:.2f})"
    yield from wrong_length
    if _over(heard.first_sound_s, limits.late_start_s):
        yield f"it begins with {heard.first_sound_s:.1f} s of silence"
    if _over(heard.trailing_silence_s, limits.padding_s):
        yield f"it is cut short: the last {heard.trailing_silence_s:.1f} s are silent"
    if _over(heard.longest_gap_s, limits.drop_out_s):
        yield f"it drops out for {heard.longest_gap_s:.1f} s"
    if heard.balance_db is not None and abs(heard.balance_db) > limits.dead_channel_db:
        yield f"its {'right' if heard.balance_db > 0 else 'left'} channel is dead"
    elif heard.correlation is not None and heard.correlation < limits.inverted_correlation:
        yield f"one channel is the other one inverted (correlation {heard.correlation:.2f})"


def _doubts(heard: Measures, asked: Asked, limits: Limits) -> Iterator[str]:
    yield from _length(heard, asked, limits.odd_length_s, limits.odd_length_share)
    if _over(heard.first_sound_s, limits.slow_start_s):
        yield f"it begins with {heard.first_sound_s:.1f} s of silence"
    if _over(heard.longest_gap_s, limits.gap_s):
        yield f"it is silent for {heard.longest_gap_s:.1f} s in the middle"
    if _over(heard.flatness, limits.buried_flatness):
        yield f"it is buried in noise (flatness {heard.flatness:.2f})"
    yield from _signal(heard, limits)
    if _over(heard.repetition, limits.loop_repetition) and _under(heard.variety, limits.loop_variety):
        yield "it is one loop over and over"
    if _over(heard.end_db, limits.abrupt_db):
        yield "it ends abruptly, in full cry"
    yield from _music(heard, asked, limits)


def _signal(heard: Measures, limits: Limits) -> Iterator[str]:
    if _over(heard.clipped_per_s, limits.clipped_per_s) or _over(heard.overs_per_s, limits.overs_per_s):
        worst = max(heard.clipped_per_s or 0.0, heard.overs_per_s or 0.0)
        yield f"it is too hot: it clips {worst:.0f} times a second"
    if heard.channels == 1 or _under(heard.side_db, limits.mono_db):
        yield "it is mono"
    if _over(heard.dc, limits.dc):
        yield f"it has a DC offset ({heard.dc:.3f})"


def _music(heard: Measures, asked: Asked, limits: Limits) -> Iterator[str]:
    """Say what was played otherwise; the ear's own guess is never more than a doubt (tempo within an octave)."""
    is_steady = heard.bpm is not None and _over(heard.pulse, limits.tempo_pulse)
    if asked.bpm and heard.bpm is not None and is_steady and not rhythm.agrees(heard.bpm, asked.bpm):
        yield f"its tempo is about {heard.bpm:.0f} bpm where {asked.bpm} were asked"
    if asked.key and heard.key and harmony.kinship(heard.key, asked.key) == "other":
        yield f"its key is about {heard.key} where {asked.key} was asked"


def _is_noise(heard: Measures, limits: Limits) -> bool:
    return _over(heard.flatness, limits.noise_flatness) and _under(heard.pulse, limits.noise_pulse)


def _length(heard: Measures, asked: Asked, seconds: float, share: float) -> Iterator[str]:
    if abs(heard.duration_s - asked.duration_s) > max(seconds, share * asked.duration_s):
        yield f"it lasts {heard.duration_s:.1f} s where {asked.duration_s:.1f} s were asked"


def _over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _under(value: float | None, limit: float) -> bool:
    return value is not None and value < limit
