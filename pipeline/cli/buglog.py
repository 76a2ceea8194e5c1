"""The log of a bug: versions, command and traceback, without secrets."""

import os
import platform
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline import __version__
from pipeline.settings.environment import redact

_PACKAGES = ("openai", "httpx", "pydantic", "click", "rich", "mutagen", "numpy", "starlette")


def write_log(argv: Sequence[str], trace: str, packages: Sequence[str] = _PACKAGES) -> Path:
    """Write the log into a private file in the temporary folder and give its path."""
    text = "\n".join([f"songpipe {__version__}", *_versions(packages), f"command: {list(argv)}", "", trace])
    handle, name = tempfile.mkstemp(prefix="songpipe-bug-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
        log.write(redact(text))
    return Path(name)


def _versions(packages: Sequence[str]) -> list[str]:
    lines = [f"python {platform.python_version()} on {platform.platform()}"]
    for package in packages:
        try:
            lines.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            lines.append(f"{package} is not installed")
    return lines
