"""The verdict: what the measures of a take say about it."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pipeline.listening.agreement import agrees, kinship
from pipeline.listening.limits import END_S, Asked, Limits
from pipeline.take import Measures

Verdict = Literal["pass", "warn", "fail"]
_ABRUPT = "it ends abruptly, in full cry"


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


def places(heard: Measures) -> Mapping[str, tuple[float, float]]:
    """Give the place of each sentence that `judge` may say of a take and that has one: its seconds, from and until.

    What an older ear did not place, or what concerns the whole take, is not among them.
    """
    return {said: (begin, max(begin, end)) for said, begin, end in _placed(heard)}


def _placed(heard: Measures) -> Iterator[tuple[str, float, float]]:
    end = heard.duration_s
    if heard.first_sound_s is not None:
        yield _late(heard), 0.0, heard.first_sound_s
    if heard.trailing_silence_s is not None:
        yield _padded(heard), end - heard.trailing_silence_s, end
    if heard.longest_gap_s is not None and heard.longest_gap_at_s is not None:
        for said in (_drop_out(heard), _gap(heard)):
            yield said, heard.longest_gap_at_s, heard.longest_gap_at_s + heard.longest_gap_s
    if heard.clipped_at_s is not None:
        yield _hot(heard), heard.clipped_at_s, min(heard.clipped_at_s + 1, end)
    yield _ABRUPT, max(0.0, end - END_S), end


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
        yield _late(heard)
    if _over(heard.trailing_silence_s, limits.padding_s):
        yield _padded(heard)
    if _over(heard.longest_gap_s, limits.drop_out_s):
        yield _drop_out(heard)
    if heard.balance_db is not None and abs(heard.balance_db) > limits.dead_channel_db:
        yield f"its {'right' if heard.balance_db > 0 else 'left'} channel is dead"
    elif heard.correlation is not None and heard.correlation < limits.inverted_correlation:
        yield f"one channel is the other one inverted (correlation {heard.correlation:.2f})"


def _doubts(heard: Measures, asked: Asked, limits: Limits) -> Iterator[str]:
    yield from _length(heard, asked, limits.odd_length_s, limits.odd_length_share)
    if _over(heard.first_sound_s, limits.slow_start_s):
        yield _late(heard)
    if _over(heard.longest_gap_s, limits.gap_s):
        yield _gap(heard)
    if _over(heard.flatness, limits.buried_flatness):
        yield f"it is buried in noise (flatness {heard.flatness:.2f})"
    yield from _signal(heard, limits)
    if _over(heard.repetition, limits.loop_repetition) and _under(heard.variety, limits.loop_variety):
        yield "it is one loop over and over"
    if _over(heard.end_db, limits.abrupt_db):
        yield _ABRUPT
    yield from _music(heard, asked, limits)


def _signal(heard: Measures, limits: Limits) -> Iterator[str]:
    if _over(heard.clipped_per_s, limits.clipped_per_s) or _over(heard.overs_per_s, limits.overs_per_s):
        yield _hot(heard)
    if heard.channels == 1 or _under(heard.side_db, limits.mono_db):
        yield "it is mono"
    if _over(heard.dc, limits.dc):
        yield f"it has a DC offset ({heard.dc:.3f})"


def _music(heard: Measures, asked: Asked, limits: Limits) -> Iterator[str]:
    """Say what was played otherwise; the ear's own guess is never more than a doubt (tempo within an octave)."""
    is_steady = heard.bpm is not None and _over(heard.pulse, limits.tempo_pulse)
    if asked.bpm and heard.bpm is not None and is_steady and not agrees(heard.bpm, asked.bpm):
        yield f"its tempo is about {heard.bpm:.0f} bpm where {asked.bpm} were asked"
    if asked.key and heard.key and kinship(heard.key, asked.key) == "other":
        yield f"its key is about {heard.key} where {asked.key} was asked"


def _is_noise(heard: Measures, limits: Limits) -> bool:
    return _over(heard.flatness, limits.noise_flatness) and _under(heard.pulse, limits.noise_pulse)


def _length(heard: Measures, asked: Asked, seconds: float, share: float) -> Iterator[str]:
    if abs(heard.duration_s - asked.duration_s) > max(seconds, share * asked.duration_s):
        yield f"it lasts {heard.duration_s:.1f} s where {asked.duration_s:.1f} s were asked"


def _late(heard: Measures) -> str:
    return f"it begins with {heard.first_sound_s:.1f} s of silence"


def _padded(heard: Measures) -> str:
    return f"it is cut short: the last {heard.trailing_silence_s:.1f} s are silent"


def _drop_out(heard: Measures) -> str:
    return f"it drops out for {heard.longest_gap_s:.1f} s{_at(' at', heard.longest_gap_at_s)}"


def _gap(heard: Measures) -> str:
    return f"it is silent for {heard.longest_gap_s:.1f} s in the middle{_at(', at', heard.longest_gap_at_s)}"


def _hot(heard: Measures) -> str:
    worst = max(heard.clipped_per_s or 0.0, heard.overs_per_s or 0.0)
    return f"it is too hot: it clips {worst:.0f} times a second{_at(', most at', heard.clipped_at_s)}"


def _at(word: str, seconds: float | None) -> str:
    return "" if seconds is None else f"{word} {int(seconds) // 60}:{int(seconds) % 60:02d}"


def _over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _under(value: float | None, limit: float) -> bool:
    return value is not None and value < limit
