"""The cards of the library: what its index knows of a song, read from the sidecar in passing."""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.song import clean_line

_SCHEMA = "songpipe.song/1"
_VERDICTS = ("pass", "warn", "fail")
_DAY_S = 86_400
_MARKS = re.compile(
    "[\u0300-\u036f]+"
)  # accents of Latin, Greek and Cyrillic letters; other scripts keep theirs
# Scripts that put no spaces between words: each letter is a word here, and several of them are a phrase.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


@dataclass(frozen=True, slots=True)
class Card:
    """A song in the index. `file` and `sidecar` are POSIX paths below the output, `takes` is how many there are.

    `bpm` and `key` are what was asked for, `verdict` is that of the chosen take ("" when unknown).
    """

    id: str
    title: str
    brief: str
    made_at: str
    duration_s: float
    bpm: int | None
    key: str
    language: str
    verdict: str
    rating: int | None
    picked: bool
    rehearsal: bool
    blend: tuple[str, ...]
    takes: int
    file: str
    sidecar: str

    @property
    def made_s(self) -> int:
        """When it was made, in Unix seconds; 0 when the sidecar does not say it in a readable way."""
        try:
            return math.floor(datetime.fromisoformat(self.made_at).timestamp())
        except (ValueError, OverflowError, OSError):
            return 0


@dataclass(frozen=True, slots=True)
class Texts:
    """What a song can be found by, folded: accents and case do not count."""

    title: str
    lyrics: str
    prompt: str
    about: str  # the brief, the influences, language, key and model


def read(content: bytes, folder: str, name: str) -> tuple[Card, Texts]:
    """Read a sidecar of that name as a card and the texts to find it by.

    Only what the index keeps is looked at: a hundred thousand sidecars take seconds this way, minutes through
    the document's own model. Raises ValueError, with the reason, for what is no song document.
    """
    try:
        found = json.loads(content)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error})") from error
    if not isinstance(found, dict) or found.get("schema") != _SCHEMA:
        raise ValueError("it is no song document that this songpipe reads")
    return _card(found, folder, name), _texts(found)


def _card(found: Mapping[str, Any], folder: str, name: str) -> Card:
    brief = _mapping(found, "brief")
    takes = [take for take in _list(found, "takes") if isinstance(take, dict)]
    verdicts = [take.get("verdict") for take in takes if take.get("number") == found.get("chosen_take")]
    return Card(
        id=_demanded(found, "id"),
        title=_demanded(found, "title"),
        brief=_text(brief, "text"),
        made_at=_text(found, "made_at")[:40],
        duration_s=_seconds(found.get("duration_s")),
        bpm=_whole(brief.get("bpm"), 1, 999) or _whole(found.get("bpm"), 1, 999),
        key=_text(brief, "key") or _text(found, "key"),
        language=_text(found, "language"),
        verdict=verdicts[0] if verdicts and verdicts[0] in _VERDICTS else "",
        rating=_whole(found.get("rating"), 1, 5),
        picked=found.get("picked") is True,
        rehearsal=found.get("rehearsal") is True,
        blend=tuple(clean_line(each) for each in _list(brief, "blend") if isinstance(each, str)),
        takes=len(takes),
        file=f"{folder}/{_plain_name(found)}",
        sidecar=f"{folder}/{name}",
    )


def _texts(found: Mapping[str, Any]) -> Texts:
    brief, writer = _mapping(found, "brief"), _mapping(found, "writer")
    about = (
        _text(brief, "text"),
        *(each for each in _list(brief, "blend") if isinstance(each, str)),
        *(_text(found, name) for name in ("language", "key")),
        _text(writer, "model"),
    )
    return Texts(
        folded(_text(found, "title")),
        folded(_text(found, "lyrics")),
        folded(_text(found, "prompt")),
        folded(" ".join(about)),
    )


def folded(text: str) -> str:
    """Spell text as it is searched: no case, no accents, a space around letters of scripts without spaces.

    >>> folded("Fält Røde Café")
    'falt rode cafe'
    """
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", clean_line(text).casefold()))
    return _UNSPACED.sub(r" \g<0> ", unicodedata.normalize("NFC", bare).translate(_LETTERS))


def _plain_name(found: Mapping[str, Any]) -> str:
    """Give the name of the song's file, which stands beside the sidecar and nowhere else."""
    name = _demanded(found, "file")
    if {"/", "\\", "\0"} & set(name) or name in {".", ".."}:
        raise ValueError("its file leads out of its folder")
    return name


def _demanded(found: Mapping[str, Any], key: str) -> str:
    text = _text(found, key)
    if not text:
        raise ValueError(f"{key!r} is missing")
    return text


def _text(found: Mapping[str, Any], key: str) -> str:
    """Give a text; half characters, which no database takes, are replaced."""
    value = found.get(key)
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def _mapping(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _list(found: Mapping[str, Any], key: str) -> list[Any]:
    value = found.get(key)
    return value if isinstance(value, list) else []


def _whole(value: object, least: int, most: int) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if isinstance(value, int) and is_number and least <= value <= most else None


def _seconds(value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if isinstance(value, int | float) and is_number and 0 <= value <= _DAY_S else 0.0
