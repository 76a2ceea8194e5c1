"""The playing: a song becomes a job at a music server, a job becomes takes."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal

SEEDS = 2**32  # a seed is 0 or more and less than this
_TOLD_ELSEWHERE = {"number", "caption", "lyrics", "degraded"}  # in the song document


@dataclass(frozen=True, slots=True)
class Job:
    """What one task asks of the music server, in the studio's own words.

    `duration_s` in seconds, `seed` 0…2³²−1, `bpm` None and `key` "" leave them to the server,
    `time_signature` is beats per bar. `number` is the first take this job makes (from 1). `degraded` lists,
    in sentences, what was given up to get here.
    """

    number: int
    caption: str
    lyrics: str
    duration_s: float
    language: str
    seed: int
    bpm: int | None
    key: str
    time_signature: int
    thinking: bool
    inference_steps: int
    guidance_scale: float
    batch_size: int
    audio_format: str
    degraded: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """What it is played with, by name: all but what stands elsewhere in the song document."""
        return {name: value for name, value in asdict(self).items() if name not in _TOLD_ELSEWHERE}


@dataclass(frozen=True, slots=True)
class Ticket:
    """The receipt of a submitted job: enough to ask for it again from another process.

    `server` tells the server from all others, in every process and after a restart. `submitted_at` is Unix
    time in seconds. `answer` holds what a server that blocks has already said.
    """

    server: str
    task_id: str
    dialect: str
    job: Job
    submitted_at: float
    answer: str = ""


class Trouble(StrEnum):
    """Why a job brought no take: what to try next depends on it."""

    LOST = "lost"  # the server forgot the task
    GONE = "gone"  # the server itself has gone, and another one is there
    NO_LANGUAGE_MODEL = "no-language-model"  # thinking asked of a server without its LM
    OUT_OF_MEMORY = "out-of-memory"
    EXPORT = "export"  # played, but the file could not be encoded
    TIMEOUT = "timeout"  # the server gave up: it took too long
    FAILED = "failed"  # no reason given, or one we do not know


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that brought no take; `message` is the server's own reason when it gave one."""

    trouble: Trouble
    message: str


@dataclass(frozen=True, slots=True)
class Recording:
    """One audio file as the server played it, downloaded and proven to be audio.

    `file` is an absolute path, `format` what the content says ("mp3", "flac", "wav", "ogg", "opus"),
    `seed` None when nobody knows any more,
    `server_says` the server's metadata (models, seed, timings): informational, never trusted.
    """

    number: int
    seed: int | None
    server: str
    task_id: str
    file: str
    format: str
    size: int
    sha256: str
    queue_s: float
    render_s: float
    server_says: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a ticket: recordings, or the failure."""

    ticket: Ticket
    recordings: tuple[Recording, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """The first ten seconds, measured: what the 10-second rule is about. Times in seconds.

    `voice_s` is when the first voice was heard in the first forty seconds, None for none; `certainty` 0…1 is how
    sure the ear is of that, whichever it is. `loudness_lu` is how much louder than the whole song they are, None
    where that cannot be told.
    """

    first_sound_s: float | None
    voice_s: float | None
    certainty: float
    loudness_lu: float | None
    onsets: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What the ear measured on decoded samples; levels in dBFS (−inf is silence), times in seconds.

    From `true_peak_dbtp` on, None is what could not be measured: by an older ear, or because there was too little.
    `dc` is the largest mean of a channel; `balance_db` left over right, `side_db` difference over sum; clipped runs
    and samples beyond full scale (`overs`) count by the second. `end_db` is the last quarter of a second beside the
    median level. `pulse`, `variety` and `repetition` are 0…1, and so is the `outline`: the level of equal stretches
    of the take beside its loudest one, for whoever draws it. `longest_gap_at_s` is where that gap begins,
    `clipped_at_s` the beginning of the second in which the most is clipped; None, too, where there is no such place.
    """

    # The journal keeps −inf; pydantic's own way is null, which does not read back. The decoder does without pydantic.
    __pydantic_config__: ClassVar[dict[str, str]] = {"ser_json_inf_nan": "constants"}

    duration_s: float
    sample_rate: int
    channels: int
    peak_dbfs: float
    rms_dbfs: float
    finite: bool
    true_peak_dbtp: float | None = None
    lufs: float | None = None
    loudness_range_lu: float | None = None
    dc: float | None = None
    balance_db: float | None = None
    correlation: float | None = None
    side_db: float | None = None
    clipped_per_s: float | None = None
    overs_per_s: float | None = None
    first_sound_s: float | None = None
    trailing_silence_s: float | None = None
    longest_gap_s: float | None = None
    silent_share: float | None = None
    end_db: float | None = None
    flatness: float | None = None
    variety: float | None = None
    repetition: float | None = None
    bpm: float | None = None
    pulse: float | None = None
    key: str = ""
    hook: Hook | None = None
    outline: tuple[float, ...] = ()
    longest_gap_at_s: float | None = None
    clipped_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Sung:
    """Which of the written words a transcription model heard, and when. Times in seconds.

    `share` is the part of the lines that was sung, `lines` the begin of each, None for one that was not heard;
    `certainty` 0…1 is how much of what was heard fits what was written.
    """

    first_word_s: float | None
    share: float
    lines: tuple[float | None, ...]
    certainty: float


@dataclass(frozen=True, slots=True)
class Take:
    """A recording and what the ear thinks of it; `verdict` and the `reasons` for it.

    `parameters` are those it was played with, its own seed among them; a take of an older songpipe has none, and was
    played as its song says. `degraded` lists, in sentences, what was given up to get it.
    """

    recording: Recording
    measures: Measures | None
    verdict: Literal["pass", "warn", "fail"]
    reasons: tuple[str, ...] = ()
    score: dict[str, float] = field(default_factory=dict)  # the parts that add up to it, each in points
    sung: Sung | None = None  # None: nobody was asked
    parameters: dict[str, Any] = field(default_factory=dict)
    degraded: tuple[str, ...] = ()
