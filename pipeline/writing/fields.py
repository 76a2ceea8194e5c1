"""The labels of a draft (TITLE, BPM, KEY, PROMPT, LYRICS): their many names, and the values behind them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.brief import key_scale
from pipeline.writing.markdown import Undressed


class Field(StrEnum):
    """What a label announces; OTHER is known and not used."""

    TITLE = "TITLE"
    BPM = "BPM"
    KEY = "KEY"
    PROMPT = "PROMPT"
    LYRICS = "LYRICS"
    OTHER = "OTHER"


_NAMES = {
    Field.TITLE: "title|song title|track title|song name|track name|song",
    Field.BPM: "bpm|tempo|tempo bpm|beats per minute",
    Field.KEY: "key|key scale|keyscale|musical key|song key|scale",
    Field.PROMPT: "prompt|style|styles|style prompt|caption|tags|style tags|genre tags|music prompt"
    "|description|music style|song style|style of music|style description|music description|style production"
    "|production description|style production prompt|style production description|sound prompt"
    "|production prompt|song prompt|acestep prompt|ace step prompt|estilo|风格|風格|提示词",
    Field.LYRICS: "lyrics|lyric|song lyrics|the lyrics|full lyrics|song text|lyrics with tags|letra|paroles"
    "|structured lyrics|songtext|歌词|歌詞",
    Field.OTHER: "duration|length|audio duration|time signature|timesignature|language|vocal language|seed"
    "|settings|parameters|metadata|details|song details|technical details|structure|song structure|arrangement",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split("|")}
_WITHOUT_COLON = frozenset({Field.TITLE, Field.PROMPT, Field.LYRICS})
_LONGEST_LABEL = 60
_JOINTS = re.compile(r"[\s_/&-]+(?:and )?")
_ASIDE = re.compile(r"\s*\([^()]*\)$")
_WIDE = str.maketrans("：［］【】＝", ":[][]=")
_TEMPO = re.compile(r"(?<![\d.])(\d{2,3})(?:\.\d{1,3})?(?![\d.])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it was written, and what follows it; `strong` when its dress or capitals leave no doubt."""

    field: Field
    name: str
    rest: str
    strong: bool

    @property
    def opens(self) -> bool:
        """Say whether the line can hardly be a sung one: no words follow, or a tag does."""
        return self.strong or not self.rest or self.rest.startswith("[")


def named(name: str) -> Field | None:
    """Look a label's name up: case, underscores, hyphens, slashes and "and" do not matter."""
    return _FIELDS.get(" ".join(_JOINTS.split(name.casefold().strip())))


def read(line: Undressed) -> Label | None:
    """Read an undressed line as a label, or None: `Style prompt: dusty`, `=== LYRICS ===`, `[PROMPT]`."""
    text = line.text.translate(_WIDE)
    bracketed = text.startswith("[") and text.endswith("]")
    if bracketed:
        text = text[1:-1]
    head, colon, rest = text[: _LONGEST_LABEL + 1].partition(":")
    if not colon and len(text) > _LONGEST_LABEL:
        return None
    name = _ASIDE.sub("", head.strip(" =\"'_-–—#[]<>.")).strip(" =\"'")
    field = named(name)
    if field is None or not (colon or line.heading or field in _WITHOUT_COLON):
        return None
    rest = line.text[len(head) + 1 + bracketed : len(line.text) - bracketed].strip(" =") if colon else ""
    return Label(field, name, rest, strong=not bracketed and (line.heading or line.bold or name.isupper()))


def value(pieces: Sequence[str], between: str = " ") -> str:
    """Join the pieces of a value to one line and take its quotes off; `between` stands where none ended.

    >>> value(['"dusty drums', 'low voice.', 'Opens with a kettle"'], ", ")
    'dusty drums, low voice. Opens with a kettle'
    """
    pieces = [piece for piece in pieces if piece]
    ends = (" " if piece.endswith((".", ",", ";", ":", "!", "?")) else between for piece in pieces)
    joined = "".join(piece + end for piece, end in zip(pieces, ends, strict=True))
    return _unwrapped(joined.removesuffix(between).strip())


def _unwrapped(text: str) -> str:
    while len(text) > 1 and text[0] + text[-1] in {'""', "''", "[]", "{}"} and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def bpm(text: str) -> int | None:
    """Read a tempo in beats a minute, 30 to 300, from `92`, `92 bpm` or `about 92.5 BPM`; else None."""
    match = _TEMPO.search(text)
    return int(match[1]) if match and 30 <= int(match[1]) <= 300 else None


def key(text: str) -> str:
    """Read a key and spell it as the server learned it; "" when the text is no key."""
    try:
        return key_scale(text.strip(" .,\"'"))
    except ValueError:
        return ""
