"""The lint report: a line a finding, or one JSON document."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from pipeline.brief import Brief
from pipeline.cli.loading import load
from pipeline.cli.printing import say, say_json
from pipeline.cli.wording import harmless
from pipeline.errors import DraftError
from pipeline.song import Finding, Severity
from pipeline.stages.settling import settle
from pipeline.stages.writing import wanted_seconds
from pipeline.wiring.studios import house
from pipeline.wiring.texts import rulebook, taste
from pipeline.writing.review import Review, review

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def lint(given: Mapping[str, Any], text: str, name: str, brief: Brief, assignments: Sequence[str]) -> bool:
    """Print what the rules say about a draft; True when no error-level rule fails. Raises DraftError.

    What songpipe would mend itself before playing is told as a repair and fails nothing.
    """
    loaded = load(given, assignments)
    rooms = house(loaded.settings)
    settled = settle(brief, rooms)
    seen = review(text, settled, wanted_seconds(settled, rooms), rulebook(loaded, taste(loaded)))
    if seen.draft is None:
        raise DraftError(f"{name} holds no song: {seen.fault}", hint="a draft has PROMPT: and LYRICS:")
    if given.get("json"):
        say_json(_document(name, seen))
    else:
        _print(name, seen, quiet=bool(given.get("quiet")))
    return not seen.errors


def _document(name: str, seen: Review) -> dict[str, Any]:
    return {
        "schema": "songpipe.lint/1",
        "file": name,
        "ok": not seen.errors,
        "findings": [asdict(finding) for finding in seen.findings],
        "repairs": list(seen.draft.repairs) if seen.draft else [],
    }


def _print(name: str, seen: Review, *, quiet: bool) -> None:
    for finding in seen.findings:
        _print_finding(name, finding)
    if quiet or seen.draft is None:
        return
    for repair in seen.draft.repairs:
        click.echo(f"songpipe: mended: {harmless(repair)}", err=True)
    errors, others = len(seen.errors), len(seen.findings) - len(seen.errors)
    click.echo(f"songpipe: {_count(errors, 'error')}, {_count(others, 'other finding')}", err=True)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _print_finding(name: str, finding: Finding) -> None:
    place = f"{harmless(name)}:{finding.line}" if finding.line else harmless(name)
    severity = click.style(finding.severity.value, fg=_COLOURS[finding.severity])
    say(f"{place}: {finding.rule} {severity}: {harmless(finding.message)}")
    say(f"    {harmless(finding.hint)}")
