"""The theme of a day: what a song of the day is about, and which one is due."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

NOVELTY_DAYS = 90  # a theme is not heard again within these, before and after: catching up goes back in time

_GOLDEN = (math.sqrt(5) - 1) / 2  # a walk in steps of this share of a circle spreads its stops most evenly


@dataclass(frozen=True, slots=True)
class Theme:
    """One line that a song can be made from. `blend` names influences of the taste, `mood` is a few words."""

    text: str
    blend: tuple[str, ...] = ()
    mood: str = ""


def due(themes: Sequence[Theme], day: int, used: Mapping[str, int]) -> Theme:
    """Choose the theme of a day by its ordinal number: the same for the same day and the same past.

    `used` maps the text of a theme to the day it was used, the nearest to `day` (see `nearest_uses`). One used
    within NOVELTY_DAYS is passed over; when all were (there are fewer than 91, or a file has just been
    cut down), it is the one whose use lies farthest away. Raises ValueError when there are no themes.
    """
    if not themes:
        raise ValueError("there are no themes to choose from")
    in_turn = list(_walk(themes, day))
    for theme in in_turn:
        if theme.text not in used or abs(day - used[theme.text]) > NOVELTY_DAYS:
            return theme
    return max(in_turn, key=lambda theme: abs(day - used[theme.text]))


def nearest_uses(history: Iterable[tuple[str, int]], day: int) -> dict[str, int]:
    """Give for every theme the day of its use that is nearest to `day`, from (text, day) pairs in any order."""
    nearest: dict[str, int] = {}
    for text, use in history:
        if text not in nearest or (abs(day - use), use) < (abs(day - nearest[text]), nearest[text]):
            nearest[text] = use
    return nearest


def brief_text(theme: Theme) -> str:
    """Say the theme as the brief of a song: its text, and the mood behind it."""
    return f"{theme.text}; mood: {theme.mood}" if theme.mood else theme.text


def _walk(themes: Sequence[Theme], day: int) -> Iterator[Theme]:
    """Go once through all themes, from the day's own on; neighbours of the file lie far apart on the way."""
    count = len(themes)
    step = next(step for step in range(int(count * _GOLDEN), count + 1) if math.gcd(step, count) == 1)
    return (themes[(day + ahead) * step % count] for ahead in range(count))
