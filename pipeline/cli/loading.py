"""The settings of a run, and what its songs keep of them."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.settings import environment

if TYPE_CHECKING:
    from pipeline.settings.load import Assignment, Loaded

Given = Mapping[str, Any]
# What a song keeps of the run's settings; where the journal lies, for one, is the run's own affair.
_OF_A_SONG = ("llm.", "acestep.", "taste", "prompts", "rules", "listening", "finish.")


def load(given: Given, assignments: "Sequence[Assignment]" = ()) -> "Loaded":
    """Read the settings with the common options on top."""
    from pipeline.settings import load as settings  # checking takes pydantic, and that a tenth of a second

    return settings.load(assignments=assignments, **_here(given))


def output(given: Given) -> Path:
    """Give the folder of the songs. The other settings are read and not checked, unless something is odd."""
    from pipeline.settings import origins  # it reads YAML, which whoever imports this for a name need not

    _, layers = origins.layers(**_here(given))
    return origins.output_of(layers) or load(given).settings.output


def _here(given: Given) -> dict[str, Any]:
    """Say where settings may come from in this run."""
    folder = given.get("output")
    return {
        "environ": environment.current(),
        "home": Path.home(),
        "cwd": Path.cwd(),
        "config": given.get("config"),
        "output": str(folder) if folder is not None else None,
    }


def kept_with_a_song(assignments: "Sequence[Assignment]") -> "tuple[Assignment, ...]":
    """Choose the settings of this run that its songs are ordered with."""
    return tuple(
        one for one in assignments if (one if isinstance(one, str) else one[1]).startswith(_OF_A_SONG)
    )


def resume_command(given: Given) -> str:
    """Give what the user types to go on: with the same files as now, and it works as it stands."""
    flags = [
        part for name in ("config", "output") if given.get(name) for part in (f"--{name}", str(given[name]))
    ]
    return shlex.join(["songpipe", "resume", *flags])
