"""Section tags: what stands between the brackets, read as a name, a hint and a number of times."""

import re
from dataclasses import dataclass

from pipeline.writing import tag_names

LONGEST_TAG = 80  # characters between the brackets; more than that is a stage direction
_LONGEST_NAME = 40
MOST_TIMES = 4  # "(x8)" would fill the song with one line

_ONES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_IDEOGRAPHS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_FIRSTS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_NUMBERED = re.compile(
    rf"(.*?)(?:[\s#.-]{{0,3}}([0-9０-９]{{1,2}})"
    rf"|\s({'|'.join([*_ONES, *_ROMANS])})|\s?([{''.join(_IDEOGRAPHS)}]))",
    re.IGNORECASE,
)
_TIMES = r"(?:[x×]\s?([1-9][0-9]?)|([1-9][0-9]?)\s?(?:[x×]|times))"
_MULTIPLIED = re.compile(rf"(.*?)[\s,:–—(-]{{0,4}}(?:repeat(?:ed|s)?\s)?{_TIMES}\)?", re.IGNORECASE)
_ALONE = re.compile(
    rf"(?:repeat(?:ed|s)?\s)?{_TIMES}|[(\[](?:repeat(?:ed|s)?(?:\s{_TIMES})?|{_TIMES})[)\]]", re.IGNORECASE
)
_AGAIN = re.compile(
    r"repeat(?:\s+(?:of\s+)?(?:the\s+)?(.+))?|(.+?)[\s,:–—(-]{1,4}(?:repeat(?:s|ed)?|again)\)?", re.IGNORECASE
)
_AGAIN_WORD = re.compile(r"repeat|again", re.IGNORECASE)
_PARTED = re.compile(r"\s*[–—:：|,;(（]\s*|\s+-\s*|-\s+")
_DASHED = re.compile(r"\s*[–—]\s*|\s-\s")
_HINTS = re.compile(r"[,;|+]|\s[-–—]\s")
_EDGES = " -–—:：.,"
_OVER = re.compile(r"/.*|end(?: of (?:the )?song)?|fin|the end", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tag says: its name in English, one hint, how often it is sung, whether earlier words come again.

    `known` means that ACE-Step has met the name; `dropped` holds the hints after the first.
    """

    tag: str
    hint: str = ""
    times: int = 1
    again: bool = False
    known: bool = False
    dropped: str = ""


def is_exact(tag: str) -> bool:
    """Say whether a spelled tag is in the table itself, not only in a family."""
    return bool(tag_names.exactly(tag.rstrip(" 0123456789")))


def is_closing(content: str) -> bool:
    """Say whether a bracket only closes: `[/Verse]`, `[End]`."""
    return _OVER.fullmatch(content) is not None


def spelled(name: str) -> str:
    """Spell a name as ACE-Step knows it, in English and with its number; "" for an unknown name.

    >>> spelled("verse 1"), spelled("Couplet II"), spelled("2nd verse"), spelled("Kettle")
    ('Verse 1', 'Verse 2', 'Verse 2', '')
    """
    if len(name) > _LONGEST_NAME:
        return ""
    for bare, number in (_numbered(name), (name, "")):  # the second, for a name that ends like a number
        known = tag_names.loosely(bare)
        if known:
            return f"{known} {number}".rstrip()
    return ""


def _numbered(name: str) -> tuple[str, str]:
    """Part a name from its number, which may be a digit, a word, a Roman numeral or an ordinal before it."""
    first, _, rest = name.partition(" ")
    if first.casefold() in _FIRSTS:
        return rest, str(_FIRSTS[first.casefold()])
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return name, ""
    bare, digits, word, ideograph = match.groups()
    if digits:
        return bare, str(int(digits))
    lowered = (word or ideograph).casefold()
    return bare, str(_ONES.get(lowered) or _ROMANS.get(lowered) or _IDEOGRAPHS[lowered])


def times(text: str) -> int:
    """Read a line that only multiplies, such as `(x2)` or `(repeat)`: how often, at most 4; else 0."""
    match = _ALONE.fullmatch(text) if len(text) <= 24 else None
    if match is None:
        return 0
    return min(int(next(filter(None, match.groups()), 2)), MOST_TIMES)


def read(content: str) -> Reading | None:
    """Read what stands between a tag's brackets; None when that is nothing that could be a name."""
    bare, count = _multiplied(content[:LONGEST_TAG].strip(_EDGES))
    bare, again = _repeated(bare)
    name, details = _parted(bare)
    if count == 1:  # "Chorus x2 - whispered"
        name, count = _multiplied(name)
    tag = spelled(name) or name.strip(_EDGES)
    if not tag:
        return None
    hint, dropped = hints(details)
    return Reading(tag, hint, count, again, known=bool(spelled(name)), dropped=dropped)


def hints(text: str) -> tuple[str, str]:
    """Part the first hint from the others: a tag has one, stacked ones get sung (ACE-Step's Tutorial.md)."""
    found = [hint for hint in (part.strip(" ()（）'\"-–—:.") for part in _HINTS.split(text)) if hint]
    return (found[0] if found else ""), ", ".join(found[1:])


def _multiplied(content: str) -> tuple[str, int]:
    match = (
        _MULTIPLIED.fullmatch(content) if any(map(str.isdigit, content)) else None
    )  # before the numerals: the x of "Chorus x2" is none
    if match is None:
        return content, 1
    bare, after, before = match.groups()
    return (bare, min(int(after or before), MOST_TIMES)) if bare else (content, 1)


def _repeated(content: str) -> tuple[str, bool]:
    match = _AGAIN.fullmatch(content) if _AGAIN_WORD.search(content) else None
    if match is None:
        return content, False
    return match[1] or match[2] or content, True


def _parted(content: str) -> tuple[str, str]:
    """Part the name from what follows; behind a name that is unknown only a dash counts."""
    match = None if spelled(content) else _PARTED.search(content)
    if match is not None and not spelled(content[: match.start()]):
        match = _DASHED.search(content)
    return (content[: match.start()], content[match.end() :]) if match else (content, "")
