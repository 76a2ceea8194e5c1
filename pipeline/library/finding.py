"""Finding one song by what a person calls it: its id or the beginning of it, its title, its file."""

import difflib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from pipeline.brief import quoted
from pipeline.errors import InputError
from pipeline.library import names
from pipeline.library.cards import Card, folded
from pipeline.library.index import Index
from pipeline.library.query import Wanted
from pipeline.library.staging import SIDECAR

_FEWEST_LETTERS = 3  # of an id: what is shorter is taken for a word
_SHOWN = 5
_STEM = re.compile(r"\d{4}-\d{2}-\d{2}-[^/\\]+")
_FOLDER = re.compile(r"\d{4}/\d{2}")
_WORD = re.compile(r"[^\W_]+")  # as the index splits text: at everything that is no letter and no digit


def song(index: Index, called: str) -> Card:
    """Find the song that is called so: by id, by path or file name, by title, by words of the title.

    Raises InputError, with what is near, when there is none or more than one.
    """
    for found in (_by_id(index, called), _by_place(index, called), _by_title(index, called)):
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                f"{quoted(called)} may be any of {len(found)} songs" if len(found) <= _SHOWN
                else f"{quoted(called)} may be any of many songs",
                hint=f"say which one by its id: {_listed(found)}",
            )  # fmt: skip
    near = _near(index, called)
    hint = f"did you mean {_listed(near)}?" if near else "see songpipe library list"
    raise InputError(f"there is no song {quoted(called)} in {str(index.output)!r}", hint=hint)


def _listed(found: Sequence[Card]) -> str:
    more = ", …" if len(found) > _SHOWN else ""
    return ", ".join(f"{card.id} {quoted(card.title)}" for card in found[:_SHOWN]) + more


def _by_id(index: Index, called: str) -> Sequence[Card]:
    if len(called) < _FEWEST_LETTERS:
        return ()
    found = index.starting(called) or index.starting(called.lower())
    return [card for card in found if card.id == called] or found


def _by_place(index: Index, called: str) -> Sequence[Card]:
    found = (index.at(folder, f"{stem}{SIDECAR}") for folder, stem in places(index.output, called))
    return [card for card in found if card is not None][:1]


def places(output: Path, called: str) -> Iterator[tuple[str, str]]:
    """Give the folders and names of songs that a path may mean: of a sidecar, a file of the song, or a take."""
    path = PurePosixPath(Path(called).as_posix())
    if "/" not in called and _STEM.fullmatch(called):
        path = PurePosixPath(names.month(called)) / called
    home, file = Path(os.path.normpath(output)), Path(os.path.normpath(Path.cwd() / called))
    if file.is_relative_to(home):
        path = PurePosixPath(file.relative_to(home).as_posix())
    if path.parent.name.endswith(".takes"):
        path = path.parent
    if _FOLDER.fullmatch(str(path.parent)):
        name = path.name
        while name:
            yield str(path.parent), name
            name = name.rpartition(".")[0]


def _by_title(index: Index, called: str) -> Sequence[Card]:
    """Find by title: one that is called exactly so comes before those that have the words among others."""
    try:
        found = index.search(called, Wanted(limit=100))
    except InputError:
        return ()
    words = _words(called)
    exact = [card for card in found if _words(card.title) == words]
    return exact or [card for card in found if _has_words(card, words)]


def _words(text: str) -> list[str]:
    return _WORD.findall(folded(text))


def _has_words(card: Card, words: Sequence[str]) -> bool:
    title = _words(card.title)
    return all(any(each.startswith(word) for each in title) for word in words)


def _near(index: Index, called: str) -> Sequence[Card]:
    """Find songs with titles like that, for a typing mistake."""
    by_title = {" ".join(_words(card.title)): card for card in reversed(index.like(called))}
    near = difflib.get_close_matches(" ".join(_words(called)), by_title, n=3, cutoff=0.5)
    return [by_title[title] for title in near]
