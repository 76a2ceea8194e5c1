"""Takes with a known fault, or with none, as the rehearsal band plays them: what the verdict is tried on."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.listening.limits import Asked
from pipeline.rehearsal import takes
from pipeline.rehearsal.commission import Commission
from pipeline.rehearsal.styles import STYLES

_LONG_S = 44.0  # enough for a loop to be told from a song, and for an opening of twenty seconds
_SHORT_S = 24.0  # enough for a tempo and a key
LYRICS = """[Intro]

[Verse 1]
The kettle ticks beside the door
Your coat lies folded on the floor

[Chorus]
Bring me the salt, bring me the bread
Bring me the pillow under your head

[Verse 2]
Cold clay packs under my nails
The harbour bell calls in the sails

[Chorus]
Bring me the salt, bring me the bread
Bring me the pillow under your head

[Outro]
"""
# Of the first ten styles, in their order; none twice.
_KEYS = (
    "A minor",
    "E minor",
    "C# minor",
    "G minor",
    "F# minor",
    "D minor",
    "G major",
    "B minor",
    "F minor",
    "Bb major",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of the band; beats per minute, "A minor", seconds."""

    caption: str
    bpm: int
    key: str
    seed: int
    lasts_s: float = _LONG_S

    @property
    def asked(self) -> Asked:
        """Give what the judge is told."""
        return Asked(self.lasts_s, self.bpm, self.key)


LONG = Order("driving post-punk with jagged guitars", 120, "A minor", 7)
SHORT = replace(LONG, lasts_s=_SHORT_S)
TEN_STYLES = tuple(
    Order(style.genre, sum(style.bpm) // 2, key, seed)
    for seed, (style, key) in enumerate(zip(STYLES, _KEYS, strict=False), start=1)
)


def play(order: Order, fault: str, folder: Path, audio_format: str = "mp3") -> Path:
    """Play an order into a file, with a fault of the band or with none (""); give the file."""
    commission = Commission(
        prompt=order.caption,
        lyrics=LYRICS,
        duration_s=order.lasts_s,
        bpm=order.bpm,
        key_scale=order.key,
        time_signature="4",
        language="en",
        thinking=False,
        takes=1,
        seeds=(order.seed,),
        audio_format=audio_format,
    )
    file = folder / f"{fault or 'clean'}-{order.seed}-{order.lasts_s:.0f}.{audio_format}"
    takes.record(commission, 0, fault, file, lambda: None)
    return file
