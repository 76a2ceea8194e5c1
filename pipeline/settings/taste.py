"""The taste files of `configs/taste/`: YAML in, one checked `Taste` out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.brief import quoted
from pipeline.errors import SettingsError
from pipeline.settings import yaml
from pipeline.settings.nearest import keys_at, nearest
from pipeline.settings.yaml import Place, YamlFile
from pipeline.writing.taste import Artist, Blend, Principle, Taste, same_name

_ENDINGS = (".yaml", ".yml")


def _words(text: str) -> str:
    """Fold a text into one line: a line break could end the list that the text stands in."""
    folded = " ".join(text.split())
    if not folded:
        raise ValueError("an empty text says nothing; remove it")
    return folded


def _name(text: str) -> str:
    if not same_name(text):
        raise ValueError("a name needs a letter or a digit")
    return _words(text)


# Everything but the names stands in every prompt, and every song pays for it: hence the lengths.
Words = Annotated[str, Field(max_length=400), AfterValidator(_words)]
Name = Annotated[str, Field(max_length=60), AfterValidator(_name)]
Lines = Annotated[tuple[Words, ...], Field(max_length=40)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Artist(_Part):
    name: Name
    aliases: tuple[Name, ...] = ()
    dna: Words


class _Blend(_Part):
    artists: Annotated[tuple[Name, ...], Field(min_length=2)]
    sound: Words


class _Principle(_Part):
    seek: Words
    avoid: Words | None = None


class _Descriptors(_Part):
    mood: Lines = ()
    texture: Lines = ()
    instruments: Lines = ()
    vocals: Lines = ()
    production: Lines = ()


class _Taste(_Part):
    """The shape of a taste file."""

    artists: Annotated[tuple[_Artist, ...], Field(min_length=1, max_length=40)]
    blends: Annotated[tuple[_Blend, ...], Field(max_length=40)] = ()
    openings: Annotated[Lines, Field(min_length=1)]
    structures: Lines = ()
    principles: Annotated[tuple[_Principle, ...], Field(max_length=40)] = ()
    descriptors: _Descriptors = _Descriptors()


def load_taste(name_or_path: str, folders: Sequence[Path], source: str = "") -> Taste:
    """Load a taste by name from the first of the folders that has it, or from the path of a YAML file.

    Raises SettingsError with `file:line:` for a file that is no taste, and for a name that is in no folder
    with the nearest one and the `source` of the setting.
    """
    if name_or_path.endswith(_ENDINGS):
        return read_taste(Path(name_or_path).expanduser())
    files = {file.stem: file for folder in reversed(folders) for file in _files(folder)}
    if name_or_path not in files:
        called, close = quoted(name_or_path), nearest(name_or_path, files)
        meant = f"did you mean {close!r}? " if close else ""
        raise SettingsError(
            f"{source}: no taste is called {called}" if source else f"no taste is called {called}",
            hint=f"{meant}there are: {', '.join(sorted(files)) or 'none'}; or name a .yaml file",
        )
    return read_taste(files[name_or_path])


def read_taste(path: Path) -> Taste:
    """Read a taste file. Raises SettingsError with `file:line:` and, for an unknown key, the nearest one."""
    file = yaml.read(path)
    try:
        shape = _Taste.model_validate(file.value)
    except ValidationError as error:
        _refuse_shape(file, error)
    _check_names(file, shape)
    _check_silence(file, shape)
    return _taste(path.stem, shape)


def _files(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):  # a user need not have one
        return []
    except OSError as error:
        raise SettingsError(
            f"{folder}: cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
    return [file for file in entries if file.suffix in _ENDINGS and not file.name.startswith(".")]


def _taste(name: str, shape: _Taste) -> Taste:
    canonical = {same_name(artist.name): artist.name for artist in shape.artists}
    return Taste(
        name=name,
        artists=tuple(
            Artist(artist.name, tuple(part.strip() for part in artist.dna.split(",")), artist.aliases)
            for artist in shape.artists
        ),
        blends=tuple(
            Blend(tuple(canonical[same_name(name)] for name in blend.artists), blend.sound)
            for blend in shape.blends
        ),
        openings=shape.openings,
        structures=shape.structures,
        principles=tuple(Principle(wanted.seek, wanted.avoid or "") for wanted in shape.principles),
        descriptors=tuple((facet, words) for facet, words in shape.descriptors if words),
    )


def _refuse_shape(file: YamlFile, error: ValidationError) -> NoReturn:
    # An unknown key first: when a key is misspelt, another one is missing for that reason.
    first = min(error.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
    place: Place = first["loc"]
    if first["type"] != "extra_forbidden":
        where = ".".join(map(str, place)) or "a taste file"
        what = "keys with values belong here" if first["type"] == "model_type" else first["msg"]
        _refuse(file, place, f"{where}: {what}", "compare it with configs/taste/default.yaml", error)
    known = keys_at(_Taste.model_json_schema(), place[:-1])
    close = nearest(str(place[-1]), known)
    meant = f"did you mean {close!r}? " if close else ""
    _refuse(file, place, f"unknown key {place[-1]!r}", f"{meant}known here: {', '.join(known)}", error)


def _check_names(file: YamlFile, shape: _Taste) -> None:
    """See that every name means one influence, and that the blends name known ones."""
    owner: dict[str, int] = {}
    for index, artist in enumerate(shape.artists):
        for name in (artist.name, *artist.aliases):
            if owner.setdefault(same_name(name), index) != index:
                _refuse(file, ("artists", index), f"{name!r} already names another influence", "rename one")
    names = [artist.name for artist in shape.artists]
    for index, blend in enumerate(shape.blends):
        for name in blend.artists:
            if same_name(name) not in map(same_name, names):
                close = nearest(name, names)
                hint = f"did you mean {close!r}?" if close else f"there are: {', '.join(names)}"
                _refuse(file, ("blends", index, "artists"), f"{name!r} is not among the artists", hint)


def _check_silence(file: YamlFile, shape: _Taste) -> None:
    """See that no influence is named in a text that a model reads."""
    spellings = {name for artist in shape.artists for name in (artist.name, *artist.aliases)}
    spoken = {f" {_spaced(name)} ": name for name in spellings}
    for place, text in _texts(shape.model_dump(), ()):
        said = f" {_spaced(text)} "
        for sound, name in spoken.items():
            if sound in said:
                what = f"{'.'.join(map(str, place))} names {name!r}, which no model may read"
                _refuse(file, place, what, "describe how it sounds instead, or rename the influence")


def _spaced(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Give every text of a taste that goes to a model, with its place; the names are not among them."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, child in value.items():
            if key not in {"name", "aliases"} and not (place[:1] == ("blends",) and key == "artists"):
                yield from _texts(child, (*place, key))
    elif isinstance(value, tuple):
        for index, child in enumerate(value):
            yield from _texts(child, (*place, index))


def _refuse(file: YamlFile, place: Place, what: str, hint: str, cause: Exception | None = None) -> NoReturn:
    raise SettingsError(f"{file.name}:{file.line(*place)}: {what}", hint=hint) from cause
