"""The nearest known word: a typing mistake deserves an answer, not a list."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_CLOSE = 0.6  # difflib's own threshold: one or two letters off in a word of six


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known word that is most like `word`; "" when none is close."""
    by_fold = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=_CLOSE)
    return by_fold[close[0]] if close else ""


def keys_at(schema: Mapping[str, Any], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """List the keys that a JSON Schema knows at a path; empty where any key may stand."""
    here = _follow(schema, schema)
    for step in path:
        child = here.get("properties", {}).get(step) if isinstance(step, str) else here.get("items")
        here = _follow(schema, child if child is not None else here.get("additionalProperties"))
    return tuple(here.get("properties", {}))


def every_key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """List every dotted key of a JSON Schema, sections as well as their keys."""
    return tuple(_walk(schema, schema, ""))


def _walk(schema: Mapping[str, Any], node: Any, prefix: str) -> Iterator[str]:
    for name, child in _follow(schema, node).get("properties", {}).items():
        yield prefix + name
        yield from _walk(schema, child, f"{prefix}{name}.")


def _follow(schema: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    """Go through `$ref` to the definition it names."""
    while isinstance(node, Mapping) and "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node if isinstance(node, Mapping) else {}
