"""The wording: what of a title can be drawn, and where its lines may break."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.song import clean_line

_LONGEST = 300  # characters; a title is a line, not a page
_LONGEST_WORD = 22  # letters that stay together; German and Finnish need that many
_MOST_MARKS = 3  # on one letter: Vietnamese and pointed Hebrew need no more
# Han, Kana, Hangul, Thai, Lao, Khmer, Burmese: no spaces between words, lines break between letters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
_CLOSING = frozenset("、。，．・！？：；）］｝」』】〉》”’ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?:;)]}…")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a title that stays on one line. `space`: a space stands before it; `broken`: its word goes on."""

    text: str
    space: bool
    broken: bool = False


def drawable(title: str, has_font: Callable[[str], bool]) -> str:
    """Give the title as it can be drawn, without ornaments (emoji, symbols) that no font has.

    Empty when letters or digits of it cannot be drawn: half a title would be another one.
    """
    clean = _without_towers(clean_line(title))
    clean = clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1].rstrip() + "…"
    if not clean or has_font(clean):
        return clean
    bare = clean_line("".join(letter for letter in clean if not _is_ornament(letter)))
    return bare if bare and has_font(bare) else ""


def initials(title: str, has_font: Callable[[str], bool]) -> str:
    """Give the first letters of at most three words, of those that can be drawn."""
    words = (re.sub(r"[\W_]", "", word) for word in clean_line(title).split()[:40])
    letters = (word[0].upper() for word in words if word)
    return "".join([letter for letter in letters if len(letter) == 1 and has_font(letter)][:3])


def pieces(title: str) -> tuple[Piece, ...]:
    """Cut a title where a line may end: at spaces, within very long words, between letters of unspaced scripts."""
    found: list[Piece] = []
    for word in title.split(" "):
        parts = _parts(word)
        found += [
            Piece(part, space=index == 0 and bool(found), broken=broken and index < len(parts) - 1)
            for index, (part, broken) in enumerate(parts)
        ]
    return tuple(found)


def joined(line: Sequence[Piece]) -> str:
    """Write pieces as one line, with a hyphen where a word is broken at its end."""
    text = "".join((" " if piece.space else "") + piece.text for piece in line).strip()
    return text + "-" if line and line[-1].broken else text


def _parts(word: str) -> list[tuple[str, bool]]:
    clusters = _clusters(word)
    if _UNSPACED.search(word):
        return [(part, False) for part in _kept_together(clusters)]
    if len(clusters) <= _LONGEST_WORD:
        return [(word, False)]
    count = -(-len(clusters) // _LONGEST_WORD)
    length = -(-len(clusters) // count)
    starts = range(0, len(clusters), length)
    return [("".join(clusters[start : start + length]), True) for start in starts]


def _clusters(word: str) -> list[str]:
    """Split a word into letters with the marks that belong to them."""
    found: list[str] = []
    for letter in word:
        if found and unicodedata.category(letter).startswith("M"):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _kept_together(clusters: list[str]) -> list[str]:
    """Join what may not begin a line (closing marks, small kana) or is Latin to what stands before it."""
    found: list[str] = []
    for cluster in clusters:
        holds = cluster[0] in _CLOSING or (
            found and not _UNSPACED.search(cluster) and not _UNSPACED.search(found[-1][-1])
        )
        if found and holds:
            found[-1] += cluster
        else:
            found.append(cluster)
    return found


def _is_ornament(letter: str) -> bool:
    return (
        unicodedata.category(letter) in {"So", "Sk", "Sm", "Cn", "Co", "Cs", "Cf", "Cc"}
        or letter in "\ufe0e\ufe0f"
    )


def _without_towers(text: str) -> str:
    found: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MOST_MARKS:
            found.append(letter)
    return "".join(found)


def runs_left(text: str) -> bool:
    """Say whether a text is read from right to left: its first letter with a direction decides."""
    sides = (unicodedata.bidirectional(letter) for letter in text)
    return next((side for side in sides if side in {"L", "R", "AL"}), "L") != "L"
