"""Prompts out: taste and brief become the messages that a model is asked with.

The system message is the same for every song of a taste, so that servers can cache it; what changes from song
to song stands in the user message. No message ever starts the model's own answer: many models refuse that.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.brief import Brief
from pipeline.song import Finding, Severity
from pipeline.writing import fit, sandbox
from pipeline.writing.taste import Sound, Taste, select

SYSTEM, BRIEF, REPAIR, FORMAT = "system.j2", "brief.j2", "repair.j2", "format.j2"
PARTIALS = frozenset({FORMAT})
# What each template may use; a template of the user's that asks for more is refused with this list.
VARIABLES: Mapping[str, frozenset[str]] = {
    SYSTEM: frozenset({"openings", "structures", "principles", "descriptors"}),
    BRIEF: frozenset({
        "request", "title", "bpm", "key", "meter", "instrumental", "language", "palettes", "blends", "mixed",
        "seconds", "length", "fewest_words", "good_words", "most_words", "most_characters",
    }),
    REPAIR: frozenset({"fault", "findings", "left_out"}),
    FORMAT: frozenset(),
}  # fmt: skip

LONGEST_REPLY = 12_000  # characters of a reply that go back to its writer: two songs of the longest kind
LONGEST_QUOTE = 200  # characters of a line, or of what a rule says about it
MOST_FINDINGS = 12  # a longer list is not worked through, only skimmed

# ACE-Step's documentation asks for less than 4,096 characters of lyrics (`inference.py`). What it reads is
# tokens; it cuts the rest, the song's end, without a word.
_MOST_CHARACTERS = 4000
_CHARACTERS_PER_TOKEN = 3.4  # Latin script: 3.2 (French) to 3.7 (English), measured on the server's examples
_DENSER_SCRIPTS = dict.fromkeys(("bg", "el", "ru", "sr", "uk"), 1.5) | dict.fromkeys(
    ("ar", "bn", "fa", "he", "hi", "ja", "ko", "ne", "pa", "sa", "ta", "te", "th", "ur", "yue", "zh"), 1.0
)
_METERS = {2: "2/4", 3: "3/4", 4: "4/4", 6: "6/8"}
_WORST_FIRST = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Templates:
    """The prompt templates by file name, and the SHA-256 of names and contents."""

    sources: Mapping[str, str]
    hash: str


def check(templates: Templates) -> None:
    """Check templates before a song depends on them. Raises SettingsError with `name:line:`."""
    sandbox.check(templates.sources, VARIABLES, PARTIALS)


def opening(
    brief: Brief, taste: Taste, templates: Templates, duration_s: float, language: str
) -> tuple[Message, ...]:
    """Ask for a song: the system message with craft and rules, the user message with what this song needs.

    The brief's text is data: quoted as one line, never read as a template. Of the taste only the sound is
    told, no names. Raises BriefError for an unknown name in the blend, SettingsError when a template fails.
    """
    sound = select(taste, brief.blend)
    return (
        Message("system", sandbox.render(templates.sources, SYSTEM, _craft(taste))),
        Message("user", sandbox.render(templates.sources, BRIEF, _order(brief, sound, duration_s, language))),
    )


def second_ask(
    asked: Sequence[Message], reply: str, findings: Sequence[Finding], fault: str, templates: Templates
) -> tuple[Message, ...]:
    """Go on with the conversation: the model's reply, and what must be mended in it.

    `fault` says why the reply holds no song at all; "" when there are `findings`, which are quoted with their
    lines, the worst first, at most `MOST_FINDINGS`. Raises SettingsError when the template fails.
    """
    worst = sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.severity))
    lines = reply.splitlines()
    values = {
        "fault": _one_line(fault, LONGEST_QUOTE * 2),
        "findings": [_told(finding, lines) for finding in worst[:MOST_FINDINGS]],
        "left_out": len(worst[MOST_FINDINGS:]),
    }
    return (
        *asked,
        Message("assistant", _bounded(reply)),
        Message("user", sandbox.render(templates.sources, REPAIR, values)),
    )


def _craft(taste: Taste) -> dict[str, Any]:
    return {
        "openings": taste.openings,
        "structures": taste.structures,
        "principles": [{"seek": wanted.seek, "avoid": wanted.avoid} for wanted in taste.principles],
        "descriptors": taste.descriptors,
    }


def _order(brief: Brief, sound: Sound, duration_s: float, language: str) -> dict[str, Any]:
    fewest, most = fit.word_range(duration_s)
    return {
        "request": _one_line(brief.text),
        "title": _one_line(brief.title or ""),
        "bpm": brief.bpm,
        "key": brief.key or "",
        "meter": _METERS[brief.time_signature] if brief.time_signature else "",
        "instrumental": brief.instrumental,
        "language": language,
        "palettes": sound.palettes,
        "blends": sound.blends,
        "mixed": sound.mixed,
        "seconds": duration_s,
        "length": _clock(duration_s),
        "fewest_words": fewest,
        "good_words": (fewest + most) // 2,
        "most_words": most,
        "most_characters": _most_characters(duration_s, language),
    }


def _most_characters(duration_s: float, language: str) -> int:
    """Say how much lyrics the server reads: the planner shares its window with the audio codes it plans."""
    left = fit.PLANNER_TOKENS - fit.CAPTION_TOKENS - fit.PLANNER_CODES_PER_S * duration_s
    per_token = _DENSER_SCRIPTS.get(language, _CHARACTERS_PER_TOKEN)
    return min(_MOST_CHARACTERS, int(min(left, fit.LYRICS_TOKENS) * per_token / 100) * 100)


def _told(finding: Finding, lines: Sequence[str]) -> dict[str, Any]:
    """Quote the line beside its number: models find words, they do not count lines."""
    number = finding.line or 0
    return {
        "severity": finding.severity.value,
        "line": number,
        "quote": _one_line(lines[number - 1], LONGEST_QUOTE) if 0 < number <= len(lines) else "",
        "message": _one_line(finding.message, LONGEST_QUOTE),
        "hint": _one_line(finding.hint, LONGEST_QUOTE),
    }


def _bounded(reply: str) -> str:
    text = reply.strip()[:LONGEST_REPLY]
    return text or "(nothing)"  # several servers refuse an empty turn


def _one_line(text: str, longest: int = LONGEST_REPLY) -> str:
    """Keep a stranger's text to one line, so that it can end no quotation and start no heading."""
    seen = "".join(
        letter for letter in text if letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cs"}
    )
    line = " ".join(seen.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    parts = [f"{number} {unit}" for number, unit in ((minutes, "min"), (rest, "s")) if number]
    return " ".join(parts)
