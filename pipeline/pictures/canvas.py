"""The canvas: where a cover is painted, with smooth edges, gradients and grain."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.random import default_rng
from PIL import Image, ImageChops, ImageDraw

from pipeline.pictures.colour import Colour
from pipeline.pictures.palettes import Palette

Point: TypeAlias = tuple[float, float]
_FINE = 2  # stencils are cut at twice the size and reduced: Pillow's edges are not smooth
_MIDDLE, _TILE = 128, 701  # grey; a side of grain that nobody sees repeat
_GRAIN = 3.0  # of 255: enough to hide the steps of a gradient, little enough for the JPEG


class Stencil:
    """A mask to paint through. Every length is a share of the canvas: 0 left or top, 1 right or bottom."""

    def __init__(self, size: int) -> None:
        self._scale = size * _FINE
        self._mask = Image.new("L", (self._scale, self._scale), 0)
        self._pen = ImageDraw.Draw(self._mask)

    def mask(self) -> Image.Image:
        """Give the mask at the size of the canvas."""
        return self._mask.reduce(_FINE)

    def polygon(self, points: Sequence[Point], *, cut: bool = False) -> None:
        """Open an area, or close it again."""
        self._pen.polygon(self._placed(points), fill=0 if cut else 255)

    def line(self, points: Sequence[Point], width: float) -> None:
        """Open a line with round corners."""
        self._pen.line(
            self._placed(points), fill=255, width=max(1, round(width * self._scale)), joint="curve"
        )

    def disc(self, centre: Point, radius: float, *, cut: bool = False) -> None:
        """Open a disc, or close it again."""
        (x, y), r = centre, radius
        self._pen.ellipse(self._placed([(x - r, y - r), (x + r, y + r)]), fill=0 if cut else 255)

    def slice(self, centre: Point, radius: float, start: float, end: float) -> None:
        """Open a slice of a disc between two angles in degrees, clockwise from the right."""
        (x, y), r = centre, radius
        (left, top), (right, bottom) = self._placed([(x - r, y - r), (x + r, y + r)])
        self._pen.pieslice((left, top, right, bottom), start, end, fill=255)

    def bar(self, left: float, top: float, right: float, bottom: float, *, radius: float = 0) -> None:
        """Open a rectangle, with round corners where asked."""
        corners = self._placed([(left, top), (right, bottom)])
        self._pen.rounded_rectangle(corners, radius=radius * self._scale, fill=255)

    def _placed(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]


class Canvas:
    """A square picture in the making; `size` in pixels. It begins as the ground of the palette."""

    def __init__(self, size: int, palette: Palette) -> None:
        self.size = size
        self.palette = palette
        self.image = _gradient(size, *palette.ground)

    def stencil(self) -> Stencil:
        """Give an empty stencil of this canvas."""
        return Stencil(self.size)

    def paint(self, stencil: Stencil, colour: Colour, opacity: float = 1.0) -> None:
        """Paint a colour through a stencil."""
        mask = stencil.mask()
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        self.image.paste(colour, (0, 0), mask)

    def fade(
        self, stencil: Stencil, one: Colour, other: Colour, way: Literal["down", "across"] = "down"
    ) -> None:
        """Paint a gradient that spans the canvas through a stencil."""
        self.image.paste(_gradient(self.size, one, other, way), (0, 0), stencil.mask())

    def glow(self, centre: Point, radius: float, colour: Colour, opacity: float) -> None:
        """Lay soft light around a point."""
        rough = 96  # light has no detail
        y, x = (np.mgrid[:rough, :rough] + 0.5) / rough
        distance = np.hypot(x - centre[0], y - centre[1]) / radius
        light = np.clip(1 - distance, 0, 1) ** 2 * (3 - 2 * np.clip(1 - distance, 0, 1)) * opacity
        mask = Image.fromarray((light * 255).astype(np.uint8)).resize(
            (self.size, self.size), Image.Resampling.BILINEAR
        )
        self.image.paste(colour, (0, 0), mask)

    def grain(self, seed: int) -> None:
        """Strew grain over everything, as paper and film have it."""
        noise = default_rng(seed).normal(_MIDDLE, _GRAIN, (_TILE, _TILE)).astype(np.uint8)
        times = -(-self.size // _TILE)
        sheet = Image.fromarray(np.tile(noise, (times, times))[: self.size, : self.size])
        self.image = ImageChops.add(self.image, Image.merge("RGB", [sheet] * 3), offset=-_MIDDLE)


def _gradient(size: int, one: Colour, other: Colour, way: Literal["down", "across"] = "down") -> Image.Image:
    share = np.linspace(0, 1, size)[:, None]
    ramp = np.round(np.asarray(one) + (np.asarray(other) - np.asarray(one)) * share).astype(np.uint8)
    strip = Image.fromarray(ramp[:, None] if way == "down" else ramp[None, :])
    return strip.resize((size, size), Image.Resampling.NEAREST)
