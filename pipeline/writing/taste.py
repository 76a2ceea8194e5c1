"""The user's taste as data: how the music he loves sounds, never who plays it."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import BriefError


@dataclass(frozen=True, slots=True)
class Artist:
    """An influence: `name` and `aliases` are for the user and `--blend` only, `dna` is how it sounds."""

    name: str
    dna: tuple[str, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blend:
    """What two or more influences make together, as one style description."""

    artists: tuple[str, ...]
    sound: str


@dataclass(frozen=True, slots=True)
class Principle:
    """A way of writing to seek or to avoid, told as a principle, never as a line to copy."""

    seek: str
    avoid: str = ""


@dataclass(frozen=True, slots=True)
class Taste:
    """A whole taste: influences, blends, opening moves, lyric principles, sound vocabulary by facet."""

    name: str
    artists: tuple[Artist, ...]
    blends: tuple[Blend, ...] = ()
    openings: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()
    principles: tuple[Principle, ...] = ()
    descriptors: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """What a song may sound like. It holds no names, so that none can reach a model.

    `palettes` are style descriptions to choose from, `blends` ready mixtures of them. `mixed` says that the
    user chose: then the one palette is the union of what he named.
    """

    palettes: tuple[str, ...]
    blends: tuple[str, ...]
    mixed: bool


def select(taste: Taste, names: Sequence[str] = ()) -> Sound:
    """Mix the named influences into one palette; without names give the whole taste to choose from.

    Names match by `same_name` and by alias. Raises BriefError for a name that the taste does not hold.
    """
    if not names:
        palettes = tuple(", ".join(artist.dna) for artist in taste.artists)
        return Sound(palettes, tuple(blend.sound for blend in taste.blends), mixed=False)
    chosen = {artist.name: artist for artist in (_find(taste, name) for name in names)}
    dna = dict.fromkeys(descriptor for artist in chosen.values() for descriptor in artist.dna)
    ready = tuple(blend.sound for blend in taste.blends if chosen.keys() >= set(blend.artists))
    return Sound((", ".join(dna),), ready, mixed=True)


def same_name(name: str) -> str:
    """Reduce a name to what makes it the same name: letters and digits in one case, no leading "the"."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()
    return "".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Give up to three known names that look like the word, the likeliest first."""
    reduced = {same_name(name): name for name in known}
    close = difflib.get_close_matches(same_name(word), reduced, n=3)
    return tuple(reduced[name] for name in close)


def _find(taste: Taste, name: str) -> Artist:
    wanted = same_name(name)
    for artist in taste.artists:
        if wanted in map(same_name, (artist.name, *artist.aliases)):
            return artist
    known = [artist.name for artist in taste.artists]
    close = nearest(name, known)
    raise BriefError(
        f"the taste {taste.name!r} knows no influence {name[:60]!r}",
        hint=f"did you mean {' or '.join(map(repr, close))}?" if close else f"it knows: {', '.join(known)}",
    )
