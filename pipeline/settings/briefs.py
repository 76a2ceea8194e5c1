"""Brief files: many songs in one file, in YAML or a line each, all of them checked before the first is made."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.brief import Brief, identity
from pipeline.settings import brieflines, briefyaml, yaml
from pipeline.settings.matrix import Matrix
from pipeline.settings.textfile import read_text
from pipeline.settings.yaml import YamlFile

LARGEST = 4_000_000  # bytes: ten thousand songs with all their options fit


@dataclass(frozen=True, slots=True)
class Numbered:
    """A song and its place, `file:line`; `repeats` is the first place with the same content, "" if this is it."""

    place: str
    brief: Brief
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class Briefs:
    """The songs of a file. Every pass over them makes them anew, one at a time, so many take little memory."""

    name: str
    matrices: tuple[Matrix, ...]

    def __len__(self) -> int:
        return sum(matrix.count for matrix in self.matrices)

    def __iter__(self) -> Iterator[tuple[int, Brief]]:
        """Give every brief with the line of its text."""
        for matrix in self.matrices:
            yield from matrix.songs(self.name)


def read(path: Path, most_combinations: int) -> Briefs:
    """Read and check a brief file: YAML when its name ends in .yaml or .yml, else a line a brief.

    Raises SettingsError for what cannot be read or is no YAML, BriefError with the line for the rest.
    """
    if path.suffix.lower() in {".yaml", ".yml"}:
        return from_yaml(yaml.read(path, largest=LARGEST), most_combinations)
    return from_text(read_text(path, str(path), LARGEST), str(path))


def from_yaml(file: YamlFile, most_combinations: int) -> Briefs:
    """Check the songs and the matrix of a YAML file. Raises BriefError with `name:line:`."""
    return Briefs(file.name, briefyaml.matrices(file, most_combinations))


def from_text(text: str, name: str) -> Briefs:
    """Check a text with a line a brief. Raises BriefError with `name:line:`."""
    return Briefs(name, brieflines.matrices(text, name))


def in_order(files: Iterable[Briefs]) -> Iterator[Numbered]:
    """Give the songs of all files, each with its place and with the place that said the same before it."""
    first: dict[bytes, str] = {}
    for file in files:
        for line, brief in file:
            place = f"{file.name}:{line}"
            content = hashlib.blake2b(identity(brief).encode(), digest_size=16).digest()
            yield Numbered(place, brief, first.get(content, ""))
            first.setdefault(content, place)
