"""The environment: the one place that reads it."""

import os
import re

from pipeline.settings.keys import hide

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL")


def current() -> dict[str, str]:
    """Give a copy of this process's environment."""
    return dict(os.environ)


def redact(text: str) -> str:
    """Hide the values of all variables that look like secrets: for logs that a person may send on."""
    return hide(text, (value for name, value in os.environ.items() if _SECRET.search(name.upper())))
