"""The envelope of a reply: reasoning, chat tokens and literal line breaks around what was meant to be read.

Whatever is taken out leaves its line breaks behind, so line numbers stay those of the reply.
"""

import re
from dataclasses import dataclass

from pipeline.writing.repairs import Repairs

# A line that `render` wrote verbatim is never looked into.
VERBATIM = r"^(?:(?:TITLE|PROMPT): \\ |\\ |\[\\ )[^\n]*"
_WORDS = "think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad|seed:think"
_REASONING = re.compile(rf"{VERBATIM}|(<(/?)(?:{_WORDS})>)", re.IGNORECASE | re.MULTILINE)
_CHANNEL = re.compile(
    rf"{VERBATIM}|<\|channel\|>[ \n]{{0,8}}(?:(final)[^<\n]{{0,40}}<\|message\|>|(analysis|commentary))",
    re.MULTILINE,
)
_TOKEN = re.compile(
    rf"{VERBATIM}|(<\|(?:im_)?start\|>(?:assistant|system|user)?|<\|[^<>|\n]{{1,40}}\|>|<｜[^<>｜\n]{{1,40}}｜>|</?s>"
    r"|<(?:bos|eos|end_of_turn)>|<start_of_turn>(?:model|user)?|\[/?INST\])",
    re.MULTILINE,
)
_NOT_A_BREAK = re.compile(r"[^\n]+")
_LITERAL_BREAK = re.compile(r"(?:\\r)?\\n")


@dataclass(frozen=True, slots=True)
class Opened:
    """A reply without its envelope; `unclosed` is what followed a reasoning mark that was never closed."""

    text: str
    unclosed: str | None = None


def open_reply(text: str, repairs: Repairs) -> Opened:
    """Take reasoning and chat tokens out of a reply whose line breaks are all `\\n`."""
    text, cut_off = _channel(text, repairs)
    kept, unclosed = _without_reasoning(text, repairs)
    bare = _TOKEN.sub(lambda match: "" if match[1] else match[0], kept)
    if bare != kept:
        repairs.note("Chat tokens were taken out")
    return Opened(bare, "" if cut_off else unclosed)


def is_clear(line: str) -> bool:
    """Say whether a line holds nothing that would be taken for a part of the envelope."""
    return not any(pattern.search(line) for pattern in (_REASONING, _CHANNEL, _TOKEN))


def _channel(text: str, repairs: Repairs) -> tuple[str, bool]:
    """Keep what the last "final" channel says (the harmony format); True when there is only analysis."""
    marks = [match for match in _CHANNEL.finditer(text) if match.lastindex]
    finals = [match for match in marks if match[1]]
    if finals:
        repairs.note("The reasoning channel was left out")
        return _without(text, [(0, finals[-1].end())]), False
    return (text[: marks[0].start()], True) if marks else (text, False)


def _without_reasoning(text: str, repairs: Repairs) -> tuple[str, str | None]:
    """Take closed reasoning out; a closing mark that nothing opened closes all before it."""
    gone: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for match in (found for found in _REASONING.finditer(text) if found[1]):
        if match[2]:
            gone = gone if opened else []
            gone.append((opened.start() if opened else 0, match.end()))
            opened = None
        elif opened is None:
            opened = match
    if gone:
        repairs.note("Reasoning was left out")
    if opened is None:
        return _without(text, gone), None
    kept = _without(text[: opened.start()], gone)
    return kept, _without(text, [(0, opened.end())])


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Cut the spans out but for their line breaks."""
    pieces, done = [], 0
    for start, end in spans:
        pieces += [text[done:start], _NOT_A_BREAK.sub("", text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])


def lines(text: str, repairs: Repairs) -> list[tuple[int, str]]:
    """Split text into its lines, each with its number from 1.

    Literal `\\n` are taken for line breaks only when the text has hardly any real ones: otherwise a backslash
    before a word with n would be eaten (ACE-Step-1.5 #293).
    """
    if text.strip().count("\n") < 2 and len(_LITERAL_BREAK.findall(text)) > 1:
        repairs.note("Literal \\n were read as line breaks")
        bare = text.strip().removeprefix('"').removesuffix('"').replace('\\"', '"')
        return [(1, piece) for piece in _LITERAL_BREAK.split(bare)]
    return list(enumerate(text.split("\n"), 1))
