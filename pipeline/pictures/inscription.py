"""The inscription: words on a cover, and ground behind them that lets them be read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.pictures.canvas import Canvas
from pipeline.pictures.colour import LEGIBLE, Colour, contrast, mixed
from pipeline.pictures.fonts import loaded
from pipeline.pictures.layouts.place import MARGIN, Place
from pipeline.pictures.lettering import Box, Lettering, fit
from pipeline.pictures.wording import runs_left

_SMALL = 0.023  # the size of the small line, a share of the side: 14 px on an embedded cover of 600
_SAFE = LEGIBLE + 0.5  # JPEG moves colours a little
_VEILS = (0.45, 0.7, 0.85, 1.0)  # how much of what lies behind is covered, tried in this order
_AIR = 0.012  # around the ink, a share of the side, that has to be clear as well


@dataclass(frozen=True, slots=True)
class Inscription:
    """Text that has found its place: where each line's baseline begins, and its ink, in pixels."""

    lettering: Lettering
    origins: tuple[tuple[int, int], ...]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where the ink of each line is, in pixels of the canvas."""
        return tuple(
            (x + left, y + top, x + right, y + bottom)
            for (x, y), (left, top, right, bottom) in zip(self.origins, self.lettering.ink, strict=True)
        )

    def write(self, image: Image.Image, ink: Colour) -> None:
        """Draw it."""
        pen = ImageDraw.Draw(image)
        font = loaded(self.lettering.font, self.lettering.size)
        for line, origin in zip(self.lettering.lines, self.origins, strict=True):
            pen.text(origin, line, font=font, fill=ink, anchor="ls")


def heading(text: str, font: Path, place: Place, side: int) -> Inscription:
    """Set a title into the room that a layout left for it, on a canvas of `side` pixels."""
    margin = round(MARGIN * side)
    top, bottom = round(place.top * side), round(place.bottom * side)
    lettering = fit(text, font, (side - 2 * margin, bottom - top), place.biggest * side)
    first = top if place.hold == "top" else bottom - lettering.height
    origins = []
    for (left, _, right, _), baseline in zip(lettering.ink, lettering.baselines, strict=True):
        free = side - 2 * margin - (right - left)
        shift = free // 2 if place.align == "centre" else free * runs_left(text)
        origins.append((margin + shift - left, first + baseline))
    return Inscription(lettering, tuple(origins))


def small(text: str, font: Path, place: Place, side: int, *, right: bool) -> Inscription:
    """Set the small line at the edge that a layout left for it, to the left or to the right."""
    margin = round(MARGIN * side)
    lettering = fit(text, font, (side // 2 - margin, margin), _SMALL * side)
    left = side - margin - lettering.width if right else margin
    middle = round(side * (0.945 if place.line == "bottom" else 0.075))
    baseline = middle + round(_SMALL * side * 0.36)
    return Inscription(lettering, ((left - lettering.ink[0][0], baseline),))


def clear(canvas: Canvas, inscription: Inscription, ink: Colour) -> None:
    """Veil what lies behind an inscription, as little as will do, until the ink stands out from all of it."""
    bare = canvas.image
    for veil in _VEILS:
        if all(
            contrast(ink, np.asarray(canvas.image.crop(box))) >= _SAFE for box in _around(inscription, canvas)
        ):
            return
        canvas.image = _veiled(canvas, bare, inscription, veil)


def _around(inscription: Inscription, canvas: Canvas) -> list[Box]:
    air, side = round(_AIR * canvas.size), canvas.size
    return [
        (max(0, left - air), max(0, top - air), min(side, right + air), min(side, bottom + air))
        for left, top, right, bottom in inscription.boxes
    ]


def _veiled(canvas: Canvas, bare: Image.Image, inscription: Inscription, veil: float) -> Image.Image:
    """Lay the ground's own colour from an inscription to the nearer edge, as mist that begins softly."""
    side, rough = canvas.size, 200  # soft edges need no more
    top, bottom = min(box[1] for box in inscription.boxes), max(box[3] for box in inscription.boxes)
    room = round(0.055 * rough)  # beside it: nearly three times the blur
    first, last = top * rough // side - room, bottom * rough // side + room
    first, last = (-room, last) if top + bottom < side else (first, rough + room)
    mask = Image.new(
        "L", (rough + 2 * room, rough + 2 * room), 0
    )  # the blur must find no edge in the picture
    mask.paste(round(255 * veil), (0, first + room, mask.width, last + room))
    mask = mask.filter(ImageFilter.GaussianBlur(room / 3)).crop((room, room, room + rough, room + rough))
    veiled = bare.copy()
    colour = mixed(*canvas.palette.ground, (top + bottom) / 2 / side)
    veiled.paste(colour, (0, 0), mask.resize((side, side), Image.Resampling.BICUBIC))
    return veiled
