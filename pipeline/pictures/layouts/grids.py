"""Layouts on a grid: the song in regular forms, as on a printed poster."""

import numpy as np

from pipeline.pictures.canvas import Canvas, Stencil
from pipeline.pictures.dice import Dice
from pipeline.pictures.layouts.place import Place
from pipeline.pictures.wave import Wave


def dots(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as a halftone: columns are time, dots are big where its wave passes."""
    across, down = dice.pick([(26, 18), (32, 22), (38, 26)])
    level = wave.shape(across, smooth=1)
    pitch = 0.86 / across
    screen = canvas.stencil()
    for column in range(across):
        for row in range(down):
            away = abs(row - (down - 1) / 2) / (down / 2)
            size = float(np.clip(0.35 + 0.85 * level[column] - 0.95 * away, 0.12, 1))
            screen.disc((0.07 + pitch * (column + 0.5), 0.08 + pitch * (row + 0.5)), 0.46 * pitch * size)
    canvas.fade(screen, canvas.palette.accents[0], canvas.palette.accents[1], dice.pick(["down", "across"]))
    return Place(top=0.715, bottom=0.90, hold="bottom")


def tiles(canvas: Canvas, wave: Wave, dice: Dice) -> Place:
    """Draw the song as tiles of circles, quarters and halves, a stretch of time each; loud ones fill more."""
    across, down = dice.pick([(5, 3), (6, 4), (6, 4)])
    side = 1 / across
    level = wave.shape(across * down)
    colours = [*canvas.palette.accents, canvas.palette.ink]
    squares = [canvas.stencil() for _ in colours]
    forms = [canvas.stencil() for _ in colours]
    for index, loud in enumerate(level):
        row, column = divmod(index, across)
        left, top = column * side, row * side
        back = int(dice.between(0, 6))  # more than there are colours: some tiles stay bare
        front = (back + 1 + int(dice.between(0, 3))) % 4
        if back < 3:
            squares[back].bar(left, top, left + side, top + side)
        _form(forms[front], left, top, side, float(loud), dice)
    for stencil, colour in zip([*squares[:3], *forms], [*colours[:3], *colours], strict=True):
        canvas.paint(stencil, colour)
    return Place(top=down * side + 0.05, bottom=0.90, hold="bottom")


def _form(stencil: Stencil, left: float, top: float, side: float, loud: float, dice: Dice) -> None:
    turn = 90 * int(dice.between(0, 4))
    middle = (left + side / 2, top + side / 2)
    match int(dice.between(0, 4)):
        case 0:
            stencil.disc(middle, side / 2 * (0.3 + 0.7 * loud))
        case 1:
            corner = {0: (0, 0), 90: (1, 0), 180: (1, 1), 270: (0, 1)}[turn]
            centre = (left + corner[0] * side, top + corner[1] * side)
            stencil.slice(centre, side * (0.55 + 0.45 * loud), turn, turn + 90)
        case 2:
            stencil.slice(middle, side / 2, turn, turn + 180)
        case _:
            stencil.disc(middle, side / 2)
            stencil.disc(middle, side / 2 * (0.75 - 0.5 * loud), cut=True)
