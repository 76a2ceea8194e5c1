"""Layouts like posters: the song large and plain."""

import numpy as np

from pipeline.pictures.canvas import Canvas
from pipeline.pictures.dice import Dice
from pipeline.pictures.layouts.place import BELOW, Place
from pipeline.pictures.wave import Wave


def bars(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as heavy bars, mirrored or standing."""
    count = dice.pick([20, 28, 40])
    standing = dice.number() < 0.4
    pitch = 0.86 / count
    posts = canvas.stencil()
    for index, level in enumerate(wave.shape(count)):
        left = 0.07 + pitch * (index + 0.14)
        height = 0.03 + 0.53 * float(level)
        top = 0.645 - height if standing else 0.37 - height / 2
        posts.bar(left, top, left + 0.72 * pitch, top + height, radius=0 if standing else 0.36 * pitch)
    canvas.fade(posts, canvas.palette.accents[0], canvas.palette.accents[1], dice.pick(["down", "across"]))
    return BELOW


def shards(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as splinters that fly from one point, long where it is loud."""
    loud, middle, quiet = canvas.palette.accents
    centre = (dice.between(0.35, 0.65), dice.between(0.3, 0.38))
    count = dice.pick([36, 48, 64])
    level = wave.shape(count)
    stencils = {colour: canvas.stencil() for colour in (quiet, middle, loud)}
    for index in range(count):
        angle = 2 * np.pi * (index + dice.between(-0.3, 0.3)) / count
        far = 0.14 + 0.46 * float(level[index]) * dice.between(0.7, 1.15)
        far = min(far, (0.68 - centre[1]) / max(0.1, np.sin(angle)))  # the title begins there
        near = dice.between(0.02, 0.1)
        half = np.pi / count * dice.between(0.25, 0.8)
        points = [(near, angle), (far, angle - half), (far * dice.between(0.86, 1), angle + half)]
        stencils[dice.pick([loud, loud, middle, quiet])].polygon(
            [(centre[0] + r * np.cos(a), centre[1] + r * np.sin(a)) for r, a in points]
        )
    for colour, stencil in stencils.items():
        canvas.paint(stencil, colour)
    return BELOW
