"""Layouts like landscapes: the song is what stands on the horizon."""

from dataclasses import replace

import numpy as np

from pipeline.pictures.canvas import Canvas, Point
from pipeline.pictures.colour import mixed
from pipeline.pictures.dice import Dice
from pipeline.pictures.layouts.place import ABOVE, BELOW, Place
from pipeline.pictures.wave import Curve, Wave


def ridges(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as a range of lines, one behind the other, a stretch of time each."""
    rows, points = dice.pick([18, 22, 26]), 90
    level = wave.shape(rows * points, smooth=2).reshape(rows, points)
    bulge = np.exp(-(((np.linspace(0, 1, points) - dice.between(0.38, 0.62)) / 0.26) ** 2))
    lines = canvas.stencil()
    for row in range(rows):
        y = 0.2 + 0.48 * row / (rows - 1)
        heights = level[row] * bulge * 0.15
        shape = [(x, y - h) for x, h in zip(np.linspace(0.07, 0.93, points), heights, strict=True)]
        lines.polygon([*shape, (0.93, y + 0.02), (0.07, y + 0.02)], cut=True)
        lines.line(shape, 0.0036)
    canvas.fade(lines, canvas.palette.accents[0], canvas.palette.ink)
    return Place(top=0.735, bottom=0.90, hold="bottom", biggest=0.12)


def hills(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as hills before a sun, the nearest the darkest."""
    loud, _, quiet = canvas.palette.accents
    sun = (dice.pick([0.28, 0.5, 0.72]), dice.between(0.54, 0.6))
    canvas.glow(sun, 0.5, loud, 0.5)
    disc = canvas.stencil()
    disc.disc(sun, dice.between(0.13, 0.17))
    canvas.fade(disc, canvas.palette.accents[1], loud)
    far, near = mixed(quiet, canvas.palette.ground[1], 0.35), mixed(quiet, (0, 0, 0), 0.72)
    layers = 5
    for layer in range(layers):
        depth = layer / (layers - 1)
        hill = canvas.stencil()
        shape = wave.shape(220, smooth=22 - 4 * layer)
        height = 0.17 * np.roll(shape, int(dice.between(0, 220))) * _ends(220) + 0.03 * shape
        hill.polygon(_skyline(height, 0.66 + 0.085 * layer + 0.03 * depth))
        canvas.paint(hill, mixed(far, near, depth))
    return replace(ABOVE, bottom=0.38)


def aurora(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw soft light and the song as one line of threads in it."""
    for colour in canvas.palette.accents * 2:
        canvas.glow((dice.between(0, 1), dice.between(0, 0.6)), dice.between(0.4, 0.7), colour, 0.55)
    threads = canvas.stencil()
    count = 110
    for x, level in zip(np.linspace(0.07, 0.93, count), wave.shape(count, smooth=1), strict=True):
        reach = 0.006 + 0.15 * float(level)
        threads.bar(x - 0.0016, 0.4 - reach, x + 0.0016, 0.4 + reach, radius=0.0016)
    canvas.paint(threads, canvas.palette.ink, 0.9)
    return BELOW


def _skyline(heights: Curve, foot: float) -> list[Point]:
    across = np.linspace(-0.01, 1.01, len(heights))
    top = [(float(x), foot - float(height)) for x, height in zip(across, heights, strict=True)]
    return [*top, (1.01, 1.01), (-0.01, 1.01)]


def _ends(count: int) -> Curve:
    """Fade to nothing at both ends, where a rolled curve would show its seam."""
    return np.asarray(np.sin(np.pi * np.linspace(0, 1, count)) ** 0.6)
