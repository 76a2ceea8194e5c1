"""The word lists of `configs/words/`: YAML in, one `Lexicon` for the rules out."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

from pipeline.errors import SettingsError
from pipeline.settings import yaml
from pipeline.settings.nearest import nearest
from pipeline.settings.yaml import YamlFile
from pipeline.writing.lexicon import Lexicon, Phrases, Scoped, words

_BY_SENSE, _BY_GENRE = "senses", "scoped"
_LISTS = tuple(field.name for field in fields(Lexicon) if field.name not in {_BY_SENSE, _BY_GENRE})


def load_lexicon(folders: Sequence[Path]) -> Lexicon:
    """Read the word lists; a file in an earlier folder stands for its namesake in the later ones.

    Lists of the same name in different files add up. Raises SettingsError with `name:line:` for an unknown
    list or an entry that is no text.
    """
    lists: dict[str, tuple[str, ...]] = {}
    senses: dict[str, tuple[str, ...]] = {}
    scoped: list[Scoped] = []
    paths = {path.name: path for folder in reversed(folders) for path in folder.glob("*.yaml")}
    for _, path in sorted(paths.items()):
        file = yaml.read(path)
        for name in _names(file):
            if name == _BY_SENSE:
                senses |= {sense: senses.get(sense, ()) + entries for sense, entries in _senses(file)}
            elif name == _BY_GENRE:
                scoped.extend(_scoped(file))
            else:
                lists[name] = lists.get(name, ()) + _entries(file, name)
    by_sense = tuple((sense, Phrases(entries)) for sense, entries in senses.items())
    phrases = {name: Phrases(entries) for name, entries in lists.items()}
    return Lexicon(scoped=tuple(scoped), senses=by_sense, **phrases)


def _names(file: YamlFile) -> Iterator[str]:
    if not isinstance(file.value, dict):
        _refuse(
            file,
            "is not a mapping of word lists",
            "write the name of a list, a colon, and the words under it",
        )
    known = (*_LISTS, _BY_SENSE, _BY_GENRE)
    for name in file.value:
        if name not in known:
            close = nearest(name, known)
            _refuse(
                file,
                f"unknown list {name!r}",
                f"did you mean {close!r}?" if close else f"known: {', '.join(known)}",
                name,
            )
        yield name


def _senses(file: YamlFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    groups = file.value[_BY_SENSE]
    if not isinstance(groups, dict):
        _refuse(
            file,
            "the senses are not a mapping",
            "write each sense with its words: 'taste: [salt, rust]'",
            _BY_SENSE,
        )
    for sense in groups:
        yield sense, _entries(file, _BY_SENSE, sense)


def _scoped(file: YamlFile) -> Iterator[Scoped]:
    groups = file.value[_BY_GENRE]
    hint = "write groups like '- {genres: [synthwave], words: [neon]}'"
    if not isinstance(groups, list):
        _refuse(file, "the scoped words are not a list of groups", hint, _BY_GENRE)
    for index, group in enumerate(groups):
        if not isinstance(group, dict) or set(group) != {"genres", "words"}:
            _refuse(file, "a scoped group has genres and words, nothing else", hint, _BY_GENRE, index)
        genres = _entries(file, _BY_GENRE, index, "genres")
        yield Scoped(Phrases(genres), Phrases(_entries(file, _BY_GENRE, index, "words")))


def _entries(file: YamlFile, *path: str | int) -> tuple[str, ...]:
    """Give the texts of a list; a word with nothing to compare in it would never be found, so it is "
    "refused."""
    value = file.value
    for step in path:
        value = value[step]
    if not isinstance(value, list):
        _refuse(
            file,
            f"{path[-1]!r} is not a list of words",
            "write one word or phrase a line, each after '- '",
            *path,
        )
    for index, entry in enumerate(value):
        if not isinstance(entry, str) or not words(entry):
            _refuse(file, f"{entry!r} is not a word", "write words; put numbers into quotes", *path, index)
    return tuple(value)


def _refuse(file: YamlFile, what: str, hint: str, *path: str | int) -> NoReturn:
    raise SettingsError(f"{file.name}:{file.line(*path)}: {what}", hint=hint)
