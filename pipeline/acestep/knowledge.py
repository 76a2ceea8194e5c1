"""What a server tells about itself: health, queue and models, in one form. Pure, and safe with any JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.acestep import reasons

_LONGEST_JOB_S = 86_400.0
_MOST_MODELS = 50


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of /health. `language_model` is None when it does not say or has nothing loaded yet."""

    ok: bool
    service: str
    version: str = ""
    language_model: bool | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """The answer of /v1/stats: jobs by state, and the mean seconds of a job.

    `average_s` is None until a job has succeeded: before that the server makes the number up. `queued` is the
    true queue where the server tells it: a job turned away by a full one stays in the count by state for
    ever.
    """

    queued: int
    running: int
    succeeded: int
    failed: int
    average_s: float | None

    @property
    def idle(self) -> bool:
        """Nothing is waiting and nothing plays."""
        return self.queued + self.running == 0


def health(data: Any) -> Health | None:
    """Read /health; None when the answer is none of an ACE-Step server."""
    if not isinstance(data, dict) or not ("status" in data or "service" in data):
        return None
    words = {
        key: data[key] if isinstance(data.get(key), str) else "" for key in ("status", "service", "version")
    }
    return Health(
        ok=words["status"].lower() in {"ok", "healthy"},
        service=reasons.clean(words["service"], 80),
        version=reasons.clean(words["version"], 40),
        language_model=language_model(data),
    )


def language_model(data: Any) -> bool | None:
    """Tell from /health or the model inventory whether the language model is there; None when unknown.

    A server that loads its models with the first job has none yet, which means nothing.
    """
    said = data.get("llm_initialized") if isinstance(data, dict) else None
    if said is True or (said is False and data.get("models_initialized", True) is True):
        return said
    return None


def stats(data: Any) -> Stats | None:
    """Read /v1/stats; None when it says nothing about jobs."""
    jobs = data.get("jobs") if isinstance(data, dict) else None
    if not isinstance(jobs, dict):
        return None
    succeeded = _count(jobs, "succeeded")
    average = data.get("avg_job_seconds")
    fits = isinstance(average, int | float) and not isinstance(average, bool) and 0 < average < _LONGEST_JOB_S
    return Stats(
        queued=_count(data, "queue_size") if "queue_size" in data else _count(jobs, "queued"),  # see `Stats`
        running=_count(jobs, "running"),
        succeeded=succeeded,
        failed=_count(jobs, "failed"),
        average_s=float(average) if fits and succeeded else None,
    )


def models(data: Any) -> tuple[str, ...]:
    """Read the names of models from the inventory or from /v1/models, in any of its three shapes."""
    if isinstance(data, dict):
        data = data.get("models", data.get("data"))
    entries = data if isinstance(data, list) else []
    names = (entry.get("id") or entry.get("name") for entry in entries if isinstance(entry, dict))
    clean = (reasons.clean(name, 80).removeprefix("acestep/") for name in names if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in clean if name))[:_MOST_MODELS]


def _count(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9 else 0
