"""The tally: how many of the songs have ended and how, how fast they come, and how that is told in a line."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from rich.cells import cell_len, set_cell_size

from pipeline.cli.wording import clock, harmless
from pipeline.engine.performance import Ended
from pipeline.errors import SongpipeError

_ENOUGH = 2  # songs that must be done before anything is said about the rest
_MOST_CHARACTERS = 1000  # of a text that goes into one line


class Tally:
    """Counts songs as they end. One thread counts, others may read; `total` counts skipped songs too."""

    def __init__(self, total: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._total, self._clock = total, clock
        self._begun_at = self._latest_at = clock()
        self._ended = {"done": 0, "failed": 0, "stopped": 0, "cancelled": 0}
        self._skipped = 0

    def count(self, ended: Ended) -> None:
        """Count a song that has ended."""
        self._ended[ended.how] += 1
        self._latest_at = self._clock()

    def expect(self, total: int) -> None:
        """Count on so many songs altogether."""
        self._total = total

    def skip(self, count: int) -> None:
        """Count songs that were done before."""
        self._skipped += count

    @property
    def position(self) -> str:
        """Say how many are behind us, such as "3 of 40"."""
        return f"{self._behind}{self._of_all}"

    @property
    def left_s(self) -> float | None:
        """Guess the seconds left for the rest; None until enough songs are done.

        The pace is that of all songs so far; until the next one ends the guess counts down.
        """
        if self._total is None or self._ended["done"] < _ENOUGH:
            return None
        pace = (self._latest_at - self._begun_at) / sum(self._ended.values())
        return max(0.0, pace * (self._total - self._behind) - (self._clock() - self._latest_at))

    @property
    def left(self) -> str:
        """Say how long the rest takes, such as "about 14 min left"; nothing as long as that cannot be told."""
        left_s = self.left_s
        return f"about {_rough(left_s)} left" if left_s else ""

    @property
    def hourly(self) -> float | None:
        """Give the songs per hour so far; None until enough songs are done."""
        spent = self._latest_at - self._begun_at
        return self._ended["done"] * 3600 / spent if self._ended["done"] >= _ENOUGH and spent else None

    def line(self, width: int) -> str:
        """Tell everything that fits into `width` columns: the pace gives way first, the counts after it."""
        pace = [f"{self.hourly:,.0f} an hour"] if self.hourly else []
        failed = [f"{self._ended['failed']} failed"] if self._ended["failed"] else []
        counts = counted(self._ended["done"], self._ended["failed"], self._skipped, self._given_up)
        choices = ([counts + self._of_all, *pace], [counts + self._of_all], [self.position, *failed])
        lines = [" · ".join(filter(None, [*facts, self.left])) for facts in choices]
        return next((line for line in lines if cell_len(line) <= width), cut(self.position, width))

    @property
    def _behind(self) -> int:
        return self._skipped + sum(self._ended.values())

    @property
    def _given_up(self) -> int:
        return self._ended["stopped"] + self._ended["cancelled"]

    @property
    def _of_all(self) -> str:  # songs of a process that died may come on top of ours
        return "" if self._total is None else f" of {max(self._total, self._behind)}"


def counted(done: int, failed: int, skipped: int, stopped: int) -> str:
    """Say how many songs ended how; what did not happen is left out."""
    others = (("failed", failed), ("skipped", skipped), ("stopped", stopped))
    return ", ".join([f"{done} done", *(f"{count} {how}" for how, count in others if count)])


def stretch(seconds: float) -> str:
    """Say a length of time as people do."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 600 else f"{round(minutes / 60)} h"


def _rough(seconds: float) -> str:
    """Say a guess: the last seconds in tens, so that it does not tick."""
    return stretch(max(10, round(seconds, -1)) if seconds < 95 else seconds)


def in_a_line(text: str) -> str:
    """Make one harmless line of any text."""
    return " ".join(harmless(text[:_MOST_CHARACTERS]).split())


def cut(text: str, width: int) -> str:
    """Shorten a line to so many columns; wide letters count twice."""
    return text if cell_len(text) <= width else f"{set_cell_size(text, max(0, width - 1)).rstrip()}…"


def ending(ended: Ended, name: str) -> str:
    """Tell how a song ended; `name` is what it goes by until it has a title."""
    called = f"“{cut(in_a_line(str(_known(ended).get('title') or name or ended.id)), 80)}”"
    if ended.how == "done":
        return " · ".join([called, *_length(_known(ended))])
    if ended.error is None or ended.how == "cancelled":
        return f"{called} was {ended.how}" if ended.how != "failed" else f"{called} failed"
    return f"{called} {'failed' if ended.how == 'failed' else 'was stopped'}: {_why(ended.error)}"


def _known(ended: Ended) -> dict[str, Any]:
    """Give what remains known of a finished song, from wherever it was made."""
    track = ended.track
    if track is None:
        return ended.result
    return {"title": track.title, "duration_s": track.duration_s, "file": track.file}


def _length(known: dict[str, Any]) -> Iterator[str]:
    seconds = known.get("duration_s")
    if not known.get("file"):
        yield "words only"
    elif isinstance(seconds, int | float):
        yield clock(round(seconds))


def _why(error: Exception) -> str:
    if not isinstance(error, SongpipeError):
        return in_a_line(f"this is a bug in songpipe: {type(error).__name__}: {error}")
    return in_a_line(f"{error.message} ({error.hint})" if error.hint else error.message)
