"""Standard output: results only, and no surprise when it cannot be written to."""

import json
import sys
from typing import Any

import click

from pipeline.errors import ShelfError


def say(text: str, *, nl: bool = True, at_least: str = "") -> None:
    """Print a result. `at_least` is what the user must know even if that fails, such as a path.

    Raises ShelfError when standard output is closed or full; a reader that has left is the edge's business.
    """
    if sys.stdout is None:
        raise ShelfError("standard output is closed", hint=at_least)
    try:
        click.echo(text, nl=nl)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ShelfError(f"cannot write to standard output: {error.strerror}", hint=at_least) from error


def say_json(document: dict[str, Any] | list[Any], *, nl: bool = True, at_least: str = "") -> None:
    """Print the one JSON document of a run; where standard output is not UTF-8, with every letter escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    text = json.dumps(document, indent=2, ensure_ascii=encoding.lower().replace("-", "") != "utf8")
    say(text.encode("utf-8", "replace").decode(), nl=nl, at_least=at_least)
