"""What models say around a song: greetings, offers, notes, the heading of a second option."""

import re

_LONGEST = 300  # characters of a line that are looked at; talk opens in the first words

_GREETING = re.compile(
    r"(?:sure|certainly|of course|absolutely|okay|ok|alright|great|here(?:'s| is| are)|below (?:is|are)"
    r"|i(?:'ve| have)? (?:written|wrote|created|crafted|composed)|this is (?:a|your|the))\b"
    r"(?=.*\b(?:song|lyrics?|track|prompt|draft|version|request|brief)\b|.*[:!]$|[.!]?$)",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"(?:let me know (?:if|what|how|whether|which)\b|feel free to\b|would you like (?:me|any|another)\b"
    r"|(?:do you )?want me to\b|i(?:'d be| am|'m) happy to\b|happy to\b|i can also\b"
    r"|(?:i )?hope (?:this|you|it)\b|enjoy[!.]?$"
    r"|if you(?:'d| would)? (?:like|want|need)\b.*\b(?:i|me|song|version|changes?)\b"
    r"|i(?:'ve)? (?:kept|used|wrote|written|tried|aimed|focused|leaned|went)\b"
    r"|th(?:is|ese|e) (?:song|lyrics?|track|piece|prompt|chorus|verses?)\b"
    r".*\b(?:captures?|uses?|follows?|is|are|keeps?|opens?)\b"
    r"|\(?~?\d+ words\)?$)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\(?(?:(?:production |writer'?s? |song |author'?s )?notes?|why (?:this|it) works|explanation|rationale"
    r"|commentary|(?:hook )?analysis|about (?:this|the) (?:song|track)|sources|references|disclaimer"
    r"|(?:total )?(?:word|character|syllable|line)s? ?count|total words)\b"
    r"(?: (?:on|about|for|behind|of|to) [^:]{0,30})?(?:\)?$| ?:)",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"[=\-–— ]*(?:option|song|version|variant|variation|alternative) (?:#?\d{1,2}|[a-e]|one|two|three)"
    r"(?: ?[:.\-–—=].*)?",
    re.IGNORECASE,
)


def greets(text: str) -> bool:
    """Say whether a line announces a song; meant for lines before the first tag."""
    return _GREETING.match(text[:_LONGEST]) is not None


def offers(text: str) -> bool:
    """Say whether a line talks to the user after a song; a sung line may do so too ("Let me know if…")."""
    return _OFFER.match(text[:_LONGEST]) is not None


def notes(text: str) -> bool:
    """Say whether a line opens notes about a song: `Notes:`, `Word count: 212`."""
    return _NOTE.match(text[:_LONGEST]) is not None


def opens_option(text: str) -> bool:
    """Say whether a line is the heading of one of several songs: `Option 2: The Quiet One`."""
    return _OPTION.fullmatch(text[:_LONGEST]) is not None
