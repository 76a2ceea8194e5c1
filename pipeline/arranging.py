"""The arranging room: which jobs a song becomes, and what to try when one of them fails. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.brief import LONGEST_S, SHORTEST_S, Brief
from pipeline.song import Song
from pipeline.take import SEEDS, Failure, Job, Trouble
from pipeline.writing import fit, render

MOST_TRIES = 6  # jobs for one take, the first included
SHORTER = 0.75  # of the duration, when memory or time does not suffice
SHORT_ENOUGH_S = 60.0  # shorter than that is no song any more: then thinking goes
MOST_CUTS = 3
NEW_SEED_STEP = 1000  # far from the seeds of the other takes
SAFE_FORMATS = ("wav", "flac")  # MP3 needs an encoder that a server may lack (ACE-Step-1.5 #1018)

LOST_SENTENCE = "the server lost the task, so it was submitted again"
SEED_SENTENCE = "the first playing could not be used, so it was played again with another seed"

NEEDS_RESTART = "the server needs a restart"  # begins the message of a failure that no other job can cure
_NO_MEMORY = "the server's memory does not suffice"
_NO_TIME = "the server ran out of time"


@dataclass(frozen=True, slots=True)
class Playing:
    """The numbers that the settings fix for every job: see `Job` for their units."""

    duration_s: float
    language: str
    time_signature: int
    thinking: bool
    inference_steps: int
    guidance_scale: float
    batch_size: int
    audio_format: str


def jobs(song: Song, brief: Brief, seed: int, playing: Playing) -> tuple[Job, ...]:
    """Turn a song into the jobs that make `brief.takes` takes, `playing.batch_size` of them in each job.

    The brief goes before the song, the song before the settings. Take n plays with seed + n - 1.
    """
    first = Job(
        number=1,
        caption=song.prompt,
        lyrics=render.lyrics(song),
        duration_s=_duration(song, brief, playing),
        language=brief.language or playing.language,
        seed=seed % SEEDS,
        bpm=brief.bpm or song.bpm,
        key=brief.key or song.key,
        time_signature=brief.time_signature or playing.time_signature,
        thinking=playing.thinking,
        inference_steps=playing.inference_steps,
        guidance_scale=playing.guidance_scale,
        batch_size=playing.batch_size,
        audio_format=playing.audio_format,
    )
    return tuple(_part(first, done, brief.takes) for done in range(0, brief.takes, playing.batch_size))


def _part(first: Job, done: int, takes: int) -> Job:
    size = min(first.batch_size, takes - done)
    return replace(first, number=first.number + done, seed=(first.seed + done) % SEEDS, batch_size=size)


def _duration(song: Song, brief: Brief, playing: Playing) -> float:
    if brief.duration == "auto":
        wanted = fit.duration_for(song)
    else:
        wanted = playing.duration_s if brief.duration is None else brief.duration
    return round(min(max(wanted, SHORTEST_S), LONGEST_S), 1)


def after(job: Job, failure: Failure, history: Sequence[Job]) -> Job | None:
    """Give the job to try after a failed one, or None when nothing more is worth trying.

    `history` holds the jobs played so far, of any take, with or without `job`. Whatever is given up is told
    in the new job's `degraded`. A server that needs a restart gets no other job; where the server has gone, the
    very same job is for another one.
    """
    if failure.message.startswith(NEEDS_RESTART):
        return None
    tries = [one for one in history if one.number == job.number]
    tries += [job] if job not in tries else []
    if len(tries) >= MOST_TRIES:
        return None
    return job if failure.trouble is Trouble.GONE else _next_rung(job, failure.trouble, tries)


def _next_rung(job: Job, trouble: Trouble, tries: list[Job]) -> Job | None:
    match trouble:
        case Trouble.NO_LANGUAGE_MODEL:
            return _without_thinking(job, "the server has no language model")
        case Trouble.OUT_OF_MEMORY:
            return _lighter(job, tries, _NO_MEMORY)
        case Trouble.TIMEOUT:
            return _lighter(job, tries, _NO_TIME)
        case Trouble.EXPORT:
            return _in_another_format(job, {one.audio_format for one in tries})
        case Trouble.LOST:
            return _once(job, job.seed, LOST_SENTENCE)
        case _:  # failed for a reason we do not know, or silent
            other = _once(job, (job.seed + NEW_SEED_STEP) % SEEDS, SEED_SENTENCE)
            return other or _without_thinking(job, "another seed did not help")


def _without_thinking(job: Job, why: str) -> Job | None:
    if not job.thinking:
        return None
    return replace(job, thinking=False, degraded=(*job.degraded, f"thinking was turned off: {why}"))


def _lighter(job: Job, tries: list[Job], why: str) -> Job | None:
    cuts = len({one.duration_s for one in tries}) - 1
    if job.batch_size > 1:
        told = f"one take was played instead of {job.batch_size} at once: {why}"
        return replace(job, batch_size=1, degraded=(*job.degraded, told))
    if job.duration_s <= SHORT_ENOUGH_S or cuts >= MOST_CUTS:
        return _without_thinking(job, why)
    shorter = round(max(job.duration_s * SHORTER, SHORT_ENOUGH_S), 1)
    told = f"the duration was cut from {job.duration_s:g} s to {shorter:g} s: {why}"
    return replace(job, duration_s=shorter, degraded=(*job.degraded, told))


def _in_another_format(job: Job, tried: set[str]) -> Job | None:
    other = next((one for one in SAFE_FORMATS if one not in tried), None)
    if other is None:
        return None
    told = f"{other} was asked for: the server could not save {job.audio_format}"
    return replace(job, audio_format=other, degraded=(*job.degraded, told))


def _once(job: Job, seed: int, told: str) -> Job | None:
    return None if told in job.degraded else replace(job, seed=seed, degraded=(*job.degraded, told))
