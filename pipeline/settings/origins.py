"""The origins of settings: every place that may hold some, read in order and laid over each other, unchecked.

It loads nothing that only the check needs: who merely looks at songs asks for their folder, at once.
"""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.settings import packaged, profiles, variables
from pipeline.settings.layers import Layer, nested, stack, steps
from pipeline.settings.yaml import parse, read

_PATHS = (("", "output"), ("", "prompts"), ("", "taste"), ("daily", "themes"))
_NAMES = ("taste", "themes")  # without a slash these are names, not paths

# `KEY=VALUE` of --set; a flag that stands for a setting says its own name first: ("--max-cost", "llm.max_cost=1").
Assignment = str | tuple[str, str]


def layers(
    environ: Mapping[str, str],
    home: Path,
    cwd: Path,
    config: str | None = None,
    assignments: Sequence[Assignment] = (),
    output: str | None = None,
) -> tuple[Path | None, Sequence[Layer]]:
    """Give the user's own file, if there is one, and packaged < file < environment < flags.

    Raises SettingsError for what cannot be read.
    """
    file = profiles.chosen(config, environ, home, cwd)
    found = [
        _packaged_layer(cwd),
        *([_file_layer(file, cwd)] if file else []),
        *variables.layers(environ, cwd),
        *(_assignment(text, cwd) for text in assignments),
        *([Layer({"output": output}, cwd, "--output")] if output is not None else []),
    ]
    return file, [_absolute(_one_band(layer), home) for layer in found]


def output_of(found: Sequence[Layer]) -> Path | None:
    """Give the folder of the songs by these layers, the packaged one first, whatever else they hold.

    None when it is no plain path, or a word is nowhere in the packaged settings and may be meant for it: then all
    must be checked, which says what is wrong.
    """
    merged = stack(found).values
    folder = merged.get("output")
    is_plain = isinstance(folder, str) and folder.isprintable() and Path(folder).is_absolute()
    return Path(str(folder)) if is_plain and merged.keys() == found[0].values.keys() else None


def _packaged_layer(cwd: Path) -> Layer:
    file = read(packaged.folder("configs") / "default.yaml")
    return Layer(file.value, cwd, "configs/default.yaml", file)


def _file_layer(path: Path, cwd: Path) -> Layer:
    ours = path.parent == packaged.folder("configs")
    name = f"configs/{path.name}" if ours else _short(path, cwd)
    file = read(path, name)
    if file.value is not None and not isinstance(file.value, dict):
        raise SettingsError(
            f"{name}:{file.line()}: the settings must be keys with values",
            hint="start with a section such as 'llm:'; `songpipe init` writes an example",
        )
    return Layer(file.value or {}, cwd if ours else path.parent, name, file)


def _short(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd) if path.is_relative_to(cwd) else path)


def _assignment(given: Assignment, cwd: Path) -> Layer:
    flag, text = ("--set", given) if isinstance(given, str) else given
    key, equals, value = text.partition("=")
    try:
        path = steps(key.strip())
    except ValueError as error:
        raise SettingsError(f"{flag}: {error}", hint="write --set llm.max_tokens=8000") from error
    if not equals:
        raise SettingsError(f"{flag} {key}: there is no '=' and no value", hint=f"write {flag} {key}=VALUE")
    return Layer(nested(path, parse(value, f"{flag} {key}").value), cwd, flag)


def _one_band(layer: Layer) -> Layer:
    """Let `urls` replace the `servers` of the layers before, and the other way round: they say the same."""
    section = layer.values.get("acestep")
    if not isinstance(section, dict) or ("urls" in section) == ("servers" in section):
        return layer
    other = "servers" if "urls" in section else "urls"
    values = {**layer.values, "acestep": {**section, other: []}}
    return Layer(values, layer.folder, layer.name, layer.file)


def _absolute(layer: Layer, home: Path) -> Layer:
    """Start relative paths at the folder of the file they stand in; some without a slash are names."""
    values: dict[str, Any] = copy.deepcopy(dict(layer.values))
    for section, key in _PATHS:
        inside = values.get(section) if section else values
        text = inside.get(key) if isinstance(inside, dict) else None
        if (
            isinstance(inside, dict)
            and isinstance(text, str)
            and text
            and (key not in _NAMES or _is_path(text))
        ):
            inside[key] = str(profiles.absolute(text, layer.folder, home))
    return Layer(values, layer.folder, layer.name, layer.file)


def _is_path(text: str) -> bool:
    return "/" in text or "\\" in text or text.endswith((".yaml", ".yml"))
