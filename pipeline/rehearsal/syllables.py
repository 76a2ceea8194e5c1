"""Syllables of a sung line, counted the way a singer breathes them: by vowel groups."""

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_GROUP = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœ]+", re.IGNORECASE)
_SILENT = re.compile(r"(?:[^aeiouy]e|[^aeioudty]ed|[^aeiouycsxz]es)$", re.IGNORECASE)
_SPOKEN_END = re.compile(r"[^aeiouyw]le$", re.IGNORECASE)


def of(word: str) -> tuple[str, ...]:
    """Give the vowel groups of a word, one a syllable; at least one.

    >>> of("kettle"), of("burned"), of("insomnia")
    (('e', 'e'), ('u',), ('i', 'o', 'ia'))
    """
    groups = [group.lower() for group in _GROUP.findall(word)]
    if len(groups) > 1 and _SILENT.search(word) and not _SPOKEN_END.search(word):
        groups.pop()
    return tuple(groups) or ("a",)


def sung(line: str) -> tuple[str, ...]:
    """Give the vowel groups of a whole line, in order; empty for a line without letters."""
    return tuple(vowels for word in _WORD.findall(line) for vowels in of(word))
