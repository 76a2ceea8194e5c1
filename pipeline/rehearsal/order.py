"""What a conversation asks of the songwriter, read tolerantly: any OpenAI client may ask."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Messages = Sequence[Mapping[str, object]]

_LONGEST = 20_000  # characters of one message that are looked at
_FENCES = tuple(
    re.compile(pattern, re.DOTALL | re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"((?:^> ?[^\n]+\n?)+)",
        r"<brief>(.+?)</brief>",
        r"(?:```|~~~)[^\n]*\n(.+?)\n(?:```|~~~)",
        r"^brief: *([^\n]+)",
    )
)
_TITLE = re.compile(r"^[-*# ]{0,6}TITLE\**: *\**([^<\s*][^\n<*]*)", re.MULTILINE)
_LENGTH = re.compile(
    r"(?<!first )\b(\d{1,2}(?:\.\d+)?)[ -]?min(?:ute)?s?\b(?: (\d{1,2}) ?s\b)?"
    r"|(?<!first )\b(\d{2,3}(?:\.\d+)?)[ -]?(?:seconds?|secs?|s)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\b(\d{1,4})\s*(?:to|and|-|–|—|…)\s*(\d{1,4})\s+(?:\w+ )?words\b", re.IGNORECASE)
_BPM = re.compile(r"\b(\d{2,3})\s*bpm\b|\bbpm\W{1,4}(?:is )?(\d{2,3})\b", re.IGNORECASE)
_KEY = re.compile(r"\b([A-G](?:#|b|♯|♭)?)[ -](major|minor)\b")
_LANGUAGE = re.compile(r'\bsing in the language with the code "([a-z]{2,3})"', re.IGNORECASE)
_INSTRUMENTAL = re.compile(
    r"(?<!not )(?<!no )(?<!if )(?<!non-)\binstrumental\b(?! (?:break|solo|part))", re.IGNORECASE
)
_PALETTE = re.compile(r"joins all of this[^\n]*\n+((?:- [^\n]+\n?)+)")


@dataclass(frozen=True, slots=True)
class Order:
    """One song as it was ordered; None and "" where the conversation does not say.

    `words` are the fewest and most sung words, `title` is fixed when given, `palette` describes a sound that
    must be kept, `attempt` counts the drafts that were sent back before, `language` is a code as in ISO 639.
    """

    brief: str
    duration_s: float | None = None
    words: tuple[int, int] | None = None
    instrumental: bool = False
    bpm: int | None = None
    key: str = ""
    title: str = ""
    palette: str = ""
    attempt: int = 0
    language: str = ""


def read(messages: Messages) -> Order:
    """Read the order out of a conversation: the last brief in it, and what is said around that brief."""
    turns = [(str(message.get("role", "")), text(message.get("content"))[:_LONGEST]) for message in messages]
    asked = [said for role, said in turns if role == "user"]
    drafts = [said for role, said in turns if role == "assistant" and said.strip()]
    ask = next((said for said in reversed(asked) if _fenced(said)), asked[0] if asked else "")
    fenced = _fenced(ask)
    around = ask.replace(fenced, " ") if fenced else ask
    brief = re.sub(r"^> ?", "", fenced, flags=re.MULTILINE) if fenced else ask
    palette = _PALETTE.search(around)
    words = _word_range(around)
    language = _LANGUAGE.search(around)
    return Order(
        brief=" ".join(brief.split()),
        duration_s=_duration(around) or _duration(brief),
        words=words,
        # who says how many words are to be sung wants them sung, whatever the brief says
        instrumental=bool(_INSTRUMENTAL.search(around) or (words is None and _INSTRUMENTAL.search(brief))),
        bpm=_bpm(around) or _bpm(brief),
        key=_key(around) or _key(brief),
        title=_title(around) or (_title(drafts[-1]) if drafts else ""),
        palette=palette[1] if palette else "",
        attempt=len(drafts),
        language=language[1].lower() if language else "",
    )


def text(content: object) -> str:
    """Give the text of a message, which may be a string or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def _fenced(said: str) -> str:
    matches = (fence.search(said) for fence in _FENCES)
    return next((match[1].strip() for match in matches if match), "")


def _duration(said: str) -> float | None:
    match = _LENGTH.search(said)
    if match is None:
        return None
    minutes, rest, seconds = match.groups()
    return float(seconds) if seconds else float(minutes) * 60 + float(rest or 0)


def _word_range(said: str) -> tuple[int, int] | None:
    match = _WORDS.search(said)
    return (int(match[1]), int(match[2])) if match and int(match[1]) <= int(match[2]) else None


def _bpm(said: str) -> int | None:
    match = _BPM.search(said)
    bpm = int(match[1] or match[2]) if match else 0
    return bpm if 30 <= bpm <= 300 else None


def _key(said: str) -> str:
    match = _KEY.search(said)
    return f"{match[1]} {match[2]}" if match else ""


def _title(said: str) -> str:
    match = _TITLE.search(said)
    return " ".join(match[1].split())[:200] if match else ""
