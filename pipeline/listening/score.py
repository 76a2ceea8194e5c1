"""The score: how good a take is beside the others of the same song, in points, part by part."""

from pipeline.listening.agreement import agrees, kinship
from pipeline.listening.hook import RULE_S
from pipeline.listening.limits import Asked
from pipeline.take import Measures

# Points of each part, 100 in all. The hook counts most: it is the rule that songpipe exists for. What an ear of
# numbers knows least about, tempo and key, counts least.
_LENGTH, _TEMPO, _KEY, _START, _HOOK, _VOICE, _DYNAMICS, _WIDTH = 10, 10, 5, 15, 20, 15, 15, 10
_WARNING = 10.0
# Peak-to-loudness ratio (dB) and loudness range (LU) of records that breathe; beyond either end points go down.
_PLR_DB, _RANGE_LU = (8.0, 16.0), (3.0, 14.0)
_SIDE_DB = (-25.0, -3.0)  # from nearly mono to as wide as the middle is loud
_KINSHIP = {"same": 1.0, "relative": 1.0, "fifth": 0.5, "unknown": 0.5, "other": 0.0}


def score(heard: Measures, asked: Asked, warnings: int) -> dict[str, float]:
    """Give the points of a take, part by part; what was not measured, or not asked, gets half."""
    parts = {
        "length": _LENGTH * _near(abs(heard.duration_s - asked.duration_s), 0.5, 5.0),
        "tempo": _TEMPO * _tempo(heard, asked),
        "key": _KEY * (_KINSHIP[kinship(heard.key, asked.key)] if asked.key and heard.key else 0.5),
        "start": _START * _near(heard.first_sound_s, 0.7, 5.0),
        "hook": _HOOK * _hook(heard),
        "voice": _VOICE * _voice(heard, asked),
        "dynamics": _DYNAMICS * (_plr(heard) + _within(heard.loudness_range_lu, _RANGE_LU, 6.0)) / 2,
        "width": _WIDTH * _within(heard.side_db, _SIDE_DB, 10.0),
        "warnings": 0.0 - _WARNING * warnings,
    }
    return {name: round(points, 1) for name, points in parts.items()}


def _tempo(heard: Measures, asked: Asked) -> float:
    if not asked.bpm or heard.bpm is None:
        return 0.5
    return 1.0 if agrees(heard.bpm, asked.bpm) else 0.0


def _hook(heard: Measures) -> float:
    """Something must happen at once: the opening is about as loud as the song, and notes are struck."""
    if heard.hook is None:
        return 0.5
    loud = 0.5 if heard.hook.loudness_lu is None else _near(max(0.0, -heard.hook.loudness_lu), 3.0, 15.0)
    return (loud + min(1.0, heard.hook.onsets / 8)) / 2


def _voice(heard: Measures, asked: Asked) -> float:
    """A voice within the rule is worth all, as far as the ear is sure of it; where nothing is sung, none at all is."""
    if heard.hook is None:
        return 0.5
    first = heard.hook.voice_s
    if not asked.sung:
        return 0.5 + (0.5 if first is None else -0.5) * heard.hook.certainty
    in_time = first is not None and first <= RULE_S
    return 0.5 + (0.5 if in_time else -0.25) * heard.hook.certainty


def _plr(heard: Measures) -> float:
    if heard.true_peak_dbtp is None or heard.lufs is None:
        return 0.5
    return _within(heard.true_peak_dbtp - heard.lufs, _PLR_DB, 6.0)


def _near(value: float | None, good: float, bad: float) -> float:
    """Give 1 up to `good`, 0 from `bad` on, and what lies between in a straight line."""
    return 0.5 if value is None else min(1.0, max(0.0, (bad - value) / (bad - good)))


def _within(value: float | None, good: tuple[float, float], slope: float) -> float:
    """Give 1 between the two, less with every unit beyond, 0 from `slope` units on."""
    if value is None:
        return 0.5
    low, high = good
    return max(0.0, 1.0 - max(low - value, value - high, 0.0) / slope)
