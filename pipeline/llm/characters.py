"""What a server writes, made fit to be shown and stored: no half characters, no hidden ones."""

import unicodedata

_LONGEST = 300  # characters of a server's message that are worth repeating


def whole(text: str) -> str:
    """Join the halves of a character that came apart; a half that stays alone becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str, longest: int = _LONGEST) -> str:
    """Give the first words of a text in one line, without control and format characters."""
    # Many spaces may shrink to one, so more is read than is given.
    shown = (_shown(character) for character in whole(text[: 4 * longest]))
    return " ".join("".join(shown).split())[:longest]


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in {"Cf", "Co", "Cn"}:
        return ""
    return " " if kind == "Cc" else character
