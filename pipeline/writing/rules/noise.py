"""What is in the words but must not be sung: addresses, citation marks, stage directions."""

import re
from collections.abc import Iterator

from pipeline.brief import LANGUAGES
from pipeline.writing.lexicon import Lexicon, Phrase, words
from pipeline.writing.rules.metas import cut, tidy

_REFERENCE = re.compile(
    r"\[[^\[\]]{0,80}\]\([^()\s]{1,300}\)"  # a Markdown link, whole
    r"|(?i:https?://|www\.)[^\s)\]>]{1,2000}"
    r"|(?<![\w@.-])(?:[\w-]{1,63}\.){1,4}(?:com|org|net|io|fm)(?:/\S{0,2000})?(?!\w)"
    r"|\[\^?\d{1,3}(?:[,\u2013-] ?\d{1,3})*\]"  # [1], [^1], [1, 2]
    r"|\u3010[^\u3010\u3011]{0,80}\u2020[^\u3010\u3011]{0,80}\u3011"  # the mark of a web search
)
_ASIDE = re.compile(r"\[(?P<tag>[^\[\]]{0,80})\]|\((?P<sung>[^()]{1,80})\)|\*(?P<starred>[^*]{1,80})\*")
_LANGUAGE_MARK = re.compile(r"\[([a-z]{2,3})\](?=.)")
_DEEPEST = 8  # brackets in brackets that are unpacked; what is left then goes back to the writer
_CITED = re.compile(r"\^?\d{1,3}(?:[,\u2013-] ?\d{1,3})*")


def references(text: str) -> tuple[str, ...]:
    """Find addresses and citation marks."""
    return tuple(match.group() for match in _REFERENCE.finditer(text))


def without_references(text: str) -> str:
    """Take addresses and citation marks out of a text and close the gaps."""
    for _ in range(_DEEPEST):
        if not references(text):
            break
        text = tidy(_REFERENCE.sub("", text))
    return text


def directions(line: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Find the stage directions in a sung line, without their brackets.

    Square brackets are always one, but for the server's own language marks ("[ko] ...") and citations;
    round ones and asterisks only when nothing but words of direction stands in them.
    """
    return tuple(match[match.lastgroup or 0].strip() for match in _asides(line, lexicon))


def without_directions(line: str, lexicon: Lexicon) -> str:
    """Take the stage directions out of a sung line and close the gaps; "" when nothing else was there."""
    for _ in range(_DEEPEST):
        spans = [match.span() for match in _asides(line, lexicon)]
        if not spans:
            break
        line = tidy(cut(line, spans))
    return line


def _asides(line: str, lexicon: Lexicon) -> Iterator[re.Match[str]]:
    for match in _ASIDE.finditer(line):
        if match["tag"] is not None:
            is_direction = not _is_mark(line, match)
        elif match["starred"] is not None:
            is_direction = _all_direct(words(match["starred"]), lexicon)
        else:
            is_direction = _directs(words(match["sung"]), lexicon)
        if is_direction:
            yield match


def _directs(aside: Phrase, lexicon: Lexicon) -> bool:
    """Judge a round bracket: it may be a backing vocal, so a lone word must be one that nobody sings."""
    return _all_direct(aside, lexicon) and (len(aside) > 1 or bool(lexicon.directions.at(aside, 0)))


def _all_direct(aside: Phrase, lexicon: Lexicon) -> bool:
    place = 0
    while place < len(aside):
        step = max(len(phrases.at(aside, place)) for phrases in (lexicon.directions, lexicon.direction_words))
        if not step:
            return False
        place += step
    return bool(aside)


def _is_mark(line: str, match: re.Match[str]) -> bool:
    language = _LANGUAGE_MARK.match(line) if match.start() == 0 else None
    return bool(language and language[1] in LANGUAGES) or _CITED.fullmatch(match["tag"]) is not None
