"""The cast: who sings and plays in which part. Nobody and nothing in one part is in the other."""

from pathlib import Path

from tests import needs
from tests.voices import beds, mixes
from tests.voices.singers import Singer, chanter, recorded, rehearsed, speaker, vocalist
from tests.voices.soloists import soloist

_PEOPLE = "usr/share/games/fillets-ng/sound"  # fillets-ng-data-nl: two actors, in Dutch
_SAMPLES = "usr/share/sounds/alsa"  # alsa-utils: a woman who names loudspeakers


def training(root: Path = Path("/")) -> mixes.Pool:
    """Gather what the model is fitted on (about five minutes)."""
    spoken = ("en-us+m1", "fr+f2", "es+m3", "pl+f4", "fi+m7", "tr+f1", "en-us+f4")
    chanted = ("en-us+f2", "es+m1", "fr+m3", "fi+f4", "pl+f1")
    singers = [
        *map(speaker, spoken),
        *map(chanter, chanted),
        speaker("awb", "flite"),
        speaker("kal16", "flite"),
        *[_actor(root, letter) for letter in "mv" * 3],  # people are rare here, and what the ear is for
        rehearsed(57),
        rehearsed(64),
        vocalist("alto", 200, 1.12, 0.03),
        vocalist("bass", 90, 0.93, 0.02),
        vocalist("mezzo", 170, 1.05, 0.08),
    ]
    soloists = [
        soloist("violin", 260, 1.0, 0.3, 9),
        soloist("flute", 330, 2.2, 0.15, 9),
        soloist("guitar", 110, 1.1, 0, 0.4),
        soloist("synth", 160, 0.8, 0, 9),
        soloist("saxophone", 140, 0.9, 0.25, 2),
    ]
    music = beds.games(beds.TRAINING, root) + beds.rehearsal(beds.BAND_TRAINING)
    return mixes.pool(music, singers, soloists, (3, 5), seed=1)


def held_out(each: tuple[int, int] = (1, 1), seed: int = 3, root: Path = Path("/")) -> mixes.Pool:
    """Gather what the model has never heard: so many excerpts of each bed, so many takes of each singer."""
    spoken = ("en-gb+f3", "de+m2", "it+f5", "sv+m5", "hi+f3", "pt-br+m6")
    chanted = ("en-gb+m2", "it+f3", "de+f5")
    files = sorted(root.joinpath(_SAMPLES).glob("*_*.wav"))
    if not files:
        needs.missing(f"no voice in {root / _SAMPLES}; apt-get install alsa-utils")
    singers = [
        *map(speaker, spoken),
        *map(chanter, chanted),
        speaker("slt", "flite"),
        speaker("rms", "flite"),
        recorded("alsa", files),
        vocalist("tenor", 130, 1.0, 0.03),
        vocalist("soprano", 260, 1.18, 0.05),
    ]
    soloists = [
        soloist("cello", 98, 1.15, 0.25, 9),
        soloist("lead", 220, 0.9, 0.4, 3),
        soloist("bell", 440, 1.6, 0, 0.6),
    ]
    music = beds.games(beds.HELD_OUT, root) + beds.rehearsal(beds.BAND_HELD_OUT)
    return mixes.pool(music, singers, soloists, each, seed)


def _actor(root: Path, letter: str) -> Singer:
    files = sorted(file for file in root.joinpath(_PEOPLE).rglob(f"*-{letter}-*.ogg"))
    if not files:
        needs.missing(f"no actors in {root / _PEOPLE}; apt-get install fillets-ng-data-nl")
    return recorded(f"actor {letter}", files)
