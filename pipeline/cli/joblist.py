"""The list of songs: what is queued, running, done and failed, as lines or as one JSON document."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from pipeline.cli.loading import load
from pipeline.cli.printing import say, say_json
from pipeline.cli.wording import clock, harmless
from pipeline.engine.jobs import Job, cancel_all, jobs
from pipeline.wiring.journal import database

_EVERY_S = 2.0
_LATEST = 20  # finished songs that are shown without --all
_COLOURS = {"running": "cyan", "failed": "red", "interrupted": "yellow", "stopped": "yellow", "done": "green"}


def show(given: Mapping[str, Any], *, watched: bool, everything: bool) -> None:
    """Print the songs once, or again and again until Ctrl-C."""
    home = database(load(given))
    while True:
        found = jobs(home, latest=None if everything else _LATEST)
        if watched and not given.get("json"):
            click.clear()
        _print(found, as_json=bool(given.get("json")))
        if not watched:
            return
        time.sleep(_EVERY_S)


def cancel(given: Mapping[str, Any], songs: Sequence[str]) -> None:
    """Give songs up, and print the id of each."""
    for song in cancel_all(database(load(given)), songs):
        say(song)


def _print(found: Sequence[Job], *, as_json: bool) -> None:
    if as_json:
        say_json({"schema": "songpipe.jobs/1", "songs": [_document(job) for job in found]})
        return
    for job in found:
        say(_line(job))
    if not found:
        click.echo("songpipe: no song was ordered here yet", err=True)


def _document(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "brief": job.brief,
        "origin": job.origin,
        "day": job.day,
        "rehearsal": job.rehearsal,
        "state": job.state,
        "stage": job.stage,
        "age_s": round(job.age_s),
        "server": job.server,
        "progress": job.fraction,
        "left_s": None if job.left_s is None else round(job.left_s),
        "file": job.file,
        "cost_usd": job.cost_usd,
        "message": job.message,
        "hint": job.hint,
    }


def _line(job: Job) -> str:
    state = click.style(f"{job.state:<11}", fg=_COLOURS.get(job.state))
    return f"{job.id}  {state} {spoken(job.age_s):>7}  " + "  ".join(_facts(job))


def _facts(job: Job) -> Iterator[str]:
    yield f"{job.day} " * bool(job.day) + harmless(job.brief.replace("\n", " "))[:60]
    if job.stage:
        yield job.stage
    if job.server:
        yield f"at {harmless(job.server)}"
    if job.left_s is not None:
        yield f"{clock(job.left_s)} left"
    if job.message:
        yield harmless(job.message)
    if job.file:
        yield harmless(job.file)


def spoken(seconds: float) -> str:
    """Say an age in its largest unit."""
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
