"""Write the reference pages from the code, or check that they are fresh (`--check`)."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from pipeline import errors
from pipeline.cli.group import COMMANDS, songpipe
from pipeline.rehearsal.faults import FAULTS
from pipeline.settings.reference import settings_table
from pipeline.writing.rules import RULES

REFERENCE = Path(__file__).parent / "reference"
NOTICE = "<!-- Written by docs/generate.py from the code: change the code, then run `make docs`. -->\n\n"


def cli_page() -> str:
    """Show every command's help as it is printed, 80 columns wide."""
    parts = ["# Commands\n", _help(songpipe, None, "songpipe")]
    root = click.Context(songpipe, info_name="songpipe", terminal_width=80)
    for name in COMMANDS:
        command = songpipe.get_command(root, name)
        assert command is not None  # noqa: S101 -- the list of names is the group's own
        parts += [f"\n## songpipe {name}\n", _help(command, root, name)]
        for inner, part in getattr(command, "commands", {}).items():
            parts += [f"\n## songpipe {name} {inner}\n", _help(part, root, f"{name} {inner}")]
    return "\n".join(parts) + "\n"


def _help(command: click.Command, parent: click.Context | None, name: str) -> str:
    context = click.Context(command, parent=parent, info_name=name, terminal_width=80, color=False)
    return f"```\n{command.get_help(context)}\n```"


def exit_codes_page() -> str:
    """List every family of failures with its exit code, and its kinds."""
    rows = ["# Exit codes\n", "| code | error (`--json`) | meaning |", "|---|---|---|", "| 0 | | done |"]
    for family in sorted(errors.SongpipeError.__subclasses__(), key=lambda kind: kind.exit_code):
        kinds = (family, *family.__subclasses__())
        rows += [f"| {kind.exit_code} | `{kind.__name__}` | {_first_line(kind)} |" for kind in kinds]
    rows.append("| 70 | `SongpipeError` | A bug: a log was written and its path printed. |")
    return "\n".join(rows) + "\n"


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").splitlines()[0]


def rules_page() -> str:
    """List every rule: id, severity, what it demands and why."""
    rows = [
        "# Rules\n",
        "An **error** stops the song: a machine mends it, or the draft goes back to the model with the finding.",
        "A **warning** and a **note** travel with the song. Weaken a rule or switch it off in `songpipe.yaml`:\n",
        "    rules:\n      SP401: note\n      SP305: off\n",
        "| id | name | severity | demands | why |",
        "|---|---|---|---|---|",
    ]
    rows += [
        f"| {rule.id} | {rule.name} | {rule.severity} | {_cell(rule.demands)} | {_cell(rule.why)} |"
        for rule in RULES
    ]
    return "\n".join(rows) + "\n"


def faults_page() -> str:
    """List the faults that the rehearsal studio can show."""
    rows = ["# Faults of the rehearsal studio\n", "`songpipe rehearsal --fault NAME[:TIMES]`\n"]
    rows += ["| name | side | what it does |", "|---|---|---|"]
    rows += [f"| `{name}` | {fault.side} | {_cell(fault.what)} |" for name, fault in FAULTS.items()]
    return "\n".join(rows) + "\n"


def settings_page() -> str:
    """List every setting with its type, its default and the reason."""
    rows = ["# Settings\n", "| key | type | default | what it does |", "|---|---|---|---|"]
    rows += [
        f"| `{row.key}` | {_cell(row.type)} | `{row.default}` | {_cell(row.does)} |"
        for row in settings_table()
    ]
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "exit-codes.md": exit_codes_page,
    "faults.md": faults_page,
    "rules.md": rules_page,
    "settings.md": settings_page,
}


def stale() -> Iterator[Path]:
    """Name the pages that differ from what the code says."""
    for name, page in PAGES.items():
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != NOTICE + page():
            yield path


def main() -> int:
    """Write the pages, or with --check say which ones are stale."""
    if "--check" in sys.argv[1:]:
        old = list(stale())
        for path in old:
            print(f"{path} is stale: run `make docs`")  # noqa: T201 -- a script for people
        return 1 if old else 0
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(NOTICE + page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
