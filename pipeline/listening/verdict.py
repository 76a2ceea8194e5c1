"""The verdict: what the measures of a take say about it."""

from typing import Literal

from pipeline.take import Measures

Verdict = Literal["pass", "warn", "fail"]

# ACE-Step itself calls audio silent at an RMS of 1e-5 (−100 dBFS, its audio_utils.py); noise of a broken
# decoder lies above that, and no music below −60 dBFS is worth keeping.
_SILENCE_DBFS = -60.0
# The longer of seconds and share of the wanted length. ACE-Step renders within a second of what it is asked
# (measured); ACE-Step #355 shows 40 s where 120 s were asked.
_WRONG_LENGTH = (5.0, 0.10)
_ODD_LENGTH = (3.0, 0.05)


def judge(measures: Measures | None, wanted_s: float) -> tuple[Verdict, tuple[str, ...]]:
    """Judge a take by its measures (None: not decodable) against the wanted length in seconds.

    Gives the verdict and a sentence for each thing that counts against the take.
    """
    if measures is None:
        return "fail", ("it cannot be decoded",)
    faults = [*_damage(measures), *_length(measures, wanted_s, _WRONG_LENGTH)]
    if faults:
        return "fail", tuple(faults)
    doubts = _length(measures, wanted_s, _ODD_LENGTH)
    return ("warn" if doubts else "pass"), tuple(doubts)


def _damage(measures: Measures) -> list[str]:
    if not measures.finite:
        return ["it holds samples that are no numbers"]
    if measures.rms_dbfs < _SILENCE_DBFS:
        return [f"it is silent ({measures.rms_dbfs:.0f} dBFS)"]
    return []


def _length(measures: Measures, wanted_s: float, tolerance: tuple[float, float]) -> list[str]:
    seconds, share = tolerance
    if abs(measures.duration_s - wanted_s) <= max(seconds, share * wanted_s):
        return []
    return [f"it lasts {measures.duration_s:.1f} s where {wanted_s:.1f} s were asked"]
