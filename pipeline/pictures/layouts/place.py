"""The place: where a layout leaves room for the words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.pictures.canvas import Canvas
from pipeline.pictures.dice import Dice
from pipeline.pictures.wave import Wave

MARGIN = 0.07  # of the side, on every side


@dataclass(frozen=True, slots=True)
class Place:
    """Room for the title: from `top` to `bottom`, as shares of the side, between the margins.

    `hold` says which end of the room the title keeps to; `biggest` is its largest size, a share of the side;
    `line` says where the small line stands.
    """

    top: float
    bottom: float
    hold: Literal["top", "bottom"]
    biggest: float = 0.14
    align: Literal["left", "centre"] = "left"
    line: Literal["top", "bottom"] = "bottom"


Layout: TypeAlias = Callable[[Canvas, Wave, Dice], Place]
BELOW = Place(top=0.70, bottom=0.90, hold="bottom")
ABOVE = Place(top=0.125, bottom=0.32, hold="top", line="top")
