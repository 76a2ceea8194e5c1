"""The song of the day: one for each date, told to whoever wants to hear of it, and made up for when it was missed."""

import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.brief import Brief
from pipeline.engine.daily import Calendar
from pipeline.engine.database import Database
from pipeline.engine.ledger import STOPPED, reading
from pipeline.engine.order import Order
from pipeline.theme import Theme, brief_text
from tests.fakes.inbox import Inbox
from tests.road.conftest import Servers, Songpipe
from tests.road.test_road_interrupts import COMMAND, listed

SHORT = ("--set", "acestep.audio_duration=10")


def days(workspace: Path) -> dict[str, str]:
    """The days of the journal, with what their songs are about."""
    with reading(Database(workspace / "output" / ".songpipe")) as ledger:
        return {entry.order.day: entry.order.brief.text for entry in ledger.entries(lambda _: [])}


def test_the_second_call_of_a_day_prints_the_first_ones_path_and_makes_nothing(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers()
    first = songpipe("daily", *SHORT)
    servers("401", "band-500")  # whoever is asked now refuses

    second, third = songpipe("daily", *SHORT), songpipe("daily", "--json", *SHORT)

    assert (0, True) == (first.code, first.file.exists())
    assert (0, first.out) == (second.code, second.out)
    assert (0, str(first.file), "songpipe.song/1") == (
        third.code,
        third.document["file"],
        third.document["schema"],
    )


def test_a_day_and_a_theme_can_be_named(songpipe: Songpipe, workspace: Path) -> None:
    ran = songpipe("daily", "--rehearse", "--date", "2026-02-28", "--theme", "a night kettle", *SHORT)
    again = songpipe("daily", "--rehearse", "--date", "2026-02-28", "--theme", "another", *SHORT)

    assert (0, ran.out) == (ran.code, again.out)
    assert {"2026-02-28": "a night kettle"} == days(workspace)


def test_missed_days_are_made_up_for_the_oldest_first_each_with_its_own_theme(
    songpipe: Songpipe, workspace: Path
) -> None:
    songpipe("daily", "--rehearse", "--date", "2026-03-01", *SHORT)

    ran = songpipe("daily", "--rehearse", "--date", "2026-03-02", "--catch-up", "2", *SHORT)

    assert (0, 3) == (ran.code, len(ran.out.splitlines()))
    assert ["2026-03-01", "2026-02-28", "2026-03-02"] == list(days(workspace))  # as they were ordered
    assert 3 == len(set(days(workspace).values()))


def test_a_rehearsed_day_is_another_one(songpipe: Songpipe, servers: Servers, workspace: Path) -> None:
    songpipe("daily", "--rehearse", *SHORT)
    servers()

    real = songpipe("daily", *SHORT)

    assert (0, [False, True]) == (real.code, sorted(job.rehearsal for job in listed(workspace)))


def test_the_zone_of_the_settings_decides_which_day_it_is(songpipe: Songpipe, workspace: Path) -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):  # 26 hours apart
        songpipe("daily", "--rehearse", "--set", f"daily.timezone={zone}", *SHORT)

    east, west = map(date.fromisoformat, days(workspace))
    assert timedelta(days=1) <= east - west <= timedelta(days=2)


def test_a_theme_comes_back_only_after_90_days(tmp_path: Path) -> None:
    themes = [Theme(f"a song about thing {number}", ()) for number in range(92)]
    calendar = Calendar(tmp_path, themes, rehearsal=False)
    today = date(2026, 11, 22)
    past = {today - timedelta(days=back): themes[back] for back in range(1, 91)}
    template = Order(themes_brief(themes[0]))

    with reading(Database(tmp_path)) as ledger:
        ledger.order(
            (
                (calendar.id(day), calendar.order(day, themes_brief(theme), template))
                for day, theme in past.items()
            ),
            STOPPED,
        )
        chosen = calendar.brief(today, ledger, lambda _: [])
        tomorrow = today + timedelta(days=1)
        ledger.order([(calendar.id(today), calendar.order(today, chosen, template))], STOPPED)
        next_one = calendar.brief(tomorrow, ledger, lambda _: [])

    free = {brief_text(themes[0]), brief_text(themes[91])}
    assert chosen.text in free
    assert next_one.text in (free | {brief_text(themes[90])}) - {chosen.text}


def themes_brief(theme: Theme) -> Brief:
    return Brief(text=brief_text(theme))


def test_a_day_that_fails_exits_with_its_code_and_the_next_call_goes_on(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("band-500")
    failed = songpipe("daily", *SHORT)
    servers("401")  # the words are there

    again = songpipe("daily")

    assert (5, "") == (failed.code, failed.out)
    assert (0, True) == (again.code, again.file.exists())
    assert 1 == len(days(workspace))


def test_who_wants_to_hear_of_the_day_hears_of_success_and_of_failure(
    songpipe: Songpipe, servers: Servers, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Inbox() as people, Inbox() as watchdog:
        monkeypatch.setenv("SONGPIPE_NOTIFY_URLS", f"json://127.0.0.1:{people.port}")
        monkeypatch.setenv("SONGPIPE_HEALTHCHECK_URL", f"{watchdog.url}/ping")
        servers("band-500")
        failed = songpipe("daily", "--set", "daily.notify=always", *SHORT)
        servers()
        done = songpipe("daily", "--set", "daily.notify=always", *SHORT)
        songpipe("daily", "--set", "daily.notify=always", *SHORT)  # it is there: nobody has to hear of it

    told = [one.body for one in people.received]
    assert (5, 0) == (failed.code, done.code)
    assert ["/ping/start", "/ping/fail", "/ping/start", "/ping"] == [one.path for one in watchdog.received]
    assert 2 == len(told)
    assert "There is no song of the day" in told[0]
    assert done.file.name in told[1]


def test_the_line_for_cron_runs_as_it_stands(songpipe: Songpipe, workspace: Path) -> None:
    asked = subprocess.run(
        [*COMMAND, "daily", "--rehearse", "--crontab", "--at", "05:30", *SHORT],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = (one for one in asked.stdout.splitlines() if one.startswith("30 5 * * * "))
    command = line.removeprefix("30 5 * * * ").replace("\\%", "%")

    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd="/",
        env={"HOME": str(workspace.parent / "home"), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
        check=False,
    )

    log = (workspace / "songpipe-daily.log").read_text()
    assert (0, []) == (done.returncode, list(workspace.parent.glob("home/output"))), log
    assert log.splitlines()[-1] == songpipe("daily", "--rehearse", *SHORT).out.strip()
