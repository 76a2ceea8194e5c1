"""The timing: when each line is sung and each section begins, measured where it was heard, else estimated."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.song import Section

_BREATH = 2.0  # syllables that fit between two lines
_LETTERS_A_BEAT = 2.0  # where nobody can count syllables; only the proportions within a song matter
_INTERLUDE = 0.5  # of a sung section: an instrumental one has half its bars, as a rule


@dataclass(frozen=True, slots=True)
class TimedLine:
    """A sung line and the second at which it begins."""

    start_s: float
    text: str


@dataclass(frozen=True, slots=True)
class TimedSection:
    """A section by its tag, with its seconds."""

    start_s: float
    end_s: float
    name: str


@dataclass(frozen=True, slots=True)
class Timed:
    """A song on the clock: every time lies inside the song, none before the one above it.

    The sections cover the song without a gap. `estimated` says that nobody heard the words: the times are those
    of an even delivery.
    """

    lines: tuple[TimedLine, ...] = ()
    sections: tuple[TimedSection, ...] = ()
    estimated: bool = True


@dataclass(frozen=True, slots=True)
class _Span:
    """What takes time: a line, or a section in which nothing is sung. `begins` names the section it opens."""

    weight: float
    line: str | None
    begins: str | None


def spread(
    sections: Sequence[Section],
    duration_s: float,
    sung_from_s: float | None = None,
    sung_until_s: float | None = None,
    *,
    weigh: Callable[[str], float] = len,
    heard: Sequence[float | None] = (),
) -> Timed:
    """Give every line and section its time within `duration_s` seconds.

    The lines share the sung part by what `weigh` says of each: its syllables, 0 when it cannot tell. What is not
    sung takes its share too: before the sung part, behind it, and half as long as a sung section in between.
    `heard` holds the second of each line, None for one that nobody heard: between two that were heard the
    others are spread. Without any of these the whole song is shared out.
    """
    duration = duration_s if math.isfinite(duration_s) and duration_s > 0 else 0.0
    spans = list(_spans(sections, weigh))
    at = [0.0, *accumulate(span.weight for span in spans)]
    sung = [number for number, span in enumerate(spans) if span.line is not None]
    known = {0.0: 0.0, at[-1]: duration}
    if sung:
        known |= _given({at[sung[0]]: sung_from_s, at[sung[-1] + 1]: _after(sung_until_s, sung_from_s)})
    lines = dict(zip((at[number] for number in sung), heard, strict=False))
    starts = _between(at, known | _given(lines), duration)
    return Timed(
        lines=tuple(TimedLine(starts[number], spans[number].line or "") for number in sung),
        sections=_sections(spans, starts, duration),
        estimated=not _given(lines),
    )


def _spans(sections: Sequence[Section], weigh: Callable[[str], float]) -> Iterator[_Span]:
    weights = [[_weight(line, weigh) for line in section.lines] for section in sections]
    full = [sum(section) for section in weights if section]
    interlude = _INTERLUDE * sum(full) / len(full) if full else 1.0
    for section, shares in zip(sections, weights, strict=True):
        if not shares:
            yield _Span(interlude, None, section.tag)
        for number, (line, share) in enumerate(zip(section.lines, shares, strict=True)):
            yield _Span(share, line, None if number else section.tag)


def _weight(line: str, weigh: Callable[[str], float]) -> float:
    return _BREATH + max(weigh(line) or len(line) / _LETTERS_A_BEAT, 0.0)


def _after(until_s: float | None, from_s: float | None) -> float | None:
    """Believe an end of the singing only when it lies behind the beginning."""
    return until_s if until_s is not None and until_s > (from_s or 0.0) else None


def _given(times: dict[float, float | None]) -> dict[float, float]:
    return {at: time for at, time in times.items() if time is not None and math.isfinite(time)}


def _between(at: Sequence[float], known: dict[float, float], duration: float) -> list[float]:
    """Interpolate from the known times, which never run backwards nor past the end."""
    places = sorted(known)
    times = list(accumulate((min(max(known[place], 0.0), duration) for place in places), max))
    return [_at(place, places, times) for place in at]


def _at(place: float, places: Sequence[float], times: Sequence[float]) -> float:
    after = bisect_right(places, place)
    if after in {0, len(places)}:
        return times[max(after - 1, 0)]
    before = after - 1
    share = (place - places[before]) / (places[after] - places[before])
    return times[before] + share * (times[after] - times[before])


def _sections(spans: Sequence[_Span], starts: Iterable[float], duration: float) -> tuple[TimedSection, ...]:
    begun = [(start, span.begins) for span, start in zip(spans, starts, strict=False) if span.begins]
    edges = [0.0, *(start for start, _ in begun[1:]), duration]  # the song begins with its first section
    return tuple(
        TimedSection(start, end, name) for start, end, (_, name) in zip(edges, edges[1:], begun, strict=False)
    )
