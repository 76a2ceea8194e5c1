"""Which writing a text is in, and which writings a language is sung from."""

import unicodedata
from collections import Counter
from collections.abc import Mapping

_HAN = frozenset({"CJK"})
_CYRILLIC, _DEVANAGARI = frozenset({"CYRILLIC"}), frozenset({"DEVANAGARI"})
_ARABIC = frozenset({"ARABIC"})
LATIN = frozenset({"LATIN"})
# By language code; a language that is not here is written in Latin letters.
SCRIPTS: Mapping[str, frozenset[str]] = {
    "ar": _ARABIC, "fa": _ARABIC, "ur": _ARABIC,
    "bg": _CYRILLIC, "ru": _CYRILLIC, "uk": _CYRILLIC, "sr": _CYRILLIC | LATIN, "az": LATIN | _CYRILLIC,
    "bn": frozenset({"BENGALI"}), "el": frozenset({"GREEK"}), "he": frozenset({"HEBREW"}),
    "hi": _DEVANAGARI, "ne": _DEVANAGARI, "sa": _DEVANAGARI | LATIN,
    "ja": _HAN | {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"},
    "ko": _HAN | {"HANGUL"},
    "pa": frozenset({"GURMUKHI"}) | _ARABIC, "ta": frozenset({"TAMIL"}), "te": frozenset({"TELUGU"}),
    "th": frozenset({"THAI"}), "yue": _HAN, "zh": _HAN,
}  # fmt: skip


def of_language(language: str) -> frozenset[str]:
    """Name the scripts a language is written in."""
    return SCRIPTS.get(language, LATIN)


def letters(text: str) -> Counter[str]:
    """Count the letters of a text by script, as Unicode names them: LATIN, CYRILLIC, CJK, HANGUL ..."""
    return Counter(
        unicodedata.name(letter, "UNKNOWN").split()[0]
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lo"}
    )
