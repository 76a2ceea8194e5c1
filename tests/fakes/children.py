"""How tests start processes of their own."""

import os


def unmeasured() -> dict[str, str]:
    """The environment for a child that is killed or starved of disk: it would leave half a coverage file."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
