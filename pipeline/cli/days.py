"""The song of the day: made once, told to whoever wants to hear of it, and printed for cron and systemd."""

import secrets
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.brief import Brief, take_order
from pipeline.cli.following import Following, following
from pipeline.cli.loading import load, resume_command
from pipeline.cli.making import at_the_desk, order_for
from pipeline.cli.printing import say
from pipeline.engine.daily import Calendar
from pipeline.engine.desk import Desk, Run
from pipeline.engine.performance import Ended
from pipeline.errors import Interrupted, SongpipeError
from pipeline.notices.notices import Notices
from pipeline.notices.schedules import Job, crontab, systemd
from pipeline.settings import environment, variables
from pipeline.settings.dates import day_of
from pipeline.settings.load import Loaded
from pipeline.studio import Watch
from pipeline.wiring.days import calendar, notices

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants of the day; see the options of the command."""

    day: date | None = None
    theme: str | None = None
    catch_up: int = 0
    jitter: int = 0
    crontab: bool = False
    systemd: bool = False
    at: str = "06:00"
    assignments: tuple[str, ...] = ()


def run(given: Given, wish: Wish) -> int:
    """Make the song of the day, and those of missed days; gives the worst exit code."""
    loaded = load(given, wish.assignments)
    if wish.crontab or wish.systemd:
        job = _job(given, wish, loaded)
        say(crontab(job) if wish.crontab else systemd(job))
        return 0
    tell = notices(loaded, lambda text: click.echo(f"songpipe: {text}", err=True))
    try:
        songs = _make_days(given, wish, loaded, tell)
    except SongpipeError as error:
        tell.failed("There is no song of the day", error.message)
        raise
    for failure in [*songs.failed.values(), *([songs.stop] if songs.stop else [])]:
        tell.failed("There is no song of the day", failure.message)
    return songs.code


def _make_days(given: Given, wish: Wish, loaded: Loaded, tell: Notices) -> Following:
    days = calendar(loaded, rehearsal=bool(given.get("rehearse")))
    today = wish.day or day_of(datetime.now().astimezone(), loaded.settings.daily.timezone)
    plan = Run(seats=2, rehearsing=days.rehearsal, adopting=True, resume_command=resume_command(given))
    with (
        following(given, None, single=not wish.catch_up) as songs,
        at_the_desk(given, loaded, plan, wish.assignments, songs.board) as desk,
    ):
        for day in days.missed(today, wish.catch_up):
            song = days.id(day)
            before = desk.ledger.known([song]).get(song)
            if before is not None and before.state == "done":
                songs.board.watch.note(f"the song of {day} is there already{_ignored(wish)}")
                songs.known(before)
                continue
            songs.board.watch.note(f"the song of {day}")
            if before is None:
                _wait(wish.jitter, songs.board.watch)
                brief = _brief(wish, days, day, desk)
                desk.place([(song, days.order(day, brief, order_for(given, brief, wish.assignments)))])
            else:
                desk.take([song])
            tell.started()
            for ended in songs.follow(desk.work([song]), only=song):
                _announce(ended, day, tell)
            if song not in songs.finished and song not in songs.failed:
                songs.failed[song] = Interrupted(
                    f"the song of {day} was stopped by another process", hint=resume_command(given)
                )
    return songs


def _ignored(wish: Wish) -> str:
    return "; --theme changes nothing now" if wish.theme else ""


def _brief(wish: Wish, days: Calendar, day: date, desk: Desk) -> Brief:
    """Give what the song of a day is about: the user's own words, or the theme that is due."""
    return take_order(wish.theme, command="daily") if wish.theme else days.brief(day, desk.ledger, desk.dead)


def _wait(jitter: int, watch: Watch) -> None:
    """Begin a little later, so that not all the world asks at six o'clock sharp."""
    if jitter:
        seconds = secrets.randbelow(jitter + 1)
        watch.note(f"beginning in {seconds} s")
        time.sleep(seconds)


def _announce(ended: Ended, day: date, tell: Notices) -> None:
    if ended.how == "done":
        title, file = str(ended.result.get("title")), str(ended.result.get("file"))
        tell.succeeded(f"Song of {day}: {title}", file, [Path(file)])


def _job(given: Given, wish: Wish, loaded: Loaded) -> Job:
    """Describe the daily call as it is made now: same program, same folder, same files, same settings."""
    here = Path.cwd()
    return Job(
        command=[*_program(), "daily", *_flags(given, wish)],
        workspace=here,
        environment_file=here / "songpipe.env",
        log=here / "songpipe-daily.log",
        at=wish.at,
        jitter_s=wish.jitter
        if wish.systemd
        else 0,  # systemd can; in cron the command's own --jitter does it
        variables=loaded.secret_variables,
    )


def _program() -> list[str]:
    """Give the command that runs this songpipe, with the settings that stand in the environment now."""
    called = Path(sys.argv[0])
    found = str(called.absolute()) if called.name == "songpipe" else shutil.which("songpipe")
    program = [found] if found else [sys.executable, "-m", "pipeline"]
    set_here = [f"{name}={value}" for name, value in variables.harmless(environment.current()).items()]
    return ["/usr/bin/env", *set_here, *program] if set_here else program


def _flags(given: Given, wish: Wish) -> list[str]:
    common = [part for name in ("config", "output") if given.get(name) for part in (f"--{name}", given[name])]
    settings = [part for one in wish.assignments for part in ("--set", one)]
    rest = ["--rehearse"] if given.get("rehearse") else []
    numbers = {"--catch-up": wish.catch_up, "--jitter": 0 if wish.systemd else wish.jitter}
    return [*common, *settings, *rest, *(part for name, n in numbers.items() if n for part in (name, str(n)))]
