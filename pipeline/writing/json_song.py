"""A song that came as JSON: its fields are written out as the lines of a draft, each with its number."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.writing import fields
from pipeline.writing.envelope import VERBATIM
from pipeline.writing.fields import Field
from pipeline.writing.repairs import Repairs

Lines = list[tuple[int, str]]

_OBJECT = re.compile(rf'{VERBATIM}|(\{{\s*")', re.MULTILINE)
_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_DECODER = json.JSONDecoder(strict=False)
_DEEPEST = 4  # wrappers such as {"result": {"song": {…}}}
_TAG_KEYS = ("tag", "section", "type", "name", "label", "part", "title")
_HINT_KEYS = ("hint", "direction")
_WORD_KEYS = ("lines", "lyrics", "text", "content", "words")
_SECTION_LISTS = frozenset({"sections", "structure", "verses"})


def is_clear(line: str) -> bool:
    """Say whether a line holds nothing that would be taken for the beginning of a JSON song."""
    return _OBJECT.search(line) is None


def lines(text: str, repairs: Repairs) -> Lines | None:
    """Read the first JSON object in text as a song; None when there is none or it holds no lyrics."""
    opening = next((match for match in _OBJECT.finditer(text) if match[1]), None)
    if opening is None:
        return None
    found, end = _decoded(text, opening.start(1))
    song = _song(found, _DEEPEST)
    if song is None:
        return None
    repairs.note(
        "The song came as JSON and was read from its fields", text.count("\n", 0, opening.start(1)) + 1
    )
    places = _Places(text[:end], opening.start(1))
    return [line for key, item in song.items() for line in _field(key, item, places)]


def _decoded(text: str, start: int) -> tuple[Any, int]:
    """Decode the object that starts at `start`; None when it is broken beyond a comma too many."""
    for attempt in (text, text[:start] + _TRAILING_COMMA.sub(" ", text[start:])):
        try:
            return _DECODER.raw_decode(attempt, start)
        except (ValueError, RecursionError):
            continue
    return None, start


def _song(found: Any, depth: int) -> dict[str, Any] | None:
    """Find the first object that holds lyrics."""
    if isinstance(found, dict) and any(_field_of(key) is Field.LYRICS for key in found):
        return found
    if depth and isinstance(found, dict | list):
        inner = found.values() if isinstance(found, dict) else found
        return next((song for item in inner if (song := _song(item, depth - 1)) is not None), None)
    return None


def _field_of(key: str) -> Field | None:
    return Field.LYRICS if key.casefold() in _SECTION_LISTS else fields.named(key)


class _Places:
    """Where the strings of a JSON text stand: the line of each, and whether it runs over several."""

    def __init__(self, text: str, start: int) -> None:
        self._found: dict[str, tuple[int, bool]] = {}
        self._first = line = text.count("\n", 0, start) + 1
        done = start
        for match in _STRING.finditer(text, start):
            line += text.count("\n", done, match.start())
            done = match.start()
            raw = match[1]
            said = raw if "\\" not in raw else json.loads(match[0], strict=False)
            self._found.setdefault(said, (line, "\n" in raw))

    def lines(self, text: str) -> Lines:
        line, runs = self._found.get(text, (self._first, False))
        return [(line + index * runs, piece) for index, piece in enumerate(_pieces(text))]


def _pieces(text: str) -> list[str]:
    """Split a value at its line breaks, or at its literal ones when it was escaped twice."""
    return text.replace("\\n", "\n").split("\n") if "\n" not in text else text.splitlines()


def _field(key: str, item: Any, places: _Places) -> Iterator[tuple[int, str]]:
    field = _field_of(key)
    if field is Field.LYRICS:
        yield places.lines(key)[0][0], "LYRICS:"
        yield from _lyrics(item, places)
    elif field is not None:
        pieces = [line for text in _texts(item) for line in places.lines(text)]
        joined = fields.value([piece for _, piece in pieces], ", " if isinstance(item, list) else " ")
        yield (pieces[0][0] if pieces else places.lines(key)[0][0]), f"{field}: {joined}"


def _texts(item: Any) -> list[str]:
    """Give the texts of a value: itself, or those directly inside a list or an object."""
    parts = item.values() if isinstance(item, dict) else item if isinstance(item, list) else [item]
    return [str(part) for part in parts if isinstance(part, str | int | float) and not isinstance(part, bool)]


def _lyrics(item: Any, places: _Places) -> Iterator[tuple[int, str]]:
    """Write lyrics out: one text, a list of sections or of lines, or an object of sections by tag."""
    for tag, words in _sections(item):
        if tag:
            number = places.lines(tag.partition(" - ")[0])[0][0]
            yield number, ""
            yield number, f"[{tag.strip('[]')}]"
        inner = _first(words, _WORD_KEYS) if isinstance(words, dict) else words
        yield from (line for text in _texts(inner) for line in places.lines(text))


def _sections(item: Any) -> list[tuple[str, Any]]:
    if isinstance(item, dict):
        item = next((part for key, part in item.items() if key.casefold() in _SECTION_LISTS), item)
    if isinstance(item, dict):
        return [_section(item)] if _first(item, _WORD_KEYS) is not None else list(item.items())
    if isinstance(item, list):
        return [_section(part) if isinstance(part, dict) else ("", part) for part in item]
    return [("", item)]


def _section(part: dict[str, Any]) -> tuple[str, Any]:
    tag, hint = _first(part, _TAG_KEYS), _first(part, _HINT_KEYS)
    name = str(tag) if isinstance(tag, str) and tag else "Verse"
    words = _first(part, _WORD_KEYS)
    return (f"{name} - {hint}" if isinstance(hint, str) and hint else name), words


def _first(part: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((part[key] for key in keys if key in part), None)
