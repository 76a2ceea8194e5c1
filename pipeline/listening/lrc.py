"""Synced lyrics as LRC text, the `.lrc` file that players look for beside a song."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from pipeline.listening.timing import Timed, TimedLine
from pipeline.song import MOST_LINES, clean_line

_ESTIMATED = "times are estimated"
_MOST_READ = 1_000_000  # characters: a song is a few kilobytes
_LONGEST_LINE = 2000  # characters
_MOST_STAMPS = 64  # in front of one line that is sung again and again
_LAST_S = 35_999.99  # 599:59.99; no song is longer, and players know two or three digits of minutes
_OFFSET = re.compile(r"\[offset:\s*([+-]?\d{1,6})\s*\]", re.ASCII | re.IGNORECASE)
_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]", re.ASCII)
_WORD_STAMP = re.compile(r"<(?=\d{1,3}:\d)", re.ASCII)  # of enhanced LRC: a player would hide what follows
_BRACKETS = str.maketrans("[]", "()")


def write(timed: Timed, title: str, artist: str, length_s: float, by: str) -> str:
    """Write LRC text with its header: a line each, times to the hundredth; `by` is who made the sheet.

    It says when the times are estimated. `read` gives back what `harmless` leaves of the lines.
    """
    minutes, seconds = divmod(round(min(max(length_s, 0.0), _LAST_S)), 60)
    header = {"ti": title, "ar": artist, "length": f"{minutes:02d}:{seconds:02d}", "by": by, "re": "songpipe"}
    told = [f"[{name}:{harmless(text)}]" for name, text in header.items() if harmless(text)]
    note = [f"[#:{_ESTIMATED}]"] if timed.estimated else []
    return "\n".join([*told, *note, body(timed.lines)]) + "\n"


def body(lines: Iterable[TimedLine]) -> str:
    """Write the lines alone, without a header, as a tag holds them."""
    return "\n".join(f"[{stamp(line.start_s)}]{harmless(line.text)}" for line in lines)


def stamp(seconds: float) -> str:
    """Spell a time as LRC does: minutes, seconds and hundredths.

    >>> stamp(75.5)
    '01:15.50'
    """
    hundredths = round(min(max(seconds, 0.0), _LAST_S) * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def harmless(text: str) -> str:
    """Make text a line that no player takes for a time or a header: one clean line, square brackets round.

    >>> harmless("[00:01.00] [whispered]\\nhush")
    '(00:01.00) (whispered) hush'
    """
    return _WORD_STAMP.sub("‹", clean_line(text).translate(_BRACKETS))[:_LONGEST_LINE].strip()


def read(text: str) -> tuple[TimedLine, ...]:
    """Read the lines of LRC text, whoever wrote it, by their time; what makes no sense is left out.

    A line with several times comes once for each; the first `[offset:]` is applied, by which everything comes
    earlier: +500 is half a second. It takes linear time on any text.
    """
    lines = [line.strip()[: 2 * _LONGEST_LINE] for line in text[:_MOST_READ].splitlines()]
    early_s = next((int(match[1]) / 1000 for line in lines if (match := _OFFSET.fullmatch(line))), 0.0)
    sung = islice(chain.from_iterable(map(_timed, lines)), MOST_LINES)
    timed = (TimedLine(max(0.0, round(start - early_s, 3)), words) for start, words in sung)
    return tuple(sorted(timed, key=lambda line: line.start_s))


def _timed(line: str) -> Iterator[tuple[float, str]]:
    """Give the times in front of a line, each with its words; a time without words only clears a display."""
    starts: list[float] = []
    at = 0
    while len(starts) < _MOST_STAMPS and (match := _STAMP.match(line, at)):
        minutes, seconds, part = int(match[1]), int(match[2]), match[3] or "0"
        starts.append(60 * minutes + seconds + int(part) / 10 ** len(part))
        at = match.end()
    words = line[at:].strip()
    yield from ((start, words) for start in starts if words)
