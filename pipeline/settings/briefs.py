"""Brief files: many songs in one YAML file, each a line of text or a mapping with any option of `write`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from pipeline.brief import Brief, first_fault
from pipeline.errors import BriefError
from pipeline.settings import yaml
from pipeline.settings.faults import shown
from pipeline.settings.nearest import nearest
from pipeline.settings.yaml import Place, YamlFile

OPTIONS = tuple(name for name in Brief.model_fields if name != "text")
_LISTS = ("models", "blend")  # options that repeat on the command line: a single text is a list of one
_HINT = "`songpipe schema briefs` describes brief files"


@dataclass(frozen=True, slots=True)
class _Option:
    """A value and the line where it stands: that of the song, or of the defaults."""

    value: Any
    line: int


def read(path: Path) -> tuple[Brief, ...]:
    """Read a brief file. Raises SettingsError for what is no YAML, BriefError with the line for the rest."""
    return to_briefs(yaml.read(path))


def to_briefs(file: YamlFile) -> tuple[Brief, ...]:
    """Make a brief of every song, the defaults merged in. Raises BriefError with file and line."""
    if not isinstance(file.value, dict):
        _refuse(file, 1, "a brief file needs 'songs:' with a list under it")
    _demand_known(file, file.value, (), ("defaults", "songs"))
    defaults = _options(file, file.value.get("defaults"), ("defaults",))
    songs = file.value.get("songs")
    if not isinstance(songs, list) or not songs:
        _refuse(file, file.line("songs"), "'songs' must be a list with at least one song")
    return tuple(_brief(file, defaults, song, number) for number, song in enumerate(songs))


def _brief(file: YamlFile, defaults: Mapping[str, _Option], song: Any, number: int) -> Brief:
    place: Place = ("songs", number)
    if isinstance(song, str):
        song = {"brief": song}
    if not isinstance(song, dict):
        what = f"a song must be a line of text or keys with values, not {shown(song)}"
        _refuse(
            file, file.line(*place), what + ("; put it in quotes" if isinstance(song, int | float) else "")
        )
    if "brief" not in song:
        _refuse(file, file.line(*place), "this song has no 'brief': the line that says what it is about")
    own = {name: value for name, value in song.items() if name != "brief"}
    text = _Option(song["brief"], file.line(*place, "brief"))
    return _checked(file, {**defaults, **_options(file, own, place, "brief"), "text": text})


def _checked(file: YamlFile, given: Mapping[str, _Option]) -> Brief:
    """Check a song's options; one that is null is left to the settings, whatever the defaults say."""
    values = {
        name: option.value for name, option in given.items() if option.value is not None or name == "text"
    }
    try:
        return Brief.model_validate(values, strict=True)
    except ValidationError as error:
        fault = first_fault(error)
        name = "brief" if fault.field == "text" else fault.field
        _refuse(file, given[fault.field].line, fault.told(name))


def _options(file: YamlFile, given: Any, place: Place, *more: str) -> dict[str, _Option]:
    """Read the options of a song or of the defaults; `more` names keys that may stand there beside them."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        _refuse(file, file.line(*place), f"'{place[-1]}' must be keys with values, not {shown(given)}")
    spelled = {_spelled(key): key for key in given}
    if len(spelled) < len(given):
        _refuse(file, file.line(*place), "the same option stands here in two spellings")
    _demand_known(file, spelled, place, (*more, *OPTIONS))
    return {name: _Option(_listed(name, given[key]), file.line(*place, key)) for name, key in spelled.items()}


def _spelled(key: str) -> str:
    """Take the command line's spellings too: `time-signature`, and `model` for a single one."""
    name = key.replace("-", "_")
    return "models" if name == "model" else name


def _listed(name: str, value: Any) -> Any:
    if name not in _LISTS:
        return value
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _demand_known(file: YamlFile, given: Mapping[str, Any], place: Place, known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            close = nearest(key, known)
            near = f"the nearest is {close!r}" if close else f"known here: {', '.join(known)}"
            _refuse(file, file.line(*place, key), f"unknown key {key[:80]!r}; {near}")


def _refuse(file: YamlFile, line: int, what: str) -> NoReturn:
    raise BriefError(f"{file.name}:{line}: {what}", hint=_HINT)
