"""The themes of the song of the day: YAML in, checked `Theme` values out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.brief import quoted
from pipeline.errors import SettingsError
from pipeline.settings import profiles, yaml
from pipeline.settings.nearest import nearest
from pipeline.settings.yaml import Place, YamlFile
from pipeline.theme import Theme

_ENDINGS = (".yaml", ".yml")
_LIKE = "write lines such as '- a diver in the sunken church', or compare it with configs/themes.yaml"


def _words(text: str) -> str:
    folded = " ".join(text.split())
    if not folded:
        raise ValueError("an empty text says nothing; remove it")
    return folded


def _several(value: Any) -> Any:
    """Take a single name for a list of one, as briefs do."""
    return (value,) if isinstance(value, str) else value


# Theme and mood are the brief of a song, which is a line, not a page.
Words = Annotated[str, Field(max_length=400), AfterValidator(_words)]
Mood = Annotated[str, Field(max_length=100), AfterValidator(_words)]
Name = Annotated[str, Field(max_length=60), AfterValidator(_words)]


class _Theme(BaseModel):
    """The shape of a theme that is more than its line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    theme: Words
    blend: Annotated[tuple[Name, ...], Field(max_length=5), BeforeValidator(_several)] = ()
    mood: Mood | None = None


def load_themes(name_or_path: str, folders: Sequence[Path], source: str = "") -> tuple[Theme, ...]:
    """Load themes by name from the first of the folders that has them, or from the path of a YAML file.

    Raises SettingsError with `file:line:` for a file that holds no themes, and for a name that is in no folder
    with the nearest one and the `source` of the setting.
    """
    if name_or_path.endswith(_ENDINGS):
        return read_themes(Path(name_or_path).expanduser())
    files = {file.stem: file for folder in reversed(folders) for file in _files(folder)}
    if name_or_path not in files:
        what = f"no themes are called {quoted(name_or_path)}"
        close = nearest(name_or_path, files)
        meant = f"did you mean {close!r}? " if close else ""
        hint = f"{meant}there are: {', '.join(sorted(files)) or 'none'}; or name a .yaml file"
        raise SettingsError(f"{source}: {what}" if source else what, hint=hint)
    return read_themes(files[name_or_path])


def read_themes(path: Path) -> tuple[Theme, ...]:
    """Read a theme file: a list of lines or of mappings, bare or under `themes:`. Raises SettingsError."""
    file = yaml.read(path)
    items, place = _items(file)
    themes: list[Theme] = []
    lines: dict[str, int] = {}
    for index, item in enumerate(items):
        theme = _theme(file, (*place, index), item)
        if (same := theme.text.casefold()) in lines:
            what = f"{quoted(theme.text)} is here twice, first on line {lines[same]}"
            _refuse(file, (*place, index), what, "remove one: a theme counts as used by its words")
        lines[same] = file.line(*place, index)
        themes.append(theme)
    return tuple(themes)


def _files(folder: Path) -> list[Path]:
    """List the files of a folder that may be meant: not the profiles, which lie there too."""
    found = (path for ending in _ENDINGS for path in folder.glob(f"*{ending}"))
    return [path for path in found if path.stem not in profiles.names()]


def _items(file: YamlFile) -> tuple[list[Any], Place]:
    """Find the list of themes and its place in the file."""
    value: Any = file.value
    place: Place = ()
    if isinstance(value, dict):
        for key in value:
            if key != "themes":
                _refuse_key(file, (key,), ("themes",))
        value, place = value.get("themes"), ("themes",)
    if not isinstance(value, list):
        _refuse(file, place, "a list of themes belongs here", _LIKE)
    if not value:
        _refuse(file, place, "there is no theme here", _LIKE)
    return value, place


def _theme(file: YamlFile, place: Place, item: Any) -> Theme:
    try:
        shape = _Theme.model_validate({"theme": item} if isinstance(item, str) else item)
    except ValidationError as error:
        _refuse_shape(file, place, error)
    return Theme(shape.theme, shape.blend, shape.mood or "")


def _refuse_shape(file: YamlFile, place: Place, error: ValidationError) -> NoReturn:
    # An unknown key first: when a key is misspelt, another one is missing for that reason.
    first = min(error.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
    inside: Place = first["loc"]
    if first["type"] == "extra_forbidden":
        _refuse_key(file, (*place, *inside), tuple(_Theme.model_fields), error)
    what = "a line of text or keys with values belong here" if first["type"] == "model_type" else first["msg"]
    where = ".".join(map(str, inside))
    _refuse(file, (*place, *inside), f"{where}: {what}" if where else what, _LIKE, error)


def _refuse_key(
    file: YamlFile, place: Place, known: Sequence[str], cause: Exception | None = None
) -> NoReturn:
    key = str(place[-1])
    close = nearest(key, known)
    meant = f"did you mean {close!r}? " if close else ""
    _refuse(file, place, f"unknown key {quoted(key)}", f"{meant}known here: {', '.join(known)}", cause)


def _refuse(file: YamlFile, place: Place, what: str, hint: str, cause: Exception | None = None) -> NoReturn:
    raise SettingsError(f"{file.name}:{file.line(*place)}: {what}", hint=hint) from cause
