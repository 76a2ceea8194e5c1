"""The framing: a picture from outside becomes a cover: the song's title on it, as legible as on a cover of ours."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.pictures.canvas import Canvas
from pipeline.pictures.colour import Colour, contrast, luminance
from pipeline.pictures.cover import LARGE, Composition, CoverSong, inscribed, jpeg
from pipeline.pictures.fonts import system_folders
from pipeline.pictures.foreign import square
from pipeline.pictures.layouts.place import ABOVE, BELOW, Place
from pipeline.pictures.palettes import Palette
from pipeline.pictures.wish import palette_of

_ROUGH = 100  # pixels a side: enough to see where a picture is quiet
_BAND = 34  # of them: where the words stand, above or below
_FOND_OF_BELOW = 0.8  # pictures are asked for with calm ground below; above must be clearly calmer


def prints(
    song: CoverSong, picture: bytes, sizes: Sequence[int], *, folders: Sequence[Path] | None = None
) -> tuple[bytes, ...]:
    """Make covers of several sizes (pixels a side) out of the file of a picture, as JPEGs (RGB).

    The same song and picture give the same covers. `folders` are searched for fonts that ours lack, else those
    of the system. Raises WriterError for a file that cannot be used; see `foreign.square`.
    """
    master = compose(song, picture, max(LARGE, *sizes), folders=folders).image
    return tuple(jpeg(master, size) for size in sizes)


def reduced(cover: bytes, side: int) -> bytes:
    """Give a cover that is there already in another size, as a JPEG of `side` pixels. Raises WriterError."""
    return jpeg(square(cover, side), side)


def compose(
    song: CoverSong, picture: bytes, side: int = LARGE, *, folders: Sequence[Path] | None = None
) -> Composition:
    """Lay the picture on the ground of the song's own palette, make room for the words, write them."""
    palette = palette_of(song)
    image = square(picture, side)
    canvas = Canvas(side, palette)
    canvas.image.paste(image, mask=image if image.mode == "RGBA" else None)
    place = _place(canvas.image)
    canvas.palette = _inked(palette, canvas.image, place)
    return inscribed(canvas, song, place, system_folders() if folders is None else folders)


def _place(image: Image.Image) -> Place:
    """Find the quieter end of a picture for the words."""
    light = luminance(np.asarray(image.resize((_ROUGH, _ROUGH))))
    above, below = light[:_BAND].std(), light[-_BAND:].std()
    return ABOVE if above < _FOND_OF_BELOW * below else BELOW


def _inked(palette: Palette, image: Image.Image, place: Place) -> Palette:
    """Write in the ink of the palette, or the other way round, in the ground's colour, where that stands out better.

    Ink and ground stand on each other either way, so a veil of the other colour always makes words legible.
    """
    rough = np.asarray(image.resize((_ROUGH, _ROUGH)))
    red, green, blue = (rough[-_BAND:] if place is BELOW else rough[:_BAND]).reshape(-1, 3).mean(axis=0)
    behind: Colour = round(red), round(green), round(blue)
    ground = max(palette.ground, key=lambda colour: contrast(colour, palette.ink))
    swapped = replace(palette, ink=ground, ground=(palette.ink, palette.ink))
    return max((palette, swapped), key=lambda one: contrast(one.ink, behind))
