"""Settings from every place that may hold them, in order, checked, each value with its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.settings import keys, origins, packaged, profiles
from pipeline.settings.addresses import without_password
from pipeline.settings.faults import faults
from pipeline.settings.keys import WRITER_VARIABLES, Keys
from pipeline.settings.layers import Stack, dotted, leaves, stack
from pipeline.settings.model import Settings
from pipeline.settings.refusal import refusal

Assignment = origins.Assignment


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
    file, layers = origins.layers(environ, home, cwd, config, assignments, output)
    settings = check(merged := stack(layers))
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
