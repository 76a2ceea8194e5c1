"""The order: what the user wants of one song, in a form that outlives the process, and the song's id."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from pipeline.brief import Brief
from pipeline.errors import ShelfError
from pipeline.settings.load import Assignment
from pipeline.track import Author

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter is taken for a digit
_LETTERS = 16  # 80 bits: no two songs of a lifetime meet
_ID = re.compile(f"[{_ALPHABET}]{{{_LETTERS}}}")
_A_PERSON = Author()


@dataclass(frozen=True, slots=True)
class Order:
    """What the user wants: the brief, the draft if a person brought one, words only, and which studio.

    `assignments` are the settings of this order alone (`--set` and the flags that stand for one), `origin`
    the command that took it, `day` the date of a song of the day, `again` the id of a song on the shelf whose
    words are played again. `author` wrote the draft, when that was not a person: it has been played before.
    """

    brief: Brief
    draft: str | None = None
    words_only: bool = False
    rehearsal: bool = False
    assignments: tuple[Assignment, ...] = ()
    origin: str = "write"
    day: str = ""
    again: str = ""
    author: Author = _A_PERSON


_ORDERS = TypeAdapter(Order)


def text_of(order: Order) -> str:
    """Spell an order as JSON; what is as always is left out."""
    return _ORDERS.dump_json(order, exclude_defaults=True).decode()


def read(text: str) -> Order:
    """Read an order back. Raises ShelfError for one that is damaged."""
    try:
        return _ORDERS.validate_json(text)
    except ValidationError as error:
        raise ShelfError(
            "the order of a song is damaged, or of a later songpipe",
            hint="upgrade songpipe, or cancel the song",
        ) from error


def new_id() -> str:
    """Draw an id for a song."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))


def id_of(*parts: str) -> str:
    """Give the id that stands for exactly these words: the same ones always have the same id."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).digest()
    return "".join(_ALPHABET[byte % 32] for byte in digest[:_LETTERS])


def is_id(text: str) -> bool:
    """Say whether a text can be the id of a song."""
    return _ID.fullmatch(text) is not None
