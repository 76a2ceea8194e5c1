"""Who is named in a style prompt: the server knows sounds, not people."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.writing.lexicon import Lexicon, Phrases, words

_WORD = r"[^\W\d_a-z][\w'\u2019]{1,40}"
_NAME = r"(?:[Tt]he )?[^\W\d_a-z][\w'\u2019&-]{1,40}(?: [^\W\d_a-z][\w'\u2019&-]{0,40}){0,4}"
# Forms that are followed by a name and nothing else, when what follows is capitalised.
_LIKE = re.compile(
    r"\b(?i:sounds? like|sounding like|in the style of|in the vein of|for fans of|channell?ing"
    rf"|\u00e0 la|a la) (?P<name>{_NAME})"
)
# Forms that are as often followed by a place or an age: two unknown capitalised words are asked for.
_AFTER = re.compile(
    r"\b(?i:inspired by|influenced by|reminiscent of|reminds? (?:one |me |us )?of|similar to|evok(?:es|ing))"
    rf" (?P<name>{_NAME})"
)
_ESQUE = re.compile(rf"\b(?P<name>{_WORD}(?: {_WORD}){{0,3}})-(?i:esque)\b")
_SUFFIXED = re.compile(rf"\b(?P<name>{_WORD}(?: {_WORD}){{1,3}})-(?i:style|like|inspired|type)\b")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_SHORTEST_ALONE = 4  # letters of a name that may go without its "the": "xx" alone is no name


@dataclass(frozen=True, slots=True)
class Banned:
    """An artist's name and every way it is recognised by."""

    name: str
    spellings: Phrases
    initials: str


def banned(artists: Sequence[str], lexicon: Lexicon) -> tuple[Banned, ...]:
    """Prepare the names of a taste; a name that is itself a word of style cannot be banned."""
    return tuple(
        Banned(artist, Phrases(tuple(_spellings(artist))), _initials(artist))
        for artist in artists
        if not _is_style(artist, lexicon)
    )


def named(text: str, artists: Sequence[Banned], lexicon: Lexicon) -> tuple[str, ...]:
    """Name every artist a text speaks of: those banned, and whoever stands in 'sounds like X'."""
    return tuple(dict.fromkeys([*_listed(text, artists), *_likened(text, lexicon)]))


def _listed(text: str, artists: Sequence[Banned]) -> Iterator[str]:
    spoken, capitals = words(text), set(_CAPITALS.findall(text))
    for artist in artists:
        if any(artist.spellings.among(spoken)) or artist.initials in capitals:
            yield artist.name


def _spellings(artist: str) -> Iterator[str]:
    parts = words(artist)
    if len(parts) > 1 or len("".join(parts)) >= _SHORTEST_ALONE:
        yield artist
    rest = "".join(parts[1:])
    if parts[:1] == ("the",) and len(rest) >= _SHORTEST_ALONE:
        yield " ".join(parts[1:])


def _initials(artist: str) -> str:
    """Give the initials of a name of three words or more; a shorter one has none that anybody uses."""
    parts = words(artist)
    return "".join(word[0].upper() for word in parts) if len(parts) > 2 else ""


def _likened(text: str, lexicon: Lexicon) -> Iterator[str]:
    for form, fewest in ((_LIKE, 1), (_ESQUE, 1), (_AFTER, 2), (_SUFFIXED, 2)):
        for match in form.finditer(text):
            name = match["name"].rstrip("'\u2019&-")
            unknown = [word for word in name.split() if word[0].isupper() and not _is_style(word, lexicon)]
            if len(unknown) >= fewest and not _begins_with_style(name, lexicon):
                yield name


def _begins_with_style(name: str, lexicon: Lexicon) -> bool:
    parts = words(name)
    return any(phrases.at(parts, 0) for phrases in _style(lexicon))


def _is_style(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text is all ordinary words of style, places or instruments."""
    return words(text) == ("the",) or any(phrases.cover(text) for phrases in _style(lexicon))


def _style(lexicon: Lexicon) -> Iterator[Phrases]:
    yield lexicon.proper
    yield lexicon.dynamics
    for _, phrases in lexicon.facets:
        yield phrases
