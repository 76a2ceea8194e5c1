"""The song document, `songpipe.song/1`: what `--json` prints and what the sidecar keeps, key by key."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.brief import Brief
from pipeline.song import Section, Severity
from pipeline.take import Hook, Sung
from pipeline.track import Attempt


class _Part(BaseModel):
    """Keys that a later version adds are passed over, so that an older songpipe still reads the shelf."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class HookPart(_Part):
    """What is to catch the listener: the first sung line, and the sentence of the prompt on the opening."""

    first_line: str | None
    opening: str | None


class UsagePart(_Part):
    """Tokens over all requests."""

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int


class WriterPart(_Part):
    """Who wrote the words and at what cost; `model` is "" when a person did. `attempts` counts `requests`."""

    model: str
    attempts: int
    fallbacks: tuple[str, ...]
    usage: UsagePart
    cost_usd: float | None
    requests: tuple[Attempt, ...]
    drafts: tuple[str, ...]
    prompts_hash: str
    title: Annotated[str, Field(description="the title in the draft, which the brief may overrule")]
    write_s: float


class FindingPart(_Part):
    """What a rule had to say."""

    rule: str
    severity: Severity
    line: int | None
    message: str
    hint: str


class MeasuresPart(_Part):
    """What the ear measured; a peak or RMS of null is digital silence, any other null was not measured."""

    duration_s: float
    sample_rate: int
    channels: int
    peak_dbfs: float | None
    rms_dbfs: float | None
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


class TakePart(_Part):
    """One take; `duration_s` is null when it was not measured, `seed` when nobody knows it any more.

    Without `parameters` those of the song are its.
    """

    number: int
    seed: int | None
    server: str
    task_id: str
    file: str
    duration_s: float | None
    verdict: Literal["pass", "warn", "fail"]
    reasons: tuple[str, ...]
    format: str
    size: int
    sha256: str
    queue_s: float
    render_s: float
    measures: MeasuresPart | None
    server_says: dict[str, Any]
    score: dict[str, float] = Field(default_factory=dict)
    sung: Sung | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    degraded: tuple[str, ...] = ()


class SongDocument(_Part):
    """A finished song as `--json` prints it. Paths are absolute."""

    schema_: Annotated[Literal["songpipe.song/1"], Field(alias="schema")] = "songpipe.song/1"
    id: str
    title: str
    brief: Brief
    prompt: str
    lyrics: str
    sections: tuple[Section, ...]
    hook: HookPart
    writer: WriterPart
    findings: tuple[FindingPart, ...]
    repairs: tuple[str, ...]
    takes: tuple[TakePart, ...]
    chosen_take: int
    file: str
    sidecar: str
    timings: dict[str, float]
    rehearsal: bool
    bpm: int | None
    key: str
    language: str
    duration_s: float
    parameters: dict[str, Any]
    degraded: tuple[str, ...]
    made_at: str
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    picked: bool = False
    painter: str = ""


class SidecarDocument(SongDocument):
    """The same on disk, with `hashes` (SHA-256 by file) and `versions`. Paths are relative to its folder."""

    hashes: dict[str, str]
    versions: dict[str, str]


def schema() -> dict[str, Any]:
    """Give the JSON Schema of the song document; what only the sidecar has is not required."""
    found = SidecarDocument.model_json_schema(by_alias=True, mode="serialization")
    required = [key for key in found["required"] if key not in {"hashes", "versions"}]
    return {**found, "required": list(dict.fromkeys(["schema", *required]))}
