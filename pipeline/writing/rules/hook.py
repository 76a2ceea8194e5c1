"""SP2xx: the first ten seconds, which decide whether anybody goes on listening."""

import re
from collections.abc import Iterator

from pipeline.song import Section, Severity
from pipeline.writing import fit, lexicon
from pipeline.writing.rules.proof import CHORUS, HOOK_SENTENCE, Proof, content, plays
from pipeline.writing.rules.rule import Fault, Rule

_OPENS = re.compile(
    r"\b(?:opens(?! up)|opening|starts|starting|begins|beginning|(?:open|start|begin)(?= (?:with|on|in))"
    r"|kicks off|kicking off|launches|launching|intro|introduction|fades in|cold open"
    r"|first (?:few |two |three |four |five |ten |\d{1,2} )?(?:seconds?|bars?|notes?|beats?|moments?))\b",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    r"\b(?:chorus(?:es)?|bridge|outro|verses?|drop|breakdown|solo)\s+(?:that |which |then |slowly )?$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;!?](?=\s|$)")
_HOOK = re.compile(re.escape(HOOK_SENTENCE), re.IGNORECASE)
_LONGEST_OPENING = 200  # characters around the word that are read
_EARLY = 250  # characters: about the first third of what the server reads
_DESCRIBED = 2  # words beyond the word for opening itself
_NOT_DESCRIBING = frozenset(
    lexicon.words("opens opening open starts starting begins beginning kicks off intro first")
)
_INSTRUMENTAL = frozenset({"instrumental", "inst", "music", "only", "intro"})


def is_bare_intro(section: Section) -> bool:
    """Say whether a section is an intro about which nothing is said."""
    return section.kind == "intro" and not section.lines and not section.hint


def opening_at(prompt: str) -> int | None:
    """Find where a prompt (without the hook sentence) describes how the song opens; None when it does not."""
    for match in _OPENS.finditer(prompt):
        if _PART_BEFORE.search(prompt[max(0, match.start() - 40) : match.start()]):
            continue
        if len(set(_around(prompt, match)) - _NOT_DESCRIBING) >= _DESCRIBED:
            return match.start()
    return None


def opening_of(prompt: str) -> str | None:
    """Give the sentence of a prompt that describes how the song opens; None when it has none."""
    told = _HOOK.sub("", prompt)
    at = opening_at(told)
    if at is None:
        return None
    begin = max((match.end() for match in _SENTENCE_END.finditer(told, 0, at)), default=0)
    end = _SENTENCE_END.search(told, at)
    return told[begin : end.end() if end else None].strip(" ;,")


def _around(prompt: str, match: re.Match[str]) -> tuple[str, ...]:
    """Give the content words of the sentence that tells the opening, from its own clause on."""
    before = prompt[max(0, match.start() - _LONGEST_OPENING) : match.start()]
    after = prompt[match.end() : match.end() + _LONGEST_OPENING]
    end = _SENTENCE_END.search(after)
    return content(re.split(r"[.,;!?]", before)[-1] + " " + after[: end.start() if end else None])


def _opening_described(proof: Proof) -> Iterator[Fault]:
    if opening_at(proof.prompt) is None:
        yield Fault(
            "the PROMPT does not say how the song opens",
            "say first in the PROMPT what grabs the listener at once, like 'Opens with ...' and the sound, "
            "voice or riff",
            proof.prompt_line,
        )


def _opening_early(proof: Proof) -> Iterator[Fault]:
    place = opening_at(proof.prompt)
    if place is not None and place > _EARLY:
        yield Fault(
            "the opening comes late in the PROMPT",
            "move the sentence on how the song opens to the front of the PROMPT",
            proof.prompt_line,
        )


def _hook_sentence(proof: Proof) -> Iterator[Fault]:
    prompt = proof.song.prompt
    there_is_room = fit.tokens(f"{prompt}. {HOOK_SENTENCE}.") <= fit.CAPTION_TOKENS
    if there_is_room and HOOK_SENTENCE not in prompt.casefold():
        yield Fault(
            "the PROMPT lacks the sentence on the first 10 seconds",
            f"add this sentence to the PROMPT as it stands: {HOOK_SENTENCE}",
            proof.prompt_line,
        )


