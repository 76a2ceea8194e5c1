"""The brief: what the user asks for, checked once at the door."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import BriefError

# The server's own list (ACE-Step 1.5: vocal_language); the value goes into the lyrics header as text.
_LANGUAGES = (
    "ar az bg bn ca cs da de el en es fa fi fr he hi hr ht hu id is it ja ko la lt ms ne nl no pa pl pt ro "
    "ru sa sk sr sv sw ta te th tl tr uk ur vi yue zh unknown"
)
LANGUAGES = frozenset(_LANGUAGES.split())
SHORTEST_S, LONGEST_S = 10, 600  # seconds that the server plays (ACE-Step 1.5, docs/en/API.md)
LONGEST_BRIEF = 4000  # characters: a page of text; more than that is a pasted file
_KEY = re.compile(r"([A-Ga-g])\s*([#b♯♭]|sharp|flat)?\s*-?(m|min|minor|maj|major)?", re.ASCII | re.IGNORECASE)
_SHOWN = 40  # characters of a value that a message repeats
_SECRET = re.compile(r"sk-|[0-9a-f]{8}-[0-9a-f]{4}", re.IGNORECASE)  # how API keys begin: sk-…, or a UUID


def is_like_a_key(text: str) -> bool:
    """Say whether text could be an API key that someone put into the wrong place."""
    return _SECRET.search(text) is not None


def quoted(value: object) -> str:
    """Spell a value for a message: short, in one line, with nothing that draws on a terminal, and no key."""
    if isinstance(value, str):
        if is_like_a_key(value):
            return "this text"
        return repr(value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…")
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    if isinstance(value, int | float):
        return f"{value:.10g}" if isinstance(value, float) else str(value)[:_SHOWN]
    if isinstance(value, Mapping):
        return "keys with values"
    return "a list" if value else "an empty list"


def key_scale(text: str) -> str:
    """Spell a key the way the server learned it: `Am`, `a MINOR` and `A-minor` become "A minor".

    Raises ValueError for text that is no key. The model's vocabulary has lower-case modes only.
    """
    match = _KEY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{quoted(text)} is not a key; write it like 'A minor' or 'Eb major'")
    note, accidental, mode = match.groups()
    sign = {"♯": "#", "sharp": "#", "♭": "b", "flat": "b"}.get((accidental or "").lower(), accidental or "")
    minor = mode is not None and (mode == "m" or mode.lower().startswith("min"))
    return f"{note.upper()}{sign.lower()} {'minor' if minor else 'major'}"


def _language(code: str) -> str:
    lowered = code.lower()
    if lowered not in LANGUAGES:
        raise ValueError(f"{quoted(code)} is not a language the music server knows, such as 'en', 'de', 'ja'")
    return lowered


def _spoken(text: str) -> str:
    stripped = " ".join(text.split())
    if not stripped:
        raise ValueError("the brief is empty; say in a line what the song is about")
    return stripped


def _model(name: str) -> str:
    trimmed = name.strip()
    if not trimmed or not trimmed.isprintable():
        raise ValueError(f"{quoted(name)} is not the name of a model")
    return trimmed


class Brief(BaseModel):
    """One song as the user orders it. Every field but `text` may be left to the settings (None).

    A description says what a value must be: it stands in the schema, and in the refusal of another one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    text: Annotated[
        str,
        Field(max_length=LONGEST_BRIEF, description="text that says what the song is about"),
        AfterValidator(_spoken),
    ]
    duration: Annotated[
        Annotated[float, Field(ge=SHORTEST_S, le=LONGEST_S)] | Literal["auto"] | None,
        Field(description="from 10 to 600 seconds, or auto"),
    ] = None
    takes: Annotated[int, Field(ge=1, le=16, description="from 1 to 16")] = 1
    seed: Annotated[
        Annotated[int, Field(ge=0, le=2**32 - 1)] | None, Field(description="from 0 to 4294967295")
    ] = None
    models: Annotated[
        tuple[Annotated[str, Field(max_length=200), AfterValidator(_model)], ...],
        Field(description="the name of a model, or a list of them"),
    ] = ()
    language: Annotated[
        Annotated[str, AfterValidator(_language)] | None,
        Field(description="the code of a language, such as 'en', 'de', 'ja'"),
    ] = None
    instrumental: Annotated[bool, Field(description="true or false")] = False
    bpm: Annotated[
        Annotated[int, Field(ge=30, le=300)] | None, Field(description="from 30 to 300 beats a minute")
    ] = None
    key: Annotated[
        Annotated[str, AfterValidator(key_scale)] | None,
        Field(description="a key, such as 'A minor' or 'Eb major'"),
    ] = None
    time_signature: Annotated[
        Literal[2, 3, 4, 6] | None, Field(description="2, 3, 4 or 6 beats in a bar")
    ] = None
    blend: Annotated[
        tuple[str, ...], Field(description="the name of an influence of the taste, or a list of them")
    ] = ()
    title: Annotated[
        Annotated[str, Field(max_length=200)] | None, Field(description="text of at most 200 characters")
    ] = None


def identity(brief: Brief) -> str:
    """Spell the content of a brief in one canonical ASCII line: equal briefs read the same, and no others.

    Sorted JSON of what differs from the defaults, so that a field of a later version changes no older brief.

    >>> identity(Brief(text="a ferry", takes=1, duration=180.0))
    '{"duration":180,"text":"a ferry"}'
    """
    content = brief.model_dump(exclude_defaults=True, warnings=False)  # a copy may hold 180 where 180.0 was
    whole = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in content.items()
    }
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that cannot be used: the `value` as it is quoted ("" when the sentence does), and why."""

    field: str
    value: str
    sentence: str

    def told(self, name: str) -> str:
        """Tell it under the name by which the user knows the field: a flag, or the key of a file."""
        return f"{name} {self.value}: {self.sentence}" if self.value else f"{name}: {self.sentence}"


def first_fault(error: ValidationError) -> Fault:
    """Find the first field of a brief that cannot be used, and say why in a sentence for a person."""
    first = error.errors(include_url=False)[0]
    field, given, kind = str(first["loc"][0]), first["input"], first["type"]
    if kind == "value_error":
        return Fault(field, "", str(first["ctx"]["error"]))
    if kind == "string_too_long":
        sentence = f"must be at most {first['ctx']['max_length']} characters long, not {len(given)}"
        return Fault(field, "" if field == "text" else quoted(given), sentence)
    wanted = Brief.model_fields[field].description
    return Fault(field, quoted(given), f"must be {wanted}{_in_quotes(given, kind)}")


def _in_quotes(given: object, kind: str) -> str:
    """Say when quotes make the difference, as they do in YAML."""
    if kind == "string_type" and isinstance(given, int | float):
        return "; put it in quotes"
    return "; write it without quotes" if isinstance(given, str) and given.isdecimal() else ""


def take_order(text: str, *, command: str = "write", **options: object) -> Brief:
    """Check what the user asked for. Raises BriefError naming the first option of `command` that cannot be used."""
    try:
        return Brief.model_validate({"text": text, **options})
    except ValidationError as error:
        fault = first_fault(error)
        raise BriefError(fault.told(_flag(fault.field)), hint=f"see songpipe {command} --help") from error


def _flag(field: str) -> str:
    spelled = {"text": "the brief", "models": "--model"}
    return spelled.get(field, f"--{field.replace('_', '-')}")
