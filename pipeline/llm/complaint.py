"""What a server says went wrong, in whichever shape it says it: object, string, list or page."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.llm import characters

_READ = 2_400  # characters of a server's message in which a number is looked for
_CEILING = re.compile(
    r"(?i)(?:at most|maximum|less than or equal to|<=|up to|limit|\d\s*>|between \d+ and|\[\d+,)"
    r"\D{0,40}?(\d[\d,_]{2,9})(?!\d)",
)
_DROPPABLE = (
    "max_completion_tokens",
    "max_tokens",
    "temperature",
    "stream_options",
    "seed",
    "reasoning_effort",
    "reasoning",
)
_NAMED = re.compile(rf"(?<![\w-])({'|'.join(_DROPPABLE)})(?![\w-])")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A server's words: `param` is one of ours that it refuses, `needed` the balance it asks for (USD),
    `ceiling` the largest number of tokens it names, `structured` whether it spoke the API's language."""

    message: str = ""
    code: str = ""
    param: str = ""
    needed: float | None = None
    ceiling: int | None = None
    status: int | None = None
    structured: bool = False


def read(text: str) -> Complaint:
    """Read the body of a failed answer."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return Complaint(message=_line(text))
    return of(body)


def of(body: object) -> Complaint:
    """Read a decoded body: `{"error": {…}}`, `{"error": "…"}`, `{"detail": …}` or the error object itself."""
    if not isinstance(body, Mapping):
        return Complaint(message=_line(body) if isinstance(body, str) else "")
    error = body.get("error")
    inner: Mapping[str, object] = error if isinstance(error, Mapping) else body
    message = error if isinstance(error, str) else _message(inner)
    code = str(inner.get("code") or inner.get("type") or "")
    return Complaint(
        message=_line(message),
        code=characters.one_line(code).lower(),
        param=_param(inner.get("param"), message),
        needed=number(body.get("requiredBalance", inner.get("requiredBalance"))),
        ceiling=_ceiling(message),
        status=_status(inner, body, code),
        structured=bool(error) or "code" in inner,
    )


def number(value: object) -> float | None:
    """Read a finite, non-negative number that may have come as a string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found >= 0 else None


def _message(inner: Mapping[str, object]) -> str:
    said = inner.get("message") or inner.get("detail") or inner.get("error_description")
    if isinstance(said, str):
        return said
    return json.dumps(said, default=str) if said else ""


def _line(text: str) -> str:
    """Give the first words of a text in one line; a web page has none worth repeating."""
    return "" if text.lstrip()[:1] == "<" else characters.one_line(text)


def _param(param: object, message: str) -> str:
    """Name the parameter that is refused: the server's own field first, else the first one it mentions."""
    match = _NAMED.search(param if isinstance(param, str) and param else message)
    return {"reasoning": "reasoning_effort"}.get(match[1], match[1]) if match else ""


def _ceiling(message: str) -> int | None:
    match = _CEILING.search(message[:_READ])
    return int(re.sub(r"\D", "", match[1])) if match else None


def _status(inner: Mapping[str, object], body: Mapping[str, object], code: str) -> int | None:
    for value in (inner.get("status"), body.get("status"), code):
        found = number(value)
        if found is not None and 300 <= found <= 599:
            return int(found)
    return None
