"""Round layouts: the song runs around a centre, as it does on a record."""

from math import cos, pi, sin

import numpy as np

from pipeline.pictures.canvas import Canvas, Point
from pipeline.pictures.colour import mixed
from pipeline.pictures.dice import Dice
from pipeline.pictures.layouts.place import ABOVE, BELOW, Place
from pipeline.pictures.wave import Wave

_GOLDEN = pi * (3 - 5**0.5)  # the angle between two seeds of a sunflower


def ring(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as rays around a disc, once around from the top."""
    loud, middle, quiet = canvas.palette.accents
    centre = (dice.pick([0.5, 0.5, 0.64]), 0.375)
    bars, inner = dice.pick([96, 140, 180]), dice.between(0.13, 0.17)
    canvas.glow(centre, 0.62, quiet, 0.55)
    rays = canvas.stencil()
    for index, level in enumerate(wave.shape(bars)):
        angle = 2 * pi * index / bars - pi / 2
        rays.line(
            [_at(centre, inner + 0.015, angle), _at(centre, inner + 0.03 + 0.12 * level, angle)],
            0.55 * 2 * pi * inner / bars,
        )
    canvas.fade(rays, loud, middle)
    disc = canvas.stencil()
    disc.disc(centre, inner - 0.012)
    canvas.fade(disc, mixed(loud, canvas.palette.ground[0], 0.1), mixed(loud, canvas.palette.ground[0], 0.75))
    return BELOW


def grooves(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as grooves that bend where it is loud, like the rings of a tree."""
    loud, middle, quiet = canvas.palette.accents
    centre = (dice.between(0.55, 0.95), dice.between(0.8, 1.0))
    level = wave.shape(360, smooth=20)
    level -= np.linspace(level[0], level[-1], 360) - 0.5  # a ring has no seam
    rings = 24
    for colour, first in ((quiet, 0), (middle, 1), (loud, 2)):
        lines = canvas.stencil()
        for ring_ in range(first, rings, 3):
            radius = 0.06 + 0.53 * ring_ / rings
            bend = 0.13 * ring_ / rings
            points = [
                _at(centre, radius + bend * float(level[(angle + ring_) % 360] - 0.5), angle * pi / 180)
                for angle in range(361)
            ]
            lines.line(points, 0.0065)
        canvas.paint(lines, colour)
    return ABOVE


def bloom(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as the seeds of a sunflower: it begins in the middle, and loud moments are big."""
    seeds = 900
    centre = (0.5, 0.39)
    turn = dice.between(0, 2 * pi)
    level = wave.shape(seeds, smooth=3)
    canvas.glow(centre, 0.6, canvas.palette.accents[2], 0.35)
    for part, colour in enumerate((canvas.palette.accents[1], canvas.palette.accents[0])):
        dots = canvas.stencil()
        for index in range(seeds):
            if (level[index] > 0.55) == bool(part):
                place = _at(centre, 0.335 * (index / seeds) ** 0.5, turn + index * _GOLDEN)
                dots.disc(place, 0.0016 + 0.0065 * float(level[index]) ** 1.3)
        canvas.paint(dots, colour)
    return Place(top=0.76, bottom=0.90, hold="bottom", biggest=0.11, align="centre")


def arches(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as a rainbow of stripes, wide where it is loud."""
    loud, middle, quiet = canvas.palette.accents
    ground = canvas.palette.ground[0]
    colours = [loud, mixed(loud, middle, 0.5), middle, mixed(middle, quiet, 0.5), quiet, ground]
    centre = (dice.pick([0.0, 0.3, 0.5, 0.7, 1.0]), 1.0)
    widths = 0.5 + wave.shape(9, smooth=1)
    radius = 0.64
    for index, width in enumerate(widths * 0.56 / widths.sum()):
        stripe = canvas.stencil()
        stripe.disc(centre, radius)
        canvas.paint(stripe, colours[index % len(colours)])
        radius -= float(width)
    hole = canvas.stencil()
    hole.disc(centre, radius)
    canvas.paint(hole, ground)
    return ABOVE


def _at(centre: Point, radius: float, angle: float) -> Point:
    return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)
