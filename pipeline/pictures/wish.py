"""The wish: what an image model is told about a song: its mood and its colours, never its title or a name."""

import re
from colorsys import rgb_to_hls

from pipeline.pictures.colour import Colour
from pipeline.pictures.cover import CoverSong, thrown
from pipeline.pictures.palettes import Palette
from pipeline.song import clean_line

LONGEST = 900  # characters; the oldest image model that is still served takes 1,000
_MOST_WORDS = 360  # characters of the style prompt
_MOST_READ = 4000
# What can be heard and not seen, and what would put somebody into the picture.
_UNSEEN = re.compile(
    r"(?i)vocal|voice|\bs[iau]ng\b|sing(er|ing)|choir|\brap(per|ped)\b|\bm[ae]n\b|\bwom[ae]n\b|\b(fe)?male\b|\bgirl|\bboy"
    r"|duet|lyric|bpm|tempo|\bkey\b|\bmajor\b|\bminor\b|time signature|\d/\d|mix(ed|ing)?\b|master(ed|ing)"
    r"|in the style of"
)
_WRITING = re.compile('["“”„«»<>{}\\[\\]:*#`\\\\]')  # quotation marks make an image model write
_FORBIDDEN = (
    "No text, no letters, no numbers, no words, no logo, no watermark, no frame."
    " No people, no faces, nobody's likeness."
)
# Where a hue ends on the wheel, in degrees.
_HUES = (
    *((12, "red"), (40, "orange"), (68, "yellow"), (95, "lime green"), (160, "green"), (195, "turquoise")),
    *((258, "blue"), (290, "violet"), (330, "magenta"), (348, "pink"), (360, "red")),
)
_GREY = 0.12  # of saturation: less has no hue to speak of


def of(song: CoverSong) -> str:
    """Say what a cover of this song should show, in one line of at most `LONGEST` characters."""
    palette = palette_of(song)
    words = ", ".join(_words(song)) or "no particular genre"
    mode = {"minor": " A dark, wistful undertone.", "major": " An open, confident undertone."}
    colours = dict.fromkeys(
        named(colour) for colour in (palette.ground[0], *palette.accents[:2], palette.ink)
    )
    return clean_line(
        f"Square cover art for a piece of music: {words}.{mode.get(song.key.rpartition(' ')[2], '')}"
        f" Colours: {', '.join(colours)}. One strong motif, a place, a thing or a pattern that evokes this mood,"
        f" with calm, even ground along the lower edge. {_FORBIDDEN}"
    )


def palette_of(song: CoverSong) -> Palette:
    """Give the palette of the cover that songpipe itself would draw."""
    return thrown(song)[0]


def named(colour: Colour) -> str:
    """Name a colour: image models take "#0d1321" for something to write.

    >>> named((13, 19, 33))
    'very dark blue'
    """
    hue, light, saturation = rgb_to_hls(*(level / 255 for level in colour))
    if light < 0.04 or light > 0.96:
        return "black" if light < 0.5 else "white"
    shade = next(
        word
        for most, word in ((0.15, "very dark "), (0.35, "dark "), (0.7, ""), (1.1, "pale "))
        if light < most
    )
    spread = saturation * (1 - abs(2 * light - 1))
    name = next(name for end, name in _HUES if hue * 360 <= end) if spread >= _GREY / 2 else "grey"
    return shade + ("brown" if name == "orange" and light < 0.35 else name)


def _words(song: CoverSong) -> list[str]:
    """Give the parts of the style prompt that can be seen, as many as there is room for."""
    kept: dict[str, str] = {}
    left = _MOST_WORDS
    for part in re.split(r"[,;.|\n]", song.prompt[:_MOST_READ]):
        words = clean_line(part)
        if not words or _UNSEEN.search(words) or _WRITING.search(words) or _names_title(words, song.title):
            continue
        left -= len(words) + 2
        if left < 0:
            break
        kept.setdefault(words.casefold(), words)
    return list(kept.values())


def _names_title(words: str, title: str) -> bool:
    """Say whether a title of several words stands in there; a title of one word may be a mood as well."""
    title = clean_line(title).casefold()
    return " " in title and title in words.casefold()
