"""Where the files that travel with songpipe lie: inside the wheel, or beside the package in a checkout."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: Literal["prompts", "configs"]) -> Path:
    """Give the folder of packaged templates or settings."""
    installed = _PACKAGE / "packaged" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
