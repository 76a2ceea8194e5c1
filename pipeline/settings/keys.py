"""Keys: read from the environment, handed to the wire, shown to nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from pipeline.errors import SettingsError

# The most specific name wins: who sets it means songpipe, whatever other programs use.
WRITER_VARIABLES = ("SONGPIPE_LLM_API_KEY", "NANOGPT_API_KEY", "NANO_GPT_API_KEY")
BAND_VARIABLE = "ACESTEP_API_KEY"
_HIDDEN = "•••"
_SHORTEST = 6


@dataclass(frozen=True, repr=False)
class Keys:
    """The keys that are set, by the name of their variable. The values never leave through repr or pickle."""

    _values: Mapping[str, str]

    @property
    def writer_variable(self) -> str:
        """The variable that holds the writer's key; "" when none is set."""
        return next((name for name in WRITER_VARIABLES if name in self._values), "")

    @property
    def writer(self) -> str:
        """The key of the model's server; "" when none is set."""
        return self.of(self.writer_variable)

    def of(self, variable: str = BAND_VARIABLE) -> str:
        """Give the secret in a variable, a music server's key by default; "" when it is not set."""
        return self._values.get(variable, "")

    def __repr__(self) -> str:
        return f"Keys({', '.join(sorted(self._values)) or 'none set'})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are never stored")


def hide(text: str, secrets: Iterable[str]) -> str:
    """Hide every secret in a text, longer ones first; those of under 6 characters would hide common words."""
    for value in sorted((secret.strip() for secret in secrets), key=len, reverse=True):
        if len(value) >= _SHORTEST:
            text = text.replace(value, _HIDDEN)
    return text


def read(environ: Mapping[str, str], more: Iterable[str] = (), lists: Iterable[str] = ()) -> Keys:
    """Collect the keys: the variables above, `more`, and `lists` that may hold several secrets with blanks between.

    Raises SettingsError, which never quotes a key.
    """
    spaced = {name: " ".join(environ[name].split()) for name in lists if environ.get(name, "").strip()}
    found: dict[str, str] = {**spaced}
    for name in (*WRITER_VARIABLES, BAND_VARIABLE, *(name for name in more if name not in spaced)):
        value = environ.get(name, "").strip()
        if not value:
            continue
        if not (value.isascii() and value.isprintable()) or " " in value:
            hint = "copy the key again, without quotes, spaces or line breaks"
            raise SettingsError(
                f"{name}: this cannot be a key: it holds characters that no key has", hint=hint
            )
        found[name] = value
    return Keys(found)
