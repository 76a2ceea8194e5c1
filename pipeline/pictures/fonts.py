"""The fonts: which file can draw a text, among those that travel with songpipe and those of the system."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

from PIL import ImageFont, features

from pipeline.pictures.cmap import characters

Face: TypeAlias = Literal["grotesk", "serif", "condensed", "text"]
_SHIPPED = Path(__file__).with_name("fonts")
_FACES: dict[Face, str] = {
    "grotesk": "InterDisplay-ExtraBold.otf",
    "serif": "NotoSerifDisplay-SemiBold.ttf",
    "condensed": "NotoSans-ExtraCondensedBlack.ttf",
    "text": "Inter-Medium.otf",
}
_SCRIPTS = (
    *("Arabic", "Hebrew", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil", "Telugu", "Kannada"),
    *("Malayalam", "Thai", "Armenian", "Georgian"),
)
_SUFFIXES = frozenset({".ttf", ".otf", ".ttc"})
_MOST_FILES = 4000  # that are looked at in the folders of the system
# Fonts that claim characters which they do not draw, or draw them in a way that no cover wants.
_UNWANTED = ("lastresort", "blank", "tofu", "unifont", "emoji", "mono", "italic", "oblique", "symbol", "thin")
_WANTED = ("bold", "black", "sans", "gothic", "regular")
# From Hebrew to Sinhala, from Thai to Myanmar, Khmer: letters join, turn or stack there.
_SHAPED = ((0x0590, 0x0DFF), (0x0E00, 0x109F), (0x1780, 0x18AF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFC))


def system_folders() -> tuple[Path, ...]:
    """Give the folders where Linux, macOS and Windows keep their fonts."""
    try:
        home = [Path.home() / folder for folder in (".local/share/fonts", ".fonts", "Library/Fonts")]
    except RuntimeError:  # a user without a home, as in some containers
        home = []
    return (
        *home,
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
        Path("/Library/Fonts"),
        Path("/System/Library/Fonts"),
        Path("C:/Windows/Fonts"),
    )


def find(text: str, face: Face, folders: Sequence[Path]) -> Path | None:
    """Find the font that has a glyph for every character of a text: `face`, else another, else none.

    `folders` are searched after the fonts that travel with songpipe.
    """
    needed = frozenset(map(ord, text)) - {0x20}
    if _needs_shaping(text) and not features.check_feature("raqm"):
        return None  # without it the letters would stand apart and backwards
    faces = (_FACES[face], *_FACES.values(), *(f"NotoSans{script}-Bold.ttf" for script in _SCRIPTS))
    shipped = (_SHIPPED / name for name in faces)
    found = next((file for file in shipped if needed <= drawn_by(file)), None)
    return found or _in_system(text, tuple(folders))


def own(face: Face) -> Path:
    """Give the file of a face that travels with songpipe."""
    return _SHIPPED / _FACES[face]


def shipped() -> tuple[Path, ...]:
    """Give every font file that travels with songpipe."""
    return tuple(sorted(file for file in _SHIPPED.iterdir() if file.suffix in _SUFFIXES))


@cache
def drawn_by(file: Path) -> frozenset[int]:
    """Give the code points that a font of ours can draw; it is read once."""
    return characters(file)


def loaded(file: Path, size: float) -> ImageFont.FreeTypeFont:
    """Open a font at a size in pixels, for one thread. Raises OSError when it is broken."""
    return ImageFont.truetype(str(file), size)


def _needs_shaping(text: str) -> bool:
    return any(
        any(first <= ord(letter) <= last for first, last in _SHAPED) or unicodedata.combining(letter)
        for letter in text
    )


@lru_cache(maxsize=256)
def _in_system(text: str, folders: tuple[Path, ...]) -> Path | None:
    """Find a font of the system. Looking through hundreds takes a second: the answer is kept."""
    needed = frozenset(map(ord, text)) - {0x20}
    found = (file for file in _of_system(folders) if needed <= characters(file))
    return next((file for file in found if _draws(file, text)), None)


@cache
def _of_system(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """List the fonts of the system, those that suit a title first, always in the same order."""
    found = (file for folder in folders for file in _files(folder))
    wanted = [file for file in islice(found, _MOST_FILES) if not _has_any(file, _UNWANTED)]
    return tuple(sorted(wanted, key=lambda file: (-sum(word in file.name.lower() for word in _WANTED), file)))


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from (file for file in folder.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    except OSError:  # a folder that may not be read holds no fonts for us
        return


def _has_any(file: Path, words: Sequence[str]) -> bool:
    return any(word in file.name.lower() for word in words)


def _draws(file: Path, text: str) -> bool:
    """Say whether a font of the system opens and gives its letters shapes of their own, not one box for all."""
    letters = sorted({letter for letter in text if letter.isalnum()})[:40]
    try:
        font = loaded(file, 40)
        shapes = {bytes(font.getmask(letter)) for letter in letters}
    except (OSError, ValueError):
        return False
    return not any(not any(shape) for shape in shapes) and (len(shapes) > 1 or len(letters) < 2)
