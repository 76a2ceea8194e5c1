"""Layers of settings: each lies over the one before, and every value remembers where it came from."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.settings.yaml import Place, YamlFile

_STEP = re.compile(r'"([^"]+)"|([^."]+)')


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings from one place, the file or variable `name`; relative paths in them start at `folder`."""

    values: Mapping[str, Any]
    folder: Path
    name: str
    file: YamlFile | None = None

    def source(self, path: Place) -> str:
        """Say where the value at a path stands: `songpipe.yaml:12`, or the name of the variable or flag."""
        return f"{self.name}:{self.file.line(*path)}" if self.file else self.name


@dataclass(frozen=True, slots=True)
class Stack:
    """The layers as one: merged `values`, and the source of everything in them by path."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[Place, str] = field(default_factory=dict)

    def source(self, path: Place) -> str:
        """Give the source of a value, or of its nearest parent."""
        while path and path not in self.sources:
            path = path[:-1]
        return self.sources.get(path, "settings")


def stack(layers: Iterable[Layer]) -> Stack:
    """Lay each layer over the ones before it: sections merge, everything else replaces."""
    result = Stack()
    for layer in layers:
        _lay(result, result.values, layer.values, (), layer)
    return result


def _lay(result: Stack, under: dict[str, Any], over: Mapping[str, Any], path: Place, layer: Layer) -> None:
    for key, value in over.items():
        here = (*path, key)
        if isinstance(under.get(key), dict) and value is None:
            continue  # a section whose keys are all commented out says nothing
        result.sources[here] = layer.source(here)
        if isinstance(under.get(key), dict) and isinstance(value, Mapping):
            _lay(result, under[key], value, here, layer)
            continue
        for old in [place for place in result.sources if place[: len(here)] == here]:
            del result.sources[old]
        under[key] = copy.deepcopy(value)
        result.sources.update((place, layer.source(place)) for place in places(value, here))


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """List the path of a value and of everything in it."""
    yield path
    steps: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, Mapping):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, child in steps:
        yield from places(child, (*path, step))


def leaves(values: Mapping[str, Any], path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """List every value that is no section with keys, with its path."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def nested(path: Place, value: Any) -> dict[str, Any]:
    """Wrap a value in the sections of its path: `{"llm": {"models": value}}`."""
    for step in reversed(path):
        value = {step: value}
    return dict(value)


def dotted(path: Place) -> str:
    """Spell a path: `llm.models`; a step that holds a dot stands in quotes."""
    return ".".join(f'"{step}"' if "." in str(step) else str(step) for step in path)


def steps(key: str) -> tuple[str, ...]:
    """Read a dotted key; raises ValueError when it is none."""
    found = tuple(quoted or plain for quoted, plain in _STEP.findall(key))
    if not found or key not in {dotted(found), ".".join(found)}:
        raise ValueError(f"{key!r} is not a dotted key such as 'llm.models'")
    return found
