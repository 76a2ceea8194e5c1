"""Settings from every place that may hold them, in order, checked, each value with its source."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.errors import SettingsError
from pipeline.settings import keys, packaged, profiles, variables
from pipeline.settings.addresses import without_password
from pipeline.settings.faults import faults
from pipeline.settings.keys import WRITER_VARIABLES, Keys
from pipeline.settings.layers import Layer, Stack, dotted, leaves, nested, stack, steps
from pipeline.settings.model import Settings
from pipeline.settings.refusal import refusal
from pipeline.settings.yaml import parse, read

_PATHS = (("", "output"), ("", "prompts"), ("", "taste"), ("daily", "themes"))
_NAMES = ("taste", "themes")  # without a slash these are names, not paths

# `KEY=VALUE` of --set; a flag that stands for a setting says its own name first: ("--max-cost", "llm.max_cost=1").
Assignment = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings of this run: `sources` by dotted key, the user's own file, and where his folders may lie.

    `workspaces` are the folders whose `prompts/` and `configs/` go before the packaged ones, nearest first.
    """

    settings: Settings
    sources: Mapping[str, str]
    keys: Keys
    file: Path | None
    workspaces: tuple[Path, ...]

    @property
    def secret_variables(self) -> tuple[str, ...]:
        """Name the environment variables that a run with these settings may need, never their values."""
        others = self.settings.key_variables
        database = ("SONGPIPE_DATABASE_URL",) if self.settings.engine.database_url is not None else ()
        writer = self.keys.writer_variable or WRITER_VARIABLES[1]
        return tuple(dict.fromkeys((writer, *others, *self.settings.daily.secrets, *database)))


def load(
    *,
    environ: Mapping[str, str],
    home: Path,
    cwd: Path,
    config: str | None = None,
    assignments: Sequence[Assignment] = (),
    output: str | None = None,
) -> Loaded:
    """Read the settings: packaged < file < environment < flags (`--set KEY=VALUE` and others, `--output DIR`).

    Raises SettingsError with the file and line, the variable or the flag that is wrong.
    """
    file = profiles.chosen(config, environ, home, cwd)
    merged = stack(
        _absolute(_one_band(layer), home)
        for layer in [
            _packaged_layer(cwd),
            *([_file_layer(file, cwd)] if file else []),
            *variables.layers(environ, cwd),
            *(_assignment(text, cwd) for text in assignments),
            *([Layer({"output": output}, cwd, "--output")] if output is not None else []),
        ]
    )
    settings = check(merged)
    return Loaded(
        settings,
        {dotted(path): source for path, source in merged.sources.items()},
        keys.read(
            environ,
            [*settings.key_variables, settings.daily.healthcheck_env],
            [settings.daily.notify_env],
        ),
        file,
        _workspaces(file, cwd),
    )


def check(merged: Stack) -> Settings:
    """Check merged layers. Raises SettingsError for the first fault, which counts the others."""
    try:
        return Settings.model_validate(merged.values)
    except ValidationError as error:
        refused = refusal(faults(error, merged.values), merged, Settings.model_json_schema())
    raise refused  # outside the handler: pydantic's own error holds the values, and one may be a key


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


def _workspaces(file: Path | None, cwd: Path) -> tuple[Path, ...]:
    """With a profile (`--config configs/local.yaml`), the folders of the workspace around it still count."""
    here = [cwd] if (cwd / profiles.FILE_NAME).exists() else []
    beside = [file.parent] if file and file.parent != packaged.folder("configs") else []
    return tuple(dict.fromkeys([*beside, *here]))


class Row(NamedTuple):
    """A line of `songpipe config`."""

    key: str
    value: Any
    source: str


def effective(loaded: Loaded) -> list[Row]:
    """List every setting with its value (as JSON has it) and source; of keys, only whether they are set."""
    values = loaded.settings.model_dump(mode="json")
    if loaded.settings.engine.database_url is not None:
        values["engine"]["database_url"] = without_password(loaded.settings.engine.database_url)
    rows = [Row(dotted(path), value, loaded.sources[dotted(path)]) for path, value in leaves(values)]
    variable = loaded.keys.writer_variable
    rows.append(_key_row("writer's key", bool(variable), variable or WRITER_VARIABLES[1]))
    names = dict.fromkeys(server.key_env for server in loaded.settings.acestep.band)
    rows += [_key_row("music server's key", bool(loaded.keys.of(name)), name) for name in names]
    daily = loaded.settings.daily
    rows.append(_key_row("notification addresses", bool(loaded.keys.of(daily.notify_env)), daily.notify_env))
    checked = bool(loaded.keys.of(daily.healthcheck_env))
    return [*rows, _key_row("healthcheck address", checked, daily.healthcheck_env)]


def _key_row(key: str, is_set: bool, variable: str) -> Row:
    return Row(key, "set" if is_set else "not set", variable)
