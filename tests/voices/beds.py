"""The beds: instrumental music without a voice, from open games of Debian and from the rehearsal band."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.rehearsal import mix, score, tones
from tests import needs
from tests.voices.sound import RATE, Sound, at_rate, load

# Folders of music, by the Debian package that brings them: instrumental as far as their games tell, which are no
# talkies. None of the packages is in both parts.
HELD_OUT = {
    "amoebax-data": "usr/share/games/amoebax/music",
    "asc-music": "usr/share/games/asc/music",
    "gunroar-data": "usr/share/games/gunroar/sounds/musics",
    "tumiki-fighters-data": "usr/share/games/tumiki-fighters/sounds",
}
TRAINING = {
    "hyperrogue-music": "usr/share/hyperrogue/music",
    "mu-cade-data": "usr/share/games/mu-cade/sounds/musics",
    "noiz2sa-data": "usr/share/games/noiz2sa/sounds",
    "parsec47-data": "usr/share/games/parsec47/sounds",
    "planetblupi-music-ogg": "usr/share/planetblupi/music",
    "rrootage-data": "usr/share/games/rrootage/sounds",
    "titanion-data": "usr/share/games/titanion/sounds/musics",
    "torus-trooper-data": "usr/share/games/torus-trooper/sounds/musics",
}
_MUSIC = (".ogg", ".mp3")
_A_TUNE = 300_000  # bytes; what is smaller is a sound effect or a jingle

# Captions, tempo and key for the rehearsal band.
BAND_HELD_OUT = (
    ("dark trip-hop", 84, "G minor"),
    ("heavy grunge rock", 118, "E minor"),
    ("deep house", 124, "F minor"),
    ("indie folk ballad", 92, "D major"),
    ("synthwave", 108, "A minor"),
    ("bossa nova jazz", 126, "C major"),
)
BAND_TRAINING = (
    ("industrial metal", 128, "C# minor"),
    ("r&b soul", 96, "F major"),
    ("techno", 132, "D minor"),
    ("ambient", 72, "B minor"),
    ("americana", 104, "G major"),
    ("electropop", 116, "A# minor"),
    ("lo-fi hip hop", 80, "E major"),
    ("post-punk", 150, "F# minor"),
)


@dataclass(frozen=True, slots=True)
class Bed:
    """A piece of music by name: `excerpt(seconds, place)` plays so much of it from a place between 0 and 1."""

    name: str
    excerpt: Callable[[float, float], Sound]


def games(folders: dict[str, str], root: Path = Path("/")) -> list[Bed]:
    """Find the tunes of the packages; a missing package gives the test up."""
    beds = []
    for package, folder in folders.items():
        files = sorted(root.joinpath(folder).glob("*"))
        tunes = [file for file in files if file.suffix in _MUSIC and file.stat().st_size > _A_TUNE]
        if not tunes:
            needs.missing(f"no music in {root / folder}; apt-get install {package}")
        beds += [Bed(f"{package} {file.stem}", partial(load, file)) for file in tunes]
    return beds


def rehearsal(captions: tuple[tuple[str, int, str], ...]) -> list[Bed]:
    """Have the rehearsal band play without a singer: intro, verse, chorus, and what else there is time for."""
    return [Bed(f"rehearsal {caption[0]}", partial(_played, *caption)) for caption in captions]


def _played(caption: str, bpm: int, key: str, seconds: float, place: float) -> Sound:
    gig = score.Gig(caption, "", seconds, bpm, key, 4, seed=round(place * 1000))
    samples = np.concatenate(list(mix.perform(score.write(gig))))
    return at_rate(samples.mean(axis=1), tones.RATE, RATE)
