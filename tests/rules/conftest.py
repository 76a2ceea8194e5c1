"""What the tests of the rules share: the packaged words, a song without a fault, and a judge."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.brief import Brief
from pipeline.settings import packaged
from pipeline.settings.lexicon import load_lexicon
from pipeline.song import Finding, Section, Song
from pipeline.writing.draft import Draft
from pipeline.writing.rules import Rulebook, check

PROMPT = (
    "Opens with a stark piano chord and a whispered vocal. Dark trip-hop, brooding and sleepless mood, "
    "breathy female "
    "vocals, upright bass, dusty drums, sparse tape-warm production that builds to a loud last chorus. "
    "The song must hook the listener in the first 10 seconds."
)
VERSE_1 = (
    "I counted ceiling cracks until they moved",
    "The kettle clicks at four to keep me proved",
    "Your coat still hangs with gravel in the hem",
    "I lick the salt off spoons and pocket them",
)
VERSE_2 = (
    "The neighbour's engine coughs and will not start",
    "A moth has learned the lampshade off by heart",
    "I fold the bedsheet cold side to the wall",
    "And hear the lift go down for no one's call",
)
CHORUS = (
    "Leave the hall light burning",
    "Leave the latch undone",
    "My tongue has turned to copper",
    "And my teeth have turned to one",
)
SECTIONS = (
    Section("Verse 1", "", VERSE_1),
    Section("Chorus", "", CHORUS),
    Section("Verse 2", "", VERSE_2),
    Section("Chorus", "", CHORUS),
    Section("Outro", "fade out", ("Leave the hall light",)),
)
SONG = Song(prompt=PROMPT, sections=SECTIONS, title="Hall Light", bpm=84, key="A minor")
ARTISTS = ("The XX", "Halsey", "Aaliyah", "Soundgarden", "Nine Inch Nails")

Judge = Callable[..., tuple[Finding, ...]]


@pytest.fixture(scope="session")
def book() -> Rulebook:
    """The rulebook as it is shipped, with the names of a taste."""
    return Rulebook(lexicon=load_lexicon([packaged.folder("configs") / "words"]), artists=ARTISTS)


@pytest.fixture(scope="session")
def song() -> Song:
    """A song that no rule has anything to say about."""
    return SONG


@pytest.fixture(scope="session")
def judge(book: Rulebook) -> Judge:
    """Check a song; `brief` adds fields to the brief, other keywords replace fields of the song."""

    def check_song(song: Song = SONG, *, duration_s: float = 150.0, brief: Any = None, **changes: Any) -> Any:
        asked = Brief.model_validate({"text": "insomnia", "language": "en"} | (brief or {}))
        return check(Draft(replace(song, **changes)), asked, duration_s, book)

    return check_song


@pytest.fixture(scope="session")
def faults(judge: Judge) -> Callable[..., set[str]]:
    """The ids of the rules that a song breaks, taken like `judge`."""
    return lambda *args, **changes: {finding.rule for finding in judge(*args, **changes)}
