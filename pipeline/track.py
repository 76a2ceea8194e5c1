"""The track: everything known about one finished song."""

from dataclasses import dataclass, field
from typing import Any

from pipeline.brief import Brief
from pipeline.song import Finding, Song
from pipeline.take import Take

# The names that the rehearsal's writer and band go by: what they have touched is a rehearsal wherever it was made.
REHEARSAL_WRITER = "rehearsal/songwriter"
REHEARSAL_BAND = "rehearsal-band"
# What stands beside a song, under its name: the times of its lyrics, and its cover.
LYRICS, COVER = ".lrc", ".cover.jpg"
PICTURE = ".picture"  # and what it is: what an image model drew, untouched


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to a model, paid or not. `outcome` is "ok" or a short reason; cost None when unknown.

    `raw` is the path of the saved reply, "" when nothing came back. `counted_usd` is what it counts against
    --max-cost: the cost, or the worst case where that is unknown.
    """

    model: str
    outcome: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float | None = None
    request_id: str = ""
    seconds: float = 0.0
    raw: str = ""
    counted_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote words that were not written just now: as in `Words`, a person when `model` is ""."""

    model: str = ""
    prompts_hash: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What the writing stage hands on: the song and how it came about.

    `repairs` are sentences, `drafts` paths of every draft saved, `prompts_hash` the SHA-256 of the templates
    and taste that asked for it. `model` is "" when a person brought the words.
    """

    song: Song
    findings: tuple[Finding, ...] = ()
    repairs: tuple[str, ...] = ()
    model: str = ""
    attempts: tuple[Attempt, ...] = ()
    fallbacks: tuple[str, ...] = ()
    prompts_hash: str = ""
    drafts: tuple[str, ...] = ()
    write_s: float = 0.0

    @property
    def cost_usd(self) -> float | None:
        """The sum of what is known; None when nothing was asked or no price is known."""
        known = [attempt.cost_usd for attempt in self.attempts if attempt.cost_usd is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Track:
    """A song on the shelf: what was asked, written, played and chosen. Times in seconds."""

    id: str
    brief: Brief
    words: Words
    title: str
    language: str
    duration_s: float
    takes: tuple[Take, ...]
    chosen_take: int
    degraded: tuple[str, ...]
    made_at: str  # ISO 8601 with offset
    rehearsal: bool
    parameters: dict[str, Any] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    file: str = ""
    sidecar: str = ""
    rating: int | None = None  # 1…5, an opinion
    picked: bool = False  # the take was chosen by hand: the machine chooses no other
    painter: str = ""  # the image model that drew the cover's picture
    hashes: dict[str, str] = field(default_factory=dict)
