"""The one line that says what is wrong with the settings, where, and what was probably meant."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.brief import is_like_a_key
from pipeline.errors import SettingsError
from pipeline.settings.faults import Fault
from pipeline.settings.keys import BAND_VARIABLE, WRITER_VARIABLES
from pipeline.settings.layers import Stack, dotted
from pipeline.settings.nearest import every_key, keys_at, nearest
from pipeline.settings.yaml import Place

_SECRET_KEY = re.compile(
    r"(.*_)?(api_?key|secret|password|passwd)|key|token|(access|auth|api|ai|bearer)_token|authorization|bearer"
)


def refusal(found: Sequence[Fault], merged: Stack, schema: Mapping[str, Any]) -> SettingsError:
    """Make the error for the first fault; the others are counted."""
    first = found[0]
    message, hint = _unknown(first.path, schema) if first.unknown else (_wrong(first), _WRONG_HINT)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return SettingsError(f"{merged.source(first.path)}: {message}{more}", hint=hint)


_WRONG_HINT = "`songpipe config` shows every setting, and configs/default.yaml explains them"


def _spelled(path: Place) -> str:
    """Spell a path in one short line, whatever stands in it."""
    path = tuple("…" if is_like_a_key(str(step)) else step for step in path)
    text = "".join(letter if letter.isprintable() else "?" for letter in dotted(path))
    return text if len(text) <= 80 else text[:79] + "…"


def _wrong(fault: Fault) -> str:
    return f"{_spelled(fault.path) or 'the settings'} {fault.sentence}"


def _unknown(path: Place, schema: Mapping[str, Any]) -> tuple[str, str]:
    word = str(path[-1])
    if _SECRET_KEY.fullmatch(word.lower().replace("-", "_")):
        variable = BAND_VARIABLE if path[0] == "acestep" else WRITER_VARIABLES[1]
        hint = f"remove it here and set {variable} in the environment"
        return f"{_spelled(path)!r} looks like an API key, and keys are never kept in settings", hint
    siblings = keys_at(schema, path[:-1])
    close = _near(path, siblings, schema)
    if close:
        return (
            f"unknown key {_spelled(path)!r}; the nearest is {close!r}",
            f"correct it to {close!r} or remove it",
        )
    known = ", ".join(siblings)
    return (
        f"unknown key {_spelled(path)!r}; known here: {known}",
        "remove it; configs/default.yaml explains every key",
    )


def _near(path: Place, siblings: Sequence[str], schema: Mapping[str, Any]) -> str:
    """Look among the keys of the same section first, then for the same key in another section."""
    if close := nearest(str(path[-1]), siblings):
        return _spelled((*path[:-1], close))
    by_last = {key.rsplit(".", 1)[-1]: key for key in reversed(every_key(schema))}
    return by_last.get(nearest(str(path[-1]), by_last), "")
