"""The brief: what the user asks for, checked once at the door."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import BriefError

# The server's own list (ACE-Step 1.5: vocal_language); the value goes into the lyrics header as text.
LANGUAGES = frozenset(
    "ar az bg bn ca cs da de el en es fa fi fr he hi hr ht hu id is it ja ko la lt ms ne nl no pa pl pt ro "  # noqa: SIM905
    "ru sa sk sr sv sw ta te th tl tr uk ur vi yue zh unknown".split()
)
LONGEST_BRIEF = 4000  # characters: a page of text; more than that is a pasted file
_KEY = re.compile(r"([A-Ga-g])\s*([#b♯♭]|sharp|flat)?\s*-?(m|min|minor|maj|major)?", re.ASCII | re.IGNORECASE)


def key_scale(text: str) -> str:
    """Spell a key the way the server learned it: `Am`, `a MINOR` and `A-minor` become "A minor".

    Raises ValueError for text that is no key. The model's vocabulary has lower-case modes only.
    """
    match = _KEY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a key; write it like 'A minor' or 'Eb major'")
    note, accidental, mode = match.groups()
    sign = {"♯": "#", "sharp": "#", "♭": "b", "flat": "b"}.get((accidental or "").lower(), accidental or "")
    minor = mode is not None and (mode == "m" or mode.lower().startswith("min"))
    return f"{note.upper()}{sign.lower()} {'minor' if minor else 'major'}"


def _language(code: str) -> str:
    lowered = code.lower()
    if lowered not in LANGUAGES:
        raise ValueError(f"{code!r} is not a language the music server knows, such as 'en', 'de', 'ja'")
    return lowered


def _spoken(text: str) -> str:
    stripped = " ".join(text.split())
    if not stripped:
        raise ValueError("the brief is empty; say in a line what the song is about")
    return stripped


class Brief(BaseModel):
    """One song as the user orders it. Every field but `text` may be left to the settings (None)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(max_length=LONGEST_BRIEF), AfterValidator(_spoken)]
    duration: Annotated[float, Field(ge=10, le=600)] | Literal["auto"] | None = None
    takes: Annotated[int, Field(ge=1, le=16)] = 1
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    models: tuple[str, ...] = ()
    language: Annotated[str, AfterValidator(_language)] | None = None
    instrumental: bool = False
    bpm: Annotated[int, Field(ge=30, le=300)] | None = None
    key: Annotated[str, AfterValidator(key_scale)] | None = None
    time_signature: Literal[2, 3, 4, 6] | None = None
    blend: tuple[str, ...] = ()
    title: Annotated[str, Field(max_length=200)] | None = None


def take_order(**fields: object) -> Brief:
    """Check what the user asked for. Raises BriefError naming the first field that cannot be used."""
    try:
        return Brief.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "the brief"
        spelled = "the brief" if name == "text" else f"--{name.replace('_', '-')}"
        reason = str(first.get("ctx", {}).get("error", first["msg"]))
        raise BriefError(f"{spelled}: {reason}", hint="see songpipe write --help") from error
