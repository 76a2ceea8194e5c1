"""The claims of a file: what its tags say was asked for, and the length that its header tells."""

import re
from pathlib import Path

from pipeline.audio import header
from pipeline.audio.tagger import FileTagger
from pipeline.brief import LONGEST_S, SHORTEST_S
from pipeline.cli.wording import clock
from pipeline.errors import ShelfError
from pipeline.labels import Labels, parameters_of
from pipeline.listening.limits import Asked, Limits
from pipeline.listening.verdict import Verdict, judge
from pipeline.take import Measures

_KEY = re.compile(r"([A-G][#b]?)(m?)")  # as ID3 spells it


def judged(file: Path, measures: Measures | None, limits: Limits) -> tuple[Verdict, tuple[str, ...]]:
    """Judge a file: a song of ours by what was asked for, any other by itself and by what its header promises."""
    if measures is None:
        return judge(None, Asked(0.0), limits)
    told = _told(file)
    length = _length(told) if told else None
    heard = measures.duration_s
    verdict, reasons = judge(measures, _asked(told, heard if length is None else length), limits)
    if length is None and _is_less(heard, promised := header.promised_s(file) or 0.0, limits):
        broken = f"it is cut short: the file says {clock(promised)} and holds {clock(heard)}"
        return ("warn" if verdict == "pass" else verdict), (*reasons, broken)
    return verdict, reasons


def _told(file: Path) -> Labels | None:
    """Give what the tags of a song of ours say."""
    try:
        labels = FileTagger().read(file)
    except ShelfError:
        return None
    return labels if labels.song_id else None


def _asked(told: Labels | None, duration_s: float) -> Asked:
    if told is None:
        return Asked(duration_s)
    key = _KEY.fullmatch(told.key)
    spelled = f"{key.group(1)} {'minor' if key.group(2) else 'major'}" if key else ""
    return Asked(duration_s, told.bpm, spelled)


def _length(told: Labels) -> float | None:
    """Give the seconds that were asked for; None when the tags do not tell, or tell what nobody can ask for."""
    length = parameters_of(told).get("duration_s")
    if isinstance(length, bool) or not isinstance(length, int | float):
        return None
    return float(length) if SHORTEST_S <= length <= LONGEST_S else None


def _is_less(heard_s: float, promised_s: float, limits: Limits) -> bool:
    """Say whether so much is missing that it is worth telling: as much as of a length that was asked for."""
    return promised_s - heard_s > max(limits.odd_length_s, limits.odd_length_share * promised_s)
