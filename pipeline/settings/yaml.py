"""YAML from a stranger's hand: read safely, with the line of every value, and nothing cleverer than JSON.

Less than YAML on purpose. No tags, anchors, aliases or merge keys (so no code and no alias bombs), no key
twice, one document. Plain words follow the core schema of YAML 1.2 and less: only `true` and `false` are
booleans, only decimals are numbers; `no`, `off`, `12:30`, `2026-01-01`, `0x10` and `007` are text.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from pipeline.settings.textfile import UNSEEN, read_text, refuse

LARGEST = 1_000_000  # bytes: more is not a file that someone wrote by hand
DEEPEST = 32  # levels: ours need five, and the recursion below stays far from Python's limit

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|(0|[1-9][0-9]{0,39})(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?")
_FAST = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # libyaml, where PyYAML was built with it: 18 times faster

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a file says: `value` of dicts (text keys), lists, text, numbers, booleans and None; its `name`."""

    value: Any
    name: str
    lines: Mapping[Place, int] = field(default_factory=dict, repr=False)

    def line(self, *path: str | int) -> int:
        """Give the line (from 1) of the key or item at a path; its nearest parent's when it is absent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(path: Path, name: str = "", largest: int = LARGEST) -> YamlFile:
    """Read a file of at most `largest` bytes of UTF-8; messages call it `name`, else by its path.

    Raises SettingsError with `name:line:`.
    """
    name = name or str(path)
    return parse(read_text(path, name, largest), name, largest)


def parse(text: str, name: str, largest: int = LARGEST) -> YamlFile:
    """Read YAML text; `name` stands in messages. Raises SettingsError with `name:line:`."""
    if len(text) > largest:
        refuse(name, 1, f"the text is longer than {largest} characters", "split it into several files")
    try:
        return _parsed(text, name, _FAST)
    except (yaml.YAMLError, ValueError, OverflowError):  # Python's parser has the better lines and words
        return _told(text, name)


def _parsed(text: str, name: str, loader: Any) -> YamlFile:
    reading = _Reading(name)
    return YamlFile(reading.document(yaml.parse(text, Loader=loader)), name, reading.lines)


def _told(text: str, name: str) -> YamlFile:
    try:
        return _parsed(text, name, yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        refuse(name, line, "a character that cannot be printed", "remove it; it may be invisible", error)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = _one_line(error.problem or error.context or "the text")
        refuse(name, mark.line + 1 if mark else 1, f"not YAML: {what}", _SYNTAX_HINT, error)
    except (ValueError, OverflowError) as error:  # PyYAML lets impossible escapes and versions through
        refuse(name, 1, "not YAML: a number or an escape that means nothing", _SYNTAX_HINT, error)


_SYNTAX_HINT = "check the indentation, and put text that holds ': ' or starts with a sign in quotes"


def _one_line(text: str) -> str:
    return UNSEEN.sub("?", " ".join(text.split()))[:120]


class _Reading:
    """One pass over the parser's events: values on the way up, refusals at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}

    def document(self, events: Iterator[yaml.Event]) -> Any:
        self._events = events
        self._next()  # the stream's start
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        value = self._value(self._next(), ())
        self._next()  # the document's end
        extra = self._next()
        if not isinstance(extra, yaml.StreamEndEvent):
            self._no(extra, "a second document starts here", "keep one document in a file")
        return value

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _no(self, event: yaml.Event, what: str, hint: str) -> NoReturn:
        refuse(self.name, _line(event), what, hint)

    def _value(self, event: yaml.Event, path: Place) -> Any:
        self.lines.setdefault(path, _line(event))
        self._plain(event)
        if len(path) > DEEPEST:
            self._no(event, f"more than {DEEPEST} levels deep", "flatten it")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return self._scalar(event) if isinstance(event, yaml.ScalarEvent) else self._list(path)

    def _plain(self, event: yaml.Event) -> None:
        """Refuse what makes YAML a programming language."""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._no(
                event, "anchors and aliases (& and *) are not read here", "write the value out, or quote it"
            )
        if getattr(event, "tag", None) is not None:
            self._no(event, "tags (!) are not read here", "remove the tag, or put the text in quotes")

    def _mapping(self, path: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event)
            if key in found:
                first = self.lines[(*path, key)]
                self._no(event, f"the key {_short(key)} is here twice, first on line {first}", "remove one")
            self.lines[(*path, key)] = _line(event)
            found[key] = self._value(self._next(), (*path, key))
        return found

    def _key(self, event: yaml.Event) -> str:
        self._plain(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._no(event, "a key must be a word", "put text that starts with [ or { in quotes")
        if event.value == "<<" and event.implicit[0]:
            self._no(event, "merge keys (<<) are not read here", "write the keys out")
        return self._text(event)

    def _list(self, path: Place) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text = self._text(event)
        if not event.implicit[0]:
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _INT.fullmatch(text):
            return int(text)
        return self._decimal(event, text) if _FLOAT.fullmatch(text) else text

    def _decimal(self, event: yaml.Event, text: str) -> float:
        if not math.isfinite(number := float(text)):
            self._no(event, f"the number {text} is too large", "write a smaller number, or quote it as text")
        return number

    def _text(self, event: yaml.ScalarEvent) -> str:
        text: str = event.value
        if UNSEEN.search(text):
            self._no(event, "a control character inside a text", "remove the escape that makes it")
        return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _short(key: str) -> str:
    return repr(key if len(key) <= 40 else key[:39] + "…")
