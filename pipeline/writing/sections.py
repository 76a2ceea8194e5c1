"""Sections out of lines: tags open them, hints find their tag, repeats are written out, couplets join."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.song import Section
from pipeline.writing import tag_names, tags
from pipeline.writing.lines import Kind, Line
from pipeline.writing.repairs import Repairs

T = TypeVar("T")

_COUPLET = 2  # lines; one tag per couplet makes the model lose the form (ACE-Step-1.5 #1153)
_NAME = re.compile(r"[A-Z][\w'-]*(?: [A-Z0-9][\w'-]*){0,2}")
_WRITTEN_OUT = "What was marked as repeated was written out"


@dataclass(slots=True)
class Part:
    """A section that grows: its lines with their numbers, and what its tag asked for."""

    tag: str
    hint: str = ""
    number: int = 0
    exact: bool = False
    times: int = 1
    again: bool = False
    lines: list[tuple[int, str]] = field(default_factory=list)

    def section(self) -> Section:
        """Give the section as it stands."""
        return Section(self.tag, self.hint, tuple(words for _, words in self.lines))

    def numbers(self) -> tuple[int, ...]:
        """Give the line of the tag, then of each sung line."""
        return (self.number, *(number for number, _ in self.lines))


def gather(lines: Iterable[Line], repairs: Repairs) -> list[Part]:
    """Make the parts of a song from the lines of its lyrics."""
    parts: list[Part] = []
    for line in lines:
        _add(line, parts, repairs)
    parts = _grown(parts, repairs)
    _fill(parts, repairs)
    return [part for part in parts for _ in range(part.times)]


def _add(line: Line, parts: list[Part], repairs: Repairs) -> None:
    if line.tag is not None and not _is_direction(line, parts):
        reading = line.tag
        parts.append(Part(reading.tag, reading.hint, line.number, line.exact, reading.times, reading.again))
        if reading.times > 1:
            repairs.note(_WRITTEN_OUT, line.number)
    elif line.tag is not None:
        _direct(parts[-1], line.tag.tag, line.number, repairs)
    elif not parts:
        parts.append(Part("Verse"))
        repairs.note("The first lines had no tag and were put under [Verse]", line.number)
    if line.kind is Kind.TIMES:
        parts[-1].times = line.times
    elif line.words:
        if line.directed:
            repairs.note("Stage directions inside a line were taken out", line.number)
        parts[-1].lines += [(line.number, line.words)] * line.times
    if line.times > 1:
        repairs.note(_WRITTEN_OUT, line.number)


def _is_direction(line: Line, parts: list[Part]) -> bool:
    """Tell a stage direction ("[soft piano, rain]" right below a tag) from a section with its own name."""
    if line.tag is None or line.exact or not parts:
        return False
    unknown = not line.tag.known
    if line.words or line.gap:
        return unknown and bool(line.words)
    if not parts[-1].lines:
        return unknown or tag_names.is_ending(line.tag.tag)
    return unknown and _NAME.fullmatch(line.tag.tag) is None


def _direct(part: Part, direction: str, number: int, repairs: Repairs) -> None:
    """Make a direction the hint of a section that has neither hint nor lines yet; else drop it."""
    hint, dropped = tags.hints(direction)
    if part.hint or part.lines or not hint:
        repairs.note(f"The stage direction [{direction}] was dropped", number)
        return
    part.hint = hint
    repairs.note(f"[{direction}] became the hint of [{part.tag}]", number)
    if dropped:
        repairs.note(f"A tag has one hint: {dropped!r} was dropped", number)


def grows_on(before: Section, after: Section) -> bool:
    """Say whether the second section only goes on with the first: a tag repeated for the next couplet."""
    sizes = {len(before.lines), len(after.lines)}
    same = before.tag == after.tag and after.hint in {"", before.hint} and before.lines != after.lines
    return same and sizes <= set(range(1, _COUPLET + 1))


def _grown(parts: list[Part], repairs: Repairs) -> list[Part]:
    grown = parts[:1]
    sections = [part.section() for part in parts]
    for before, after, part in zip(sections, sections[1:], parts[1:], strict=False):
        if grows_on(before, after) and not part.exact and part.times == grown[-1].times == 1:
            grown[-1].lines += part.lines
            repairs.note(
                f"A repeated tag [{part.tag}] was left out: its lines go on with the section", part.number
            )
        else:
            grown.append(part)
    return grown


def words_again(tag: str, hint: str, asked: bool, sung: Mapping[str, T]) -> T | None:
    """Find what an empty section sings again: the first of its name; None when it is meant to be empty."""
    name = tag.rstrip(" 0123456789")
    if not asked and (not tag_names.is_resung(name) or "instrumental" in hint.lower()):
        return None
    return next((sung[key] for key in (tag, name, tag.rpartition(" ")[2]) if key and key in sung), None)


def _fill(parts: list[Part], repairs: Repairs) -> None:
    sung: dict[str, list[tuple[int, str]]] = {}
    for part in parts:
        found = None if part.lines or part.exact else words_again(part.tag, part.hint, part.again, sung)
        if found:
            part.lines = found
            repairs.note(f"[{part.tag}] was written out again", part.number)
        elif part.lines:
            remember(part.tag, part.lines, sung)


def remember(tag: str, words: T, sung: dict[str, T]) -> None:
    """Keep the words of a section under its tag and under its name without a number; the first ones stay."""
    sung.setdefault(tag, words)
    sung.setdefault(tag.rstrip(" 0123456789"), words)
