"""The scene: the few kinds of marks that a plot is made of, before anybody draws them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.pictures.colour import Colour


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; `opacity` 0…1."""

    left: float
    top: float
    width: float
    height: float
    colour: Colour
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled outline."""

    points: tuple[tuple[float, float], ...]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text with its baseline at `y`; `x` is its start, middle or end."""

    x: float
    y: float
    text: str
    size: float
    colour: Colour
    font: Path
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels (rows, columns, 3) that fill a rectangle."""

    left: float
    top: float
    width: float
    height: float
    pixels: NDArray[np.uint8]


Mark: TypeAlias = Rect | Shape | Text | Picture


@dataclass(frozen=True, slots=True)
class Scene:
    """Marks from back to front on a ground of `width` × `height` pixels; `says` is what it is, in words."""

    width: int
    height: int
    ground: Colour
    says: str
    marks: tuple[Mark, ...]
