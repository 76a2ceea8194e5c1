"""The doctor's report: a line a check as it is done, or one JSON document."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from pipeline.checkup import Check, examine
from pipeline.cli.loading import load
from pipeline.cli.printing import say, say_json
from pipeline.cli.watching import watching
from pipeline.cli.wording import harmless


def report(given: Mapping[str, Any], assignments: Sequence[str], *, start: bool) -> int:
    """Print what the check-up finds; gives the exit code a song would end with, 0 if it could be made."""
    checks: list[Check] = []
    loaded = load(given, assignments)
    with watching(given) as watch:
        for check in examine(loaded, watch, rehearse=bool(given.get("rehearse")), start=start):
            checks.append(check)
            if not given.get("json"):
                _print(check)
    code = next((check.exit_code for check in checks if not check.ok and check.exit_code), 0)
    if given.get("json"):
        ready = {"schema": "songpipe.checkup/1", "ok": code == 0, "exit_code": code}
        say_json({**ready, "checks": [asdict(check) for check in checks]})
    return code


def _print(check: Check) -> None:
    say(f"{_mark(check)} {check.name:<13} {harmless(check.detail)}")
    if not check.ok and check.hint:
        say(f"     {'':<13} → {harmless(check.hint)}")


def _mark(check: Check) -> str:
    if check.ok:
        return click.style("ok  ", fg="green")
    stops = check.exit_code != 0
    return click.style("FAIL", fg="red", bold=True) if stops else click.style("warn", fg="yellow")