def _weak_opener(proof: Proof) -> Iterator[Fault]:
    if not proof.sung or not proof.lines:
        return
    first, book = proof.lines[0], proof.lexicon
    start = 0
    while filler := book.fillers.at(first.words, start):
        start += len(filler)
    weak = [book.weak_starts.at(first.words, start), *book.weak_openers.among(first.words)]
    blamed = next((phrase for phrase in weak if phrase and not proof.exempt(phrase)), None)
    if blamed:
        yield Fault(
            f"the first sung line is a weak opener ({' '.join(blamed)!r})",
            "open with a gut-punch: one strange, concrete fact or image; no waking up, weekday, weather or "
            "named feeling",
            first.number,
        )


def _bare_intro(proof: Proof) -> Iterator[Fault]:
    for index, section in _before_the_voice(proof):
        if is_bare_intro(section):
            yield Fault(
                "a bare [Intro] stands before the first sung line",
                "leave [Intro] out, or say in it what is heard, like [Intro - whispered a cappella line]",
                proof.tag_line(index),
            )


def _voice_waits(proof: Proof) -> Iterator[Fault]:
    for index, section in _before_the_voice(proof):
        silent = section.kind != "intro" or _INSTRUMENTAL.issuperset(lexicon.words(section.hint))
        if silent and not is_bare_intro(section):
            yield Fault(
                f"the voice waits behind [{section.tag[:40]}]",
                "let the first ten seconds hold a voice or a described motif; put instrumental parts later",
                proof.tag_line(index),
            )


def _before_the_voice(proof: Proof) -> Iterator[tuple[int, Section]]:
    if proof.sung and proof.lines:
        yield from enumerate(proof.song.sections[: proof.lines[0].section])


def _title_sung(proof: Proof) -> Iterator[Fault]:
    title = set(content(proof.song.title))
    sections = [index for index, section in enumerate(proof.song.sections) if plays(section, CHORUS)]
    heard = {word for line in proof.lines if line.section in set(sections) for word in line.words}
    if title and heard and not title & heard:
        yield Fault(
            "the chorus does not sing a word of the title",
            "let the chorus carry the title, or take the title from the chorus",
            proof.tag_line(sections[0]),
        )


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
RULES = (
    Rule(
        "SP201", "opening-described", _ERROR,
        "The PROMPT describes how the song opens: 'Opens with ...' and at least two words of sound.",
        "The 10-second hook rule of the song-writing notes: the hook is non-negotiable.",
        _opening_described,
    ),
    Rule(
        "SP202", "opening-early", _WARNING,
        "The opening is described within the first 250 characters of the PROMPT.",
        "What comes first weighs most, and what comes last is cut first.",
        _opening_early,
    ),
    Rule(
        "SP203", "hook-sentence", _ERROR,
        f"The PROMPT says literally: {HOOK_SENTENCE} (when the server would still read it).",
        "The song-writing notes: the model responds to this.",
        _hook_sentence, "The sentence is added.",
    ),
    Rule(
        "SP204", "weak-opener", _ERROR,
        "The first sung line is not waking up, a day of the week, the weather or 'I'm feeling ...', "
        "unless the brief asks for it.",
        "The 10-second hook rule of the song-writing notes: 'nobody cares'.",
        _weak_opener,
    ),
    Rule(
        "SP205", "bare-intro", _ERROR,
        "No [Intro] without lines or a hint stands before the first sung line.",
        "One bare [Intro] brought 105 s of riffing (HOT-Step); long intros despite an immediate start "
        "(koboldcpp #2072).",
        _bare_intro, "The tag is dropped.",
    ),
    Rule(
        "SP206", "voice-waits", _WARNING,
        "Before the first sung line there is at most an intro whose hint describes what is heard.",
        "The 10-second hook rule of the song-writing notes.",
        _voice_waits,
    ),
    Rule(
        "SP207", "title-sung", _NOTE,
        "The chorus sings at least one word of the title.",
        "A listener looks for a song by what stuck.",
        _title_sung,
    ),
)  # fmt: skip
