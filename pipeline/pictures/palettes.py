"""The palettes: colours chosen by hand for moods and genres, and the choice among them for a song."""

import re
from dataclasses import dataclass
from math import fsum

from pipeline.pictures.colour import Colour, parsed
from pipeline.pictures.dice import Dice
from pipeline.pictures.fonts import Face


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a cover, and the words of a style prompt that ask for them.

    `ground` is the background from top to bottom; `ink` stands on both with a contrast of at least 7;
    `accents` go from the loudest to the quietest. `face` is the typeface that fits.
    """

    name: str
    words: frozenset[str]
    ground: tuple[Colour, Colour]
    ink: Colour
    accents: tuple[Colour, Colour, Colour]
    face: Face
    minor: bool


def _palette(name: str, words: str, colours: str, face: Face, *, minor: bool) -> Palette:
    top, bottom, ink, *accents = (parsed(code) for code in colours.split())
    loud, middle, quiet = accents
    return Palette(
        name, frozenset(words.split()), (top, bottom), ink, (loud, middle, quiet), face=face, minor=minor
    )


# Colours: ground top, ground bottom, ink, three accents.
PALETTES: tuple[Palette, ...] = (
    _palette(
        "midnight",
        "trip-hop nocturnal night insomnia downtempo moody sleepless late noir smoky hypnotic",
        "#0d1321 #1d2d44 #f0ebd8 #e3824a #748cab #3e5c76",
        "serif",
        minor=True,
    ),
    _palette(
        "neon",
        "synthwave retro 80s eighties arcade neon vaporwave retrowave electroclash outrun gated",
        "#1a0b2e #3f1063 #fff1e6 #ff2e88 #ffb347 #2de2e6",
        "condensed",
        minor=True,
    ),
    _palette(
        "ember",
        "rock grunge aggressive raw heavy hard anthemic guitars defiant fire burning stoner",
        "#140a08 #31110b #f6e7d8 #e63b1f #f2a541 #7a1f12",
        "condensed",
        minor=True,
    ),
    _palette(
        "steel",
        "industrial mechanical cold menacing dystopian robotic noise glitch ebm cyberpunk harsh distorted",
        "#0f1113 #24292d #eef1f2 #d7263d #9aa5ab #4f5b62",
        "condensed",
        minor=True,
    ),
    _palette(
        "forest",
        "folk wood earthy rustic pagan chamber autumn fiddle banjo harmonium strings weathered",
        "#0f1f17 #214030 #f3ead7 #d9a441 #7fa37c #b5522f",
        "serif",
        minor=True,
    ),
    _palette(
        "violet",
        "shoegaze dreamy psychedelic hazy swirling ethereal reverb celestial witch phonk",
        "#1a1230 #463272 #f5ecff #ff9ecb #c8a2ff #6fb7e8",
        "grotesk",
        minor=True,
    ),
    _palette(
        "sea",
        "ambient space ocean floating drone weightless underwater meditative deep water lighthouse",
        "#04202c #0b4653 #e9f5f2 #f0c987 #5cd6c0 #2a7f86",
        "serif",
        minor=True,
    ),
    _palette(
        "wine",
        "jazz soul sultry cabaret lounge velvet swing blues smoky sensual tango",
        "#22070f #4f1022 #f8e9dc #e8b04b #d96c4f #8a2338",
        "serif",
        minor=True,
    ),
    _palette(
        "club",
        "house techno trance rave club edm dancefloor four-on-the-floor bass dubstep sidechained",
        "#0a0a14 #17173a #f4f4ff #00e0a4 #5a67ff #ff4fa3",
        "grotesk",
        minor=True,
    ),
    _palette(
        "gold",
        "rap hip-hop trap drill boastful swagger grime boom-bap 808 street luxurious",
        "#0d0d0d #221c12 #f5efe1 #e0aa1e #f2d479 #7d5f1b",
        "condensed",
        minor=True,
    ),
    _palette(
        "aurora",
        "cinematic orchestral epic choral symphonic luminous solemn soundtrack sweeping majestic",
        "#071a2b #143b54 #eef6f5 #6fe3b5 #8fb8ff #c99be0",
        "serif",
        minor=True,
    ),
    _palette(
        "rust",
        "country americana blues western desert dusty outlaw road slide lonesome gospel",
        "#231913 #4d3421 #f6ead6 #e08b47 #e5c07b #6d8a83",
        "condensed",
        minor=True,
    ),
    _palette(
        "storm",
        "post-rock doom melancholic slowcore brooding grey rain bleak mournful sorrowful emo",
        "#161a20 #35404d #eceff3 #e0a06a #a9bccf #6d8297",
        "grotesk",
        minor=True,
    ),
    _palette(
        "blood",
        "gothic darkwave metal black death haunting sinister occult horror thrash coldwave",
        "#0d0709 #1f0e14 #efe3e0 #c4162f #d8c3b8 #6b2130",
        "serif",
        minor=True,
    ),
    _palette(
        "cobalt",
        "electronic electronica electro idm krautrock futuristic digital crisp precise breakbeat",
        "#2233dd #1626ac #ffffff #ff7a4d #f3f3ff #8b97ff",
        "grotesk",
        minor=False,
    ),
    _palette(
        "paper",
        "acoustic singer-songwriter intimate fingerpicked warm quiet plain ballad piano tender unplugged",
        "#f5ecdb #e9dbc0 #2a211b #b5532e #3d5a5b #d9a05b",
        "serif",
        minor=False,
    ),
    _palette(
        "sunrise",
        "pop bright uplifting hopeful euphoric anthem morning radiant soaring joyful sunrise",
        "#ffe6c9 #ffc59e #3a1230 #e8425a #ff8a3d #7a3a86",
        "grotesk",
        minor=False,
    ),
    _palette(
        "mint",
        "indie fresh jangly spring playful twee ukulele whistling light breezy garden",
        "#e4f2e8 #c5e4d4 #10312b #f26b5e #17806d #f4c95d",
        "grotesk",
        minor=False,
    ),
    _palette(
        "sky",
        "airy dream-pop dream open clear weightless serene glassy winter snow calm",
        "#e6f0f9 #c6daef #14243f #ef7f70 #3768b0 #8fb3d9",
        "serif",
        minor=False,
    ),
    _palette(
        "rose",
        "r&b neo-soul love romantic tender longing slow-jam silky falsetto yearning heartbreak",
        "#fae3e1 #f1c5c6 #43101f #c0395b #f0946c #8c4a6b",
        "serif",
        minor=False,
    ),
    _palette(
        "citrus",
        "funk disco summer party groovy brass afrobeat horns celebratory city-pop danceable",
        "#fce594 #f8ca4a #2b1703 #e4572e #1f7a6d #8f2d56",
        "grotesk",
        minor=False,
    ),
    _palette(
        "sand",
        "reggae latin bossa nova samba salsa flamenco reggaeton ska tropical cumbia calypso",
        "#f5e2bd #e8c991 #2d1a0c #d1462f #1b7f6b #e89c31",
        "condensed",
        minor=False,
    ),
    _palette(
        "bone",
        "minimal sparse bare stripped dry understated whispered post-punk monochrome close",
        "#f0f0ed #dfdfdb #141414 #e0482f #141414 #8a8a86",
        "grotesk",
        minor=False,
    ),
    _palette(
        "lilac",
        "lo-fi bedroom lofi chill chillwave mellow nostalgic cassette tape hyperpop soft",
        "#eee6f6 #d7c8eb #2a1747 #7b4fc9 #e77fa8 #4fa3a5",
        "grotesk",
        minor=False,
    ),
    _palette(
        "alarm",
        "punk hardcore fast energetic garage urgent frantic shouted riot skate thrash",
        "#f6e71d #f0d800 #111111 #e4002b #111111 #ffffff",
        "condensed",
        minor=False,
    ),
)
_MOST_READ = 4000  # characters of a style prompt
_NEAR = 0.6  # of the best match: these may be chosen as well, so that two songs of a genre look different


def choose(prompt: str, dice: Dice, *, minor: bool) -> Palette:
    """Pick the palette that a style prompt asks for; the key decides where the prompt says nothing."""
    words = weighed(prompt)
    # fsum: a set has no order, and the same song must weigh the same in every process
    scores = [
        fsum([*(words.get(word, 0.0) for word in palette.words), 0.1 * (palette.minor == minor)])
        for palette in PALETTES
    ]
    best = max(scores)
    near = [palette for palette, score in zip(PALETTES, scores, strict=True) if score >= best * _NEAR]
    return dice.pick(near)


def weighed(prompt: str) -> dict[str, float]:
    """Give the words of a prompt with their weight: what is said first is meant most."""
    found = re.findall(r"[\w&]+(?:-[\w&]+)*", prompt[:_MOST_READ].lower())
    weights: dict[str, float] = {}
    for place, word in enumerate(found):
        for each in {word, *word.split("-")}:
            weights.setdefault(each, 1 / (1 + place / 8))
    return weights
