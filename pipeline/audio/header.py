"""The header: how long an MP3 says it is, which need not be how long it is."""

import math
from pathlib import Path
from typing import Any

from mutagen import MutagenError
from mutagen.mp3 import MP3, BitrateMode

_OPENED: Any = MP3  # mutagen says nothing of its types
# What a damaged header may lead to.
_DAMAGE = (MutagenError, LookupError, ArithmeticError, ValueError, OSError)


def promised_s(file: Path) -> float | None:
    """Read the seconds that an MP3 promises by the count of its frames (Xing, Info or VBRI).

    None when it has no such count, for then its length is guessed from its size; and for what is no MP3. A FLAC file
    that was cut is not decoded at all, and a WAV file from a pipe promises hours, so these are not asked.
    """
    try:
        info = _OPENED(file).info
    except _DAMAGE:
        return None
    if info.bitrate_mode == BitrateMode.UNKNOWN or not math.isfinite(info.length):
        return None
    return float(info.length)
