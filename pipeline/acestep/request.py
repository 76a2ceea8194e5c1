"""The request: a job in the server's own words. Pure."""

from typing import Any

from pipeline.take import SEEDS, Job

# "The model writes nothing of its own": every default by which the server's language model would rewrite the
# caption, change the language or draw the seed is switched off by name (ACE-Step 1.5, docs/en/API.md).
_AS_WRITTEN = {
    "use_random_seed": False,
    "use_cot_caption": False,
    "use_cot_language": False,
    "use_format": False,
}


def body(job: Job) -> dict[str, Any]:
    """Give the JSON of a job, in the one spelling that every version reads.

    Keys named `description`, `desc` or `format` must never appear: they turn on modes that throw the lyrics
    away.
    """
    asked: dict[str, Any] = {
        "prompt": job.caption,
        "lyrics": job.lyrics or "[Instrumental]",
        "audio_duration": round(job.duration_s, 1),
        "vocal_language": job.language,
        "batch_size": job.batch_size,
        "audio_format": job.audio_format,
        "thinking": job.thinking,
        "inference_steps": job.inference_steps,
        "guidance_scale": job.guidance_scale,
        "time_signature": str(job.time_signature),
        "seed": _seeds(job),
    } | _AS_WRITTEN
    if job.bpm is not None:
        asked["bpm"] = job.bpm
    if job.key:
        asked["key_scale"] = job.key
    return asked


def seed_of(job: Job, index: int) -> int:
    """Give the seed of the job's take at `index`, from 0."""
    return (job.seed + index) % SEEDS


def _seeds(job: Job) -> int | str:
    """One seed is a number; a batch names each of its seeds, else all but the first are drawn (#496)."""
    if job.batch_size == 1:
        return job.seed
    return ",".join(str(seed_of(job, index)) for index in range(job.batch_size))
