"""Mending by machine: errors that can be put right without touching what the song says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.brief import Brief
from pipeline.song import Finding, Section, Severity
from pipeline.writing.draft import Draft, Positions
from pipeline.writing.lexicon import words
from pipeline.writing.rules import HOOK_SENTENCE, Rulebook, check, hook, metas, noise, read, structure
from pipeline.writing.rules.proof import Proof

_ROUNDS = 8  # what one repair uncovers, the next round mends
_LONGEST_MOVED_HINT = 3  # words of a direction that may become a section's hint


@dataclass(frozen=True, slots=True)
class _Part:
    """A section with its line numbers, which travel together: the tag's, then each line's."""

    section: Section
    numbers: tuple[int, ...]

    def keep(self, lines: Iterable[tuple[int, str]], hint: str) -> "_Part":
        """Keep some lines, by index, in their new wording."""
        kept = tuple(lines)
        numbers = self.numbers and (self.numbers[0], *(self.numbers[index + 1] for index, _ in kept))
        return _Part(replace(self.section, hint=hint, lines=tuple(line for _, line in kept)), numbers)


def mend(draft: Draft, findings: Sequence[Finding], brief: Brief, duration_s: float, book: Rulebook) -> Draft:
    """Mend what the error-level findings allow and record each repair as a sentence.

    Only rules with a `mended` text are touched, and only as errors. Checking the result finds none of what
    was mended, and mending it again changes nothing; what is left goes back to the writer.
    """
    for _ in range(_ROUNDS):
        wrong = {finding.rule for finding in findings if finding.severity is Severity.ERROR}
        before = draft.song
        for rule, mender in MENDERS.items():
            mended = mender(read(draft, brief, duration_s, book)) if rule in wrong else draft
            if mended.song != draft.song:  # an earlier repair may have done this one too
                draft = mended
        if draft.song == before:
            break
        findings = check(draft, brief, duration_s, book)
    return draft


def _remove_references(proof: Proof) -> Draft:
    song = proof.song
    parts = [_reworded(part, noise.without_references) for part in _parts(proof.draft)]
    draft = _assemble(proof.draft, parts, "Addresses and citation marks were removed.")
    clean = replace(
        draft.song,
        title=noise.without_references(song.title),
        prompt=noise.without_references(song.prompt),
    )
    return replace(draft, song=clean)


def _remove_directions(proof: Proof) -> Draft:
    found = [direction for line in proof.song.lines for direction in noise.directions(line, proof.lexicon)]
    parts = [_directed(part, proof) for part in _parts(proof.draft)]
    named = ", ".join(dict.fromkeys(found))
    return _assemble(proof.draft, parts, f"Stage directions were taken out of the sung lines: {named[:120]}.")


def _directed(part: _Part, proof: Proof) -> _Part:
    """Take the directions out of a section; one that stands over its lines becomes its hint."""
    hint, lines = part.section.hint, part.section.lines
    if lines and not hint and not noise.without_directions(lines[0], proof.lexicon):
        moved = noise.directions(lines[0], proof.lexicon)[:1]
        hint = next((text for text in moved if _fits_a_hint(text)), "")
    bare = _reworded(part, lambda line: noise.without_directions(line, proof.lexicon))
    return replace(bare, section=replace(bare.section, hint=hint))


def _fits_a_hint(text: str) -> bool:
    return 0 < len(words(text)) <= _LONGEST_MOVED_HINT and not any(
        mark in text for mark in structure.STACKING
    )


def _remove_words(proof: Proof) -> Draft:
    parts = [part.keep((), part.section.hint) for part in _parts(proof.draft)]
    return _assemble(proof.draft, parts, "The sung lines were removed: the brief asks for an instrumental.")


def _unstack_tags(proof: Proof) -> Draft:
    stacked = [section for section in proof.song.sections if structure.is_stacked(section)]
    parts = [replace(part, section=_unstacked(part.section)) for part in _parts(proof.draft)]
    return _assemble(proof.draft, parts, f"A tag has one hint: {len(stacked)} of them had more.")


def _unstacked(section: Section) -> Section:
    """Keep the name and the first hint; a tag that is nothing but marks stays, for there is no name in it."""
    blank = str.maketrans(dict.fromkeys(structure.STACKING, "\n"))
    names = [text.strip(" -:") for text in section.tag.translate(blank).split("\n")]
    hints = [text.strip(" -:") for text in section.hint.translate(blank).split("\n")]
    names, hints = [text for text in names if text], [text for text in hints if text]
    if not names:
        return section
    return replace(section, tag=names[0], hint=next(iter(hints + names[1:]), ""))


def _drop_bare_intros(proof: Proof) -> Draft:
    before_the_voice = proof.lines[0].section if proof.lines else 0
    bare = {
        index
        for index, section in enumerate(proof.song.sections[:before_the_voice])
        if hook.is_bare_intro(section)
    }
    return _dropped(proof.draft, bare, "A bare [Intro] before the first sung line was dropped.")


def _drop_repeated_tags(proof: Proof) -> Draft:
    sections = proof.song.sections
    filled = {section.tag.casefold() for section in sections if section.lines}
    needless = {
        index
        for index, section in enumerate(sections)
        if structure.is_blank(section)
        and (
            section.tag.casefold() in filled
            or (index + 1 < len(sections) and sections[index + 1].kind == section.kind)
        )
    }
    return _dropped(proof.draft, needless, "Empty tags that only repeat others were dropped.")


def _move_metas(proof: Proof) -> Draft:
    song, found = proof.song, metas.find(proof.song.prompt)
    prompt = metas.without(song.prompt)
    moved = replace(song, prompt=prompt, bpm=song.bpm or metas.bpm(found), key=song.key or metas.key(found))
    phrases = ", ".join(dict.fromkeys(meta.phrase for meta in found))
    return _noted(replace(proof.draft, song=moved), f"Moved out of the PROMPT: {phrases[:120]}.")


def _add_hook_sentence(proof: Proof) -> Draft:
    prompt = proof.song.prompt
    joint = "" if not prompt or prompt[-1] in ".!?" else "."
    sentence = HOOK_SENTENCE[0].upper() + HOOK_SENTENCE[1:] + "."
    added = replace(proof.song, prompt=f"{prompt}{joint} {sentence}".strip())
    return _noted(
        replace(proof.draft, song=added), "The sentence on the first 10 seconds was added to the PROMPT."
    )


MENDERS: Mapping[str, Callable[[Proof], Draft]] = {
    "SP404": _remove_references,
    "SP405": _remove_directions,
    "SP112": _remove_words,
    "SP105": _unstack_tags,
    "SP104": _drop_repeated_tags,
    "SP205": _drop_bare_intros,
    "SP308": _move_metas,
    "SP203": _add_hook_sentence,  # last: there may be room for it now
}


def _parts(draft: Draft) -> list[_Part]:
    known = draft.positions.sections
    parts = []
    for index, section in enumerate(draft.song.sections):
        numbers = known[index] if index < len(known) else ()
        parts.append(_Part(section, numbers if len(numbers) == len(section.lines) + 1 else ()))
    return parts


def _reworded(part: _Part, reword: Callable[[str], str]) -> _Part:
    lines = [(index, reword(line)) for index, line in enumerate(part.section.lines)]
    return part.keep([(index, line) for index, line in lines if line], part.section.hint)


def _dropped(draft: Draft, gone: set[int], repair: str) -> Draft:
    return _assemble(draft, [part for index, part in enumerate(_parts(draft)) if index not in gone], repair)


def _assemble(draft: Draft, parts: Sequence[_Part], repair: str) -> Draft:
    song = replace(draft.song, sections=tuple(part.section for part in parts))
    positions: Positions = replace(draft.positions, sections=tuple(part.numbers for part in parts))
    return _noted(replace(draft, song=song, positions=positions), repair)


def _noted(draft: Draft, repair: str) -> Draft:
    """Record a repair, unless the very same one stands there already."""
    return draft if repair in draft.repairs else replace(draft, repairs=(*draft.repairs, repair))
