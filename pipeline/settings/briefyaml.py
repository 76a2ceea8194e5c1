"""Brief files in YAML: songs with any option of `write`, and matrices that make every combination."""

from collections.abc import Iterator, Mapping
from functools import partial
from math import prod
from typing import Any

from pipeline.brief import Brief
from pipeline.settings.faults import shown
from pipeline.settings.matrix import MOST_SONGS, Matrix, Option, refuse, tried
from pipeline.settings.nearest import nearest
from pipeline.settings.yaml import Place, YamlFile

OPTIONS = tuple(name for name in Brief.model_fields if name != "text")
LISTS = ("models", "blend")  # options that repeat on the command line: a single text is a list of one
_NEEDS = "a brief file needs 'songs:' with a list under it, or 'matrix:' with options"

_Axes = dict[str, tuple[Option, ...]]


def matrices(file: YamlFile, most_combinations: int) -> tuple[Matrix, ...]:
    """Read every song as the smallest matrix, then every matrix, the defaults merged in.

    Raises BriefError with `name:line:`.
    """
    if not isinstance(file.value, dict):
        refuse(file.name, 1, _NEEDS)
    _demand_known(file, file.value, (), ("defaults", "songs", "matrix"))
    entries = {**dict(_songs_given(file)), **dict(_matrices_given(file))}
    if not entries:
        refuse(file.name, 1, _NEEDS)
    _demand_few(file, entries, most_combinations)
    defaults = _defaults(file)
    return tried(file.name, (partial(_matrix, file, defaults, *entry) for entry in entries.items()))


def _songs_given(file: YamlFile) -> Iterator[tuple[Place, Any]]:
    if "songs" not in file.value:
        return
    songs = file.value["songs"]
    if not isinstance(songs, list) or not songs:
        refuse(file.name, file.line("songs"), "'songs' must be a list with at least one song")
    for number, song in enumerate(songs):
        yield ("songs", number), song


def _matrices_given(file: YamlFile) -> Iterator[tuple[Place, Any]]:
    """Give the one matrix of a file, or each of a list of them."""
    if "matrix" not in file.value:
        return
    given = file.value["matrix"]
    if not isinstance(given, list):
        yield ("matrix",), given
        return
    if not given:
        refuse(file.name, file.line("matrix"), "'matrix' must be keys with values, or a list of such")
    for number, matrix in enumerate(given):
        yield ("matrix", number), matrix


def _demand_few(file: YamlFile, entries: Mapping[Place, Any], most_combinations: int) -> None:
    """Count the songs before one is made."""
    songs = combinations = 0
    for place, given in entries.items():
        if place[0] == "songs":
            songs += 1
            continue
        axes = given.values() if isinstance(given, dict) else ()
        combinations += prod(len(values) for values in axes if isinstance(values, list))
        if combinations > most_combinations:
            what = f"every combination would be {_rounded(combinations)} songs; {most_combinations:,} may be made"
            refuse(file.name, file.line(*place), what, _way_out(combinations))
    if songs + combinations > MOST_SONGS:
        refuse(file.name, 1, f"more than {MOST_SONGS:,} songs", "split it into several files")


def _rounded(count: int) -> str:
    return f"{count:,}" if count < 10**12 else f"about 10^{len(str(count)) - 1}"


def _way_out(count: int) -> str:
    less = "take values out of the matrix"
    return f"{less}, or say --set engine.most_combinations={count}" if count <= MOST_SONGS else less


def _defaults(file: YamlFile) -> _Axes:
    given = file.value.get("defaults")
    if given is None:
        return {}
    if not isinstance(given, dict):
        what = f"'defaults' must be keys with values, not {shown(given)}"
        refuse(file.name, file.line("defaults"), what)
    return _axes(file, given, ("defaults",))


def _matrix(file: YamlFile, defaults: _Axes, place: Place, given: Any) -> Matrix:
    kind = "song" if place[0] == "songs" else "matrix"
    if kind == "song" and isinstance(given, str):
        given = {"brief": given}
    if not isinstance(given, dict):
        quotes = "; put it in quotes" if isinstance(given, int | float) else ""
        what = "a line of text or keys with values" if kind == "song" else "keys with values"
        refuse(file.name, file.line(*place), f"a {kind} must be {what}, not {shown(given)}{quotes}")
    if "brief" not in given:
        what = f"this {kind} has no 'brief': the line that says what it is about"
        refuse(file.name, file.line(*place), what)
    own = _axes(file, given, place, "brief")
    return Matrix({**own, **{name: value for name, value in defaults.items() if name not in own}})


def _axes(file: YamlFile, given: Mapping[str, Any], place: Place, *more: str) -> _Axes:
    """Read the options that stand at a place; `more` names keys that may stand there beside them."""
    spelled = {_spelled(key): key for key in given}
    if len(spelled) < len(given):
        refuse(file.name, file.line(*place), "the same option stands here in two spellings")
    _demand_known(file, spelled, place, (*more, *OPTIONS))
    return {
        "text" if name == "brief" else name: _values(file, name, given[key], (*place, key))
        for name, key in spelled.items()
    }


def _values(file: YamlFile, name: str, value: Any, place: Place) -> tuple[Option, ...]:
    """Give each value of a list in a matrix; anywhere else a list is one value."""
    if place[0] != "matrix" or not isinstance(value, list):
        return (Option(_listed(name, value), file.line(*place)),)
    if not value:
        refuse(file.name, file.line(*place), f"'{place[-1]}' has no values; write one, or leave it out")
    return tuple(Option(_listed(name, one), file.line(*place, number)) for number, one in enumerate(value))


def _spelled(key: str) -> str:
    """Take the command line's spellings too: `time-signature`, and `model` for a single one."""
    name = key.replace("-", "_")
    return "models" if name == "model" else name


def _listed(name: str, value: Any) -> Any:
    if name not in LISTS:
        return value
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _demand_known(file: YamlFile, given: Mapping[str, Any], place: Place, known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            close = nearest(key, known)
            near = f"the nearest is {close!r}" if close else f"known here: {', '.join(known)}"
            refuse(file.name, file.line(*place, key), f"unknown key {key[:80]!r}; {near}")
