"""The lettering: a text in lines of one size that fill a box and never leave it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from PIL import ImageFont

from pipeline.pictures.fonts import loaded
from pipeline.pictures.wording import Piece, joined, pieces

Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom outside
_TRIAL = 100  # the size in pixels at which words are measured; widths grow with the size
_MOST_LINES = 4
_LEADING = 1.02  # from baseline to baseline, in sizes, where the letters leave room
_GAP = 0.14  # least space between the ink of two lines, in sizes


@dataclass(frozen=True, slots=True)
class Lettering:
    """Lines of text at a size: `baselines` in pixels below the top of the first line's ink, `ink` per line.

    `ink` holds (left, top, right, bottom) of each line's marks relative to its own origin on the baseline.
    """

    font: Path
    size: float
    lines: tuple[str, ...]
    baselines: tuple[int, ...]
    ink: tuple[Box, ...]

    @property
    def width(self) -> int:
        """The width of the widest line's ink in pixels."""
        return max(box[2] - box[0] for box in self.ink)

    @property
    def height(self) -> int:
        """The height from the top of the first line's ink to the bottom of the last one's, in pixels."""
        return self.baselines[-1] + max(0, self.ink[-1][3])


def fit(text: str, font: Path, room: tuple[int, int], biggest: float) -> Lettering:
    """Break a text into at most four lines and make it as big as the room (width, height) and `biggest` allow."""
    parts = pieces(text)
    trial = loaded(font, _TRIAL)
    wrapped = [_wrapped(parts, count, trial) for count in range(1, min(_MOST_LINES, len(parts)) + 1)]
    return max(
        (_sized(lines, font, room, biggest) for lines in wrapped),
        key=lambda lettering: (round(lettering.size), -len(lettering.lines)),
    )


def _wrapped(parts: Sequence[Piece], count: int, font: ImageFont.FreeTypeFont) -> tuple[str, ...]:
    """Break into at most `count` lines whose longest is as short as can be."""
    widths = [font.getlength((" " if part.space else "") + part.text) for part in parts]
    low, high = max(widths), sum(widths)
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if len(_filled(widths, middle)) <= count else (middle, high)
    breaks = _filled(widths, high)
    return tuple(joined(parts[start:end]) for start, end in pairwise((*breaks, len(parts))))


def _filled(widths: Sequence[float], width: float) -> list[int]:
    """Give the piece that each line starts with when every line takes what fits."""
    starts, used = [0], 0.0
    for index, piece in enumerate(widths):
        if used and used + piece > width:
            starts.append(index)
            used = 0.0
        used += piece
    return starts


def _sized(lines: tuple[str, ...], font: Path, room: tuple[int, int], biggest: float) -> Lettering:
    """Set lines as big as they fit: measured, scaled, measured again, for hinting and overhang are not linear."""
    size = biggest
    while True:
        lettering = _set(lines, font, size)
        share = min(room[0] / max(1, lettering.width), room[1] / max(1, lettering.height))
        if share >= 1 or size <= 1:
            return lettering
        size = max(1, size * min(share, 0.995))


def _set(lines: tuple[str, ...], font: Path, size: float) -> Lettering:
    face = loaded(font, size)
    ink = tuple(_ink(face, line) for line in lines)
    apart = [max(_LEADING * size, upper[3] - lower[1] + _GAP * size) for upper, lower in pairwise(ink)]
    step = max(apart, default=0)  # even, though only one pair of lines may need it
    baselines = tuple(round(-ink[0][1] + index * step) for index in range(len(lines)))
    return Lettering(font, size, lines, baselines, ink)


def _ink(face: ImageFont.FreeTypeFont, line: str) -> Box:
    left, top, right, bottom = face.getbbox(line, anchor="ls")
    return round(left), round(top), round(right), round(bottom)
