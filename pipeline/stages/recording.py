"""The recording stage: jobs to the band, takes back, and what is tried when a job fails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import arranging
from pipeline.brief import Brief
from pipeline.errors import BandError, TakesError
from pipeline.listening.choice import choose, points
from pipeline.listening.limits import Asked
from pipeline.listening.score import score
from pipeline.listening.verdict import judge
from pipeline.studio import Session, Studio
from pipeline.take import Failure, Job, Outcome, Recording, Take, Ticket, Trouble
from pipeline.track import Words
from pipeline.writing import render


@dataclass(frozen=True, slots=True)
class Recorded:
    """Every take that came back, and the best one."""

    takes: tuple[Take, ...]
    best: Take


@dataclass(frozen=True, slots=True)
class _Heard:
    """An outcome and what the ear makes of it."""

    outcome: Outcome
    takes: tuple[Take, ...]

    @property
    def failure(self) -> Failure | None:
        """Why another job is needed: the server's reason, or the ear's; None when a take can be used."""
        if self.outcome.failure is not None:
            return self.outcome.failure
        if any(take.verdict != "fail" for take in self.takes):
            return None
        return Failure(Trouble.FAILED, "; ".join(reason for take in self.takes for reason in take.reasons))

    @property
    def has_gone(self) -> bool:
        """The server went away: nobody knows what the job would have brought, and it costs no spare take."""
        return self.failure is not None and self.failure.trouble is Trouble.GONE


def record(words: Words, brief: Brief, studio: Studio, session: Session) -> Recorded:
    """Have the song played; a job that brings nothing usable is replaced, within the budget of spare takes.

    Raises BandError when nothing came back and TakesError when nothing that came back can be used.
    """
    studio.watch.stage("playing")
    seed = brief.seed if brief.seed is not None else session.once("playing-seed", int, studio.dice)
    jobs = arranging.jobs(words.song, brief, seed, studio.house.playing)
    budget = len(jobs) + studio.house.spare_takes
    played: list[Job] = []
    heard: list[_Heard] = []
    while jobs:
        came = _round(len(played), jobs, studio, session)
        played += jobs
        heard += came
        budget += sum(one.has_gone for one in came)
        first_the_gone = sorted(came, key=lambda one: not one.has_gone)  # the spare takes are for the others
        jobs = tuple(_replacements(first_the_gone, played, studio))[: budget - len(played)]
    return _recorded(heard, studio, session)


def _round(before: int, jobs: Sequence[Job], studio: Studio, session: Session) -> list[_Heard]:
    """Submit the jobs and wait for them; both are journaled, so a task that the server has is never lost."""
    band = studio.band
    tickets = tuple(
        session.once(f"playing-ticket-{number}", Ticket, band.submit, job, studio.watch)
        for number, job in enumerate(jobs, before + 1)
    )
    studio.painter.get_ready()
    outcomes = session.once(
        f"playing-outcomes-{before + 1}",
        tuple[Outcome, ...],
        band.collect,
        tickets,
        session.folder / "takes",
        studio.watch,
    )
    return [
        _Heard(
            outcome, tuple(_listen(recording, outcome.ticket.job, studio) for recording in outcome.recordings)
        )
        for outcome in outcomes
    ]


def _listen(recording: Recording, job: Job, studio: Studio) -> Take:
    measures = studio.ear.measure(Path(recording.file))
    asked = Asked(job.duration_s, job.bpm, job.key, sung=job.lyrics != render.INSTRUMENTAL)
    verdict, reasons = judge(measures, asked, studio.house.limits)
    warnings = len(reasons) if verdict == "warn" else 0
    return Take(
        recording,
        measures,
        verdict,
        reasons,
        score=score(measures, asked, warnings) if measures is not None and verdict != "fail" else {},
        parameters={**job.parameters, "seed": recording.seed},
        degraded=tuple(dict.fromkeys((*job.degraded, *_substituted(recording, job)))),
    )


def _replacements(came: Sequence[_Heard], played: Sequence[Job], studio: Studio) -> Iterator[Job]:
    """Give the next job for everything that failed; a take that was heard keeps its number and its file."""
    number = max(job.number + job.batch_size - 1 for job in played)
    for heard in came:
        if heard.failure is None:
            continue
        studio.watch.note(f"take {heard.outcome.ticket.job.number}: {heard.failure.message}")
        job = arranging.after(heard.outcome.ticket.job, heard.failure, played)
        if job is None:
            continue
        studio.watch.note(
            "another server plays it" if heard.has_gone else f"trying again: {job.degraded[-1]}"
        )
        if heard.takes:
            job = replace(job, number=number + 1)
            number += job.batch_size
        yield job


def _recorded(heard: Sequence[_Heard], studio: Studio, session: Session) -> Recorded:
    takes = tuple(take for one in heard for take in one.takes)
    best = choose(takes)
    if best is None:
        kept = session.set_aside("playing")
        why = next(one.failure.message for one in reversed(heard) if one.failure is not None)
        if takes:
            reports = ", ".join(told(take) for take in takes)
            hint = f"the takes are kept in {kept}; songpipe listen tells more of them"
            raise TakesError(f"no take passed the listening: {reports}", hint=hint)
        raise BandError(f"the music server played nothing: {why}", hint="songpipe doctor looks at it")
    played = ((take.recording, one.outcome.ticket.job) for one in heard for take in one.takes)
    for note in dict.fromkeys(note for recording, job in played for note in _substituted(recording, job)):
        studio.watch.note(note)
    return Recorded(takes, best)


def told(take: Take) -> str:
    """Tell a take in a few words: its number and its worth."""
    return f"take {take.recording.number} ({worth(take)})"


def worth(take: Take) -> str:
    """Tell in a few words what the ear thinks of a take: its points, or that it fails, and what is against it."""
    judged = "fails" if take.verdict == "fail" else f"{points(take):.1f}"
    return ": ".join(filter(None, [judged, "; ".join(take.reasons)]))


def _substituted(recording: Recording, job: Job) -> tuple[str, ...]:
    """Say that the file is of another format than the job asked for; nothing when it is as asked."""
    if recording.format == job.audio_format:
        return ()
    return (f"the server sent {recording.format} where {job.audio_format} was asked for",)
