"""Keys never leave this room: every text that came from a server is cleaned before it goes on."""

import re
from collections.abc import Mapping

from pipeline.llm import characters

_MASK = "[key]"
# A shorter "key" is a placeholder for a local server ("none", "ollama") and may be a word of the song.
_SHORTEST_SECRET = 8
_TOKENS = re.compile(r"(?i)\bbearer\s+[\w.~+/-]{8,}=*|\bsk-[\w-]{16,}")


class Redactor:
    """Takes one secret out of texts, also when it comes in pieces."""

    def __init__(self, secret: str) -> None:
        self._secret = secret if len(secret) >= _SHORTEST_SECRET else ""
        self._held = ""

    def __repr__(self) -> str:
        return "Redactor()"

    def clean(self, text: str) -> str:
        """Mask the secret and whatever else looks like a key: for messages, never for lyrics."""
        return _TOKENS.sub(_MASK, self.mask(characters.whole(text)))

    def deep(self, value: object, depth: int = 6) -> object:
        """Clean every text in a JSON value; what is nested deeper than a bill ever is, goes."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, Mapping) and depth:
            return {self.clean(str(name)): self.deep(inner, depth - 1) for name, inner in value.items()}
        if isinstance(value, list) and depth:
            return [self.deep(inner, depth - 1) for inner in value]
        return None if isinstance(value, Mapping | list) else value

    def feed(self, piece: str) -> str:
        """Give what can be passed on of a streamed text; a tail that may begin the secret waits."""
        text = self.mask(self._held + piece)
        kept = next(
            (
                size
                for size in range(min(len(self._secret) - 1, len(text)), 0, -1)
                if text.endswith(self._secret[:size])
            ),
            0,
        )
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept]

    def rest(self) -> str:
        """Give what was held back, at the end of a stream."""
        text, self._held = self._held, ""
        return text

    def mask(self, text: str) -> str:
        """Mask the secret itself and nothing else: safe for lyrics."""
        return text.replace(self._secret, _MASK) if self._secret else text
