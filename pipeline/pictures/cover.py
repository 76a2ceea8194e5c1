"""The cover: a picture made from a song itself, the same for the same song, with a title that can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

from PIL import Image

from pipeline.pictures import layouts, palettes
from pipeline.pictures.canvas import Canvas
from pipeline.pictures.colour import Colour
from pipeline.pictures.dice import Dice
from pipeline.pictures.fonts import Face, find, own, system_folders
from pipeline.pictures.inscription import Inscription, clear, heading, small
from pipeline.pictures.layouts.place import Place
from pipeline.pictures.palettes import Palette
from pipeline.pictures.wave import Wave
from pipeline.pictures.wording import drawable, initials

Image.preinit()  # loads the writers of files now, and not when the first cover is saved

LARGE, SMALL = 1400, 600  # pixels: the least of Apple's directories, and what a tag should carry
DISCLOSURE = "AI-generated"
_QUALITIES = (82, 72, 60, 45)  # the first that makes a file of a size that feeds and tags can carry
_MOST_BYTES, _MOST_PER_PIXEL = 120_000, 0.178  # 120 KB to embed, 350 KB at 1400 pixels
_SIZES = range(100, 3001)
_LONGEST_KEY = 16


@dataclass(frozen=True, slots=True)
class CoverSong:
    """What a cover is made from. `peaks` are loudness over time, 0…1; `key` is like "A minor"."""

    id: str
    title: str
    prompt: str
    key: str = ""
    bpm: int | None = None
    peaks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """A cover before it is encoded: `behind` is the picture without its words, `ink` their colour."""

    image: Image.Image
    behind: Image.Image
    ink: Colour
    title: Inscription | None
    lines: tuple[Inscription, ...]


def draw(song: CoverSong, size: int, *, folders: Sequence[Path] | None = None) -> bytes:
    """Draw the cover of a song as a JPEG of `size` pixels square, 100 to 3000. See `prints`."""
    return prints(song, (size,), folders=folders)[0]


def prints(
    song: CoverSong, sizes: Sequence[int], *, folders: Sequence[Path] | None = None
) -> tuple[bytes, ...]:
    """Draw the cover of a song as JPEGs (RGB) of several sizes, which takes little longer than one.

    The same song gives the same picture. Fonts for scripts that ours lack are looked for in `folders`, else
    in those of the system. Raises ValueError for a size out of bounds.
    """
    if not all(size in _SIZES for size in sizes):
        raise ValueError(f"a cover has {_SIZES[0]} to {_SIZES[-1]} pixels a side, not {sizes}")
    masters = {
        side: compose(song, side, folders=folders).image for side in {max(LARGE, size) for size in sizes}
    }
    return tuple(jpeg(masters[max(LARGE, size)], size) for size in sizes)


def compose(song: CoverSong, side: int = LARGE, *, folders: Sequence[Path] | None = None) -> Composition:
    """Paint the picture, make room for the words, write them."""
    palette, dice = thrown(song)
    canvas = Canvas(side, palette)
    place = layouts.choose(song.prompt, dice).draw(canvas, Wave(song.peaks, dice), dice)
    canvas.grain(dice.seed())
    return inscribed(canvas, song, place, system_folders() if folders is None else folders)


def thrown(song: CoverSong) -> tuple[Palette, Dice]:
    """Give the palette of a song, and its dice as they lie after that throw."""
    dice = Dice(f"{song.id}\n{song.title}\n{song.prompt}")
    return palettes.choose(song.prompt, dice, minor=song.key.endswith("minor")), dice


def inscribed(canvas: Canvas, song: CoverSong, place: Place, folders: Sequence[Path]) -> Composition:
    """Write title and small lines on a picture, in the ink of its palette, on ground that lets them be read."""
    palette = canvas.palette
    title = _title(song.title, palette.face, place, canvas.size, folders)
    lines = _lines(song, place, canvas.size)
    for inscription in filter(None, (title, *lines)):
        clear(canvas, inscription, palette.ink)
    image = canvas.image.copy()
    for inscription in filter(None, (title, *lines)):
        inscription.write(image, palette.ink)
    return Composition(image, canvas.image, palette.ink, title, lines)


def _title(title: str, face: Face, place: Place, side: int, folders: Sequence[Path]) -> Inscription | None:
    """Set the title; its initials where it cannot be drawn; nothing where they cannot either."""
    look = partial(find, face=face, folders=folders)
    text = drawable(title, lambda text: look(text) is not None)
    text = text or initials(title, lambda text: look(text, folders=()) is not None)
    font = look(text) if text else None
    return heading(text, font, place, side) if font else None


def _lines(song: CoverSong, place: Place, side: int) -> tuple[Inscription, ...]:
    font = own("text")
    key = song.key if song.key.isascii() and song.key.isprintable() and len(song.key) <= _LONGEST_KEY else ""
    music = " · ".join(filter(None, (f"{song.bpm} bpm" if song.bpm else "", key.strip())))
    said = small(DISCLOSURE, font, place, side, right=False)
    return (said, small(music, font, place, side, right=True)) if music else (said,)


def jpeg(image: Image.Image, size: int) -> bytes:
    """Give a square picture as a JPEG of `size` pixels, as good as a file of a size that can be carried allows."""
    if image.width != size:
        image = image.resize((size, size), Image.Resampling.HAMMING)
    for quality in _QUALITIES:
        file = BytesIO()
        image.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= max(_MOST_BYTES, _MOST_PER_PIXEL * size**2):
            break
    return file.getvalue()
