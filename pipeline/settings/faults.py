"""What pydantic finds wrong, told as a sentence that a person can act on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.brief import quoted
from pipeline.settings.yaml import Place

# What pydantic wanted, by its name for the error; {…} is filled from the error's own context.
_WANTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "path_type": "a path",
    "tuple_type": "a list such as [a, b]",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "greater_than": "more than {gt:.10g}",
    "greater_than_equal": "at least {ge:.10g}",
    "less_than_equal": "at most {le:.10g}",
    "string_too_long": "at most {max_length} characters long",
    "literal_error": "{expected}",
}
_LONGEST = 40  # characters: a longer text in a setting may be anything
_LONG = re.compile(r"[\w-]{24,}|@")  # a token, or an address with a password


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: its path in the settings, whether the key is unknown, and what is wanted instead."""

    path: Place
    sentence: str
    unknown: bool = False


def faults(error: ValidationError, values: Any) -> list[Fault]:
    """Translate every error, one fault a path; `values` is what was checked.

    The branches of a union report apart ("at least 10", "'auto'"): they become one sentence.
    """
    by_path: dict[Place, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        by_path.setdefault(_place(detail, values), []).append(detail)
    return [
        Fault(path, _sentence(details), details[0]["type"] == "extra_forbidden")
        for path, details in by_path.items()
    ]


def _place(detail: ErrorDetails, values: Any) -> Place:
    """Cut from pydantic's location what is no key of ours: names of union branches, missing keys."""
    path: list[str | int] = []
    for step in detail["loc"]:
        if isinstance(values, Mapping) and step in values:
            values = values[str(step)]
        elif isinstance(values, list | tuple) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            break
        path.append(step)
    return tuple(path)


def _sentence(details: list[ErrorDetails]) -> str:
    first = details[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    if first["type"] == "missing":
        return "lacks " + " and ".join(f"'{detail['loc'][-1]}'" for detail in details)
    wanted = list(dict.fromkeys(_wanted(detail) for detail in details))
    quote = "; put it in quotes" if wanted == ["text"] and isinstance(first["input"], int | float) else ""
    return f"must be {' or '.join(wanted)}, not {shown(first['input'])}{quote}"


def _wanted(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] in {"too_short", "too_long"}:
        few = detail["type"] == "too_short"
        return (
            f"a list of {'at least' if few else 'at most'} {context['min_length' if few else 'max_length']}"
        )
    pattern = _WANTED.get(detail["type"])
    return pattern.format(**context) if pattern else detail["msg"]


def shown(value: Any) -> str:
    """Spell a value for a message: short, and nothing that could be a key."""
    hidden = isinstance(value, str) and (len(value) > _LONGEST or _LONG.search(value))
    return "this text" if hidden else quoted(value)
