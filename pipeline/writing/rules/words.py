"""SP4xx: the sung words."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest

from pipeline.song import Severity
from pipeline.writing import fit, syllables
from pipeline.writing.lexicon import Phrases
from pipeline.writing.rules import noise, scripts
from pipeline.writing.rules.proof import CHORUS, Proof, SungLine, content, plays
from pipeline.writing.rules.rule import Fault, Rule

_SHOWN = 3  # lines that are blamed at once; more are skimmed, not mended
_CLICHES_PER_WORD = 3 / 100  # density, and
_CLUSTER = 3  # clichés that a whole song, or one section, may not reach
_LONG_LINE, _LONG_WORDY_LINE = 14, 20  # syllables; 6-10 sing best, rap runs to 13 and more
_UNSINGABLE_SYLLABLES, _UNSINGABLE_CHARACTERS, _UNSINGABLE_UNSPACED = 30, 120, 40
_TWIN = 0.5  # share of content words that two verses may have in common
_FEWEST_SENSES = 3  # different words of the senses, in a song of
_ENOUGH_WORDS = 40  # words or more
_MOST_FILLER = 0.25  # share of lines


def _cliches(proof: Proof) -> Iterator[Fault]:
    away = [group.words for group in proof.lexicon.scoped if not proof.tells(group.genres)]
    found = [(line, _worn(proof, line, [proof.lexicon.cliches, *away])) for line in proof.lines if proof.sung]
    total = sum(len(worn) for _, worn in found)
    clusters: Counter[int] = Counter()
    for line, worn in found:
        clusters[line.section] += len(worn)
    dense = total >= _CLUSTER and total > _CLICHES_PER_WORD * fit.words(proof.song.lines)
    if not dense and max(clusters.values(), default=0) < _CLUSTER:
        return
    for line, worn in nlargest(_SHOWN, found, key=lambda pair: len(pair[1])):
        if worn:
            yield Fault(
                f"cliché: {', '.join(worn)[:80]} ({total} in the song)",
                "replace it by a concrete detail that only this story has: an object, a place, a touch",
                line.number,
            )


def _worn(proof: Proof, line: SungLine, lists: Sequence[Phrases]) -> list[str]:
    found = (phrase for phrases in lists for phrase in phrases.among(line.words))
    return [" ".join(phrase) for phrase in found if not proof.exempt(phrase)]


def _greeting_cards(proof: Proof) -> Iterator[Fault]:
    if not proof.sung:
        return
    cards = [line for line in proof.lines if _greets(proof, line)]
    different = {line.words for line in cards}
    prominent = {line.words for line in _prominent(proof)}
    if len(different) > 1 or different & prominent:
        for line in list({line.words: line for line in reversed(cards)}.values())[::-1][:_SHOWN]:
            yield Fault(
                "this line could stand on a greeting card",
                "rewrite it: say what happened, with a thing that can be seen or touched, not what "
                "everybody feels",
                line.number,
            )


def _greets(proof: Proof, line: SungLine) -> bool:
    return any(not proof.exempt(phrase) for phrase in proof.lexicon.greeting_cards.among(line.words))


def _prominent(proof: Proof) -> Sequence[SungLine]:
    """Give the song's first line and the first line of its first chorus."""
    in_chorus = (line for line in proof.lines if plays(proof.song.sections[line.section], CHORUS))
    return [*proof.lines[:1], *[line for line in [next(in_chorus, None)] if line]]


def _digits(proof: Proof) -> Iterator[Fault]:
    for line in _first(proof, lambda text: any(letter.isdecimal() for letter in text)):
        yield Fault(
            "a digit in a sung line is sung as chance has it",
            "write numbers the way they are sung: 'three AM', 'nineteen eighty-four'",
            line.number,
        )


def _references(proof: Proof) -> Iterator[Fault]:
    places = [(proof.song.title, proof.draft.positions.title or None), (proof.song.prompt, proof.prompt_line)]
    for text, number in places + [(line.text, line.number) for line in proof.lines]:
        for mark in noise.references(text)[:1]:
            yield Fault(
                f"an address or citation mark: {mark[:60]}", "write no URLs and no citation marks", number
            )


def _stage_directions(proof: Proof) -> Iterator[Fault]:
    for line in proof.lines if proof.sung else ():
        for direction in noise.directions(line.text, proof.lexicon)[:1]:
            yield Fault(
                f"the stage direction {direction[:60]!r} would be sung",
                "put it into the section's tag as its one hint, or into the PROMPT, or leave it out",
                line.number,
            )


def _long_lines(proof: Proof) -> Iterator[Fault]:
    limit = _LONG_WORDY_LINE if proof.tells(proof.lexicon.wordy_genres) else _LONG_LINE
    counted = [(line, _beats(proof, line)) for line in proof.lines if proof.sung]
    long = [(line, count) for line, count in counted if limit < count <= _UNSINGABLE_SYLLABLES]
    for line, count in nlargest(_SHOWN, long, key=lambda pair: pair[1]):
        yield Fault(
            f"a line of about {count} syllables is hard to sing",
            "break it into two lines; six to ten syllables sing best",
            line.number,
        )


def _unsingable(proof: Proof) -> Iterator[Fault]:
    for line in proof.lines if proof.sung else ():
        unspaced = len(fit.UNSPACED.findall(line.text))
        if (
            _beats(proof, line) > _UNSINGABLE_SYLLABLES
            or len(line.text) > _UNSINGABLE_CHARACTERS
            or unspaced > _UNSINGABLE_UNSPACED
        ):
            yield Fault(
                f"a line of {len(line.text)} characters cannot be sung in one breath",
                "break it into several lines of six to ten syllables",
                line.number,
            )


def _beats(proof: Proof, line: SungLine) -> int:
    return syllables.in_line(line.text, "en" if proof.english else str(proof.brief.language))


def _wrong_script(proof: Proof) -> Iterator[Fault]:
    wanted = _scripts(proof)
    if not wanted:
        return
    seen: Counter[str] = Counter()
    for line in proof.lines:
        letters = scripts.letters(line.text)
        seen += letters
        if 2 * _foreign(letters, wanted) > letters.total():
            yield Fault(
                f"this line is not written in the script of the language {proof.brief.language!r}",
                f"write every sung line in the language {proof.brief.language!r} and its own script",
                line.number,
            )
    if 2 * sum(seen[script] for script in wanted) < seen.total():
        yield Fault(
            f"the song is not written in the script of the language {proof.brief.language!r}",
            f"write the lyrics in the language {proof.brief.language!r} and its own script, not in "
            "transcription",
        )


def _stray_letters(proof: Proof) -> Iterator[Fault]:
    wanted = _scripts(proof)
    for line in proof.lines if wanted else ():
        letters = scripts.letters(line.text)
        if 0 < 2 * _foreign(letters, wanted) <= letters.total():
            yield Fault(
                "letters of another script are mixed into this line",
                f"write the whole line in the script of the language {proof.brief.language!r}",
                line.number,
            )


def _scripts(proof: Proof) -> frozenset[str]:
    language = proof.brief.language
    return scripts.of_language(language) if proof.sung and language not in {None, "unknown"} else frozenset()


def _foreign(letters: Counter[str], wanted: frozenset[str]) -> int:
    """Count letters of scripts that do not belong; Latin words are at home in songs of any language."""
    return sum(count for script, count in letters.items() if script not in wanted | scripts.LATIN)


def _twin_verses(proof: Proof) -> Iterator[Fault]:
    verses = [
        (index, set(content(" ".join(section.lines))))
        for index, section in enumerate(proof.song.sections)
        if section.kind == "verse" and section.lines
    ]
    if len(verses) < 2:
        return
    (_, first), (index, second) = verses[:2]
    if len(first & second) > _TWIN * len(first | second):
        yield Fault(
            "the second verse says what the first has said",
            "let the second verse move on: a new scene, a later hour, another detail",
            proof.tag_line(index),
        )


def _senses(proof: Proof) -> Iterator[Fault]:
    if not (proof.sung and proof.english and proof.lexicon.senses):
        return
    if fit.words(proof.song.lines) < _ENOUGH_WORDS:
        return
    sung = [
        phrase
        for line in proof.lines
        for _, words in proof.lexicon.senses
        for phrase in words.among(line.words)
    ]
    vague = [phrase for line in proof.lines for phrase in proof.lexicon.abstractions.among(line.words)]
    if len(set(sung)) < _FEWEST_SENSES or len(vague) > len(sung):
        yield Fault(
            f"the words stay abstract: {len(vague)} abstractions, {len(sung)} things that can be sensed",
            "use taste, touch, temperature, texture and sound: things in a room instead of names of feelings",
        )


def _filler(proof: Proof) -> Iterator[Fault]:
    empty = [line for line in proof.lines if proof.sung and proof.lexicon.fillers.cover(line.text)]
    if len(empty) > _MOST_FILLER * len(proof.lines):
        yield Fault(
            f"{len(empty)} of {len(proof.lines)} lines are only filler",
            "cut the oohs and yeahs that carry nothing; every line should earn its place",
            empty[0].number,
        )


def _first(proof: Proof, is_so: Callable[[str], bool]) -> list[SungLine]:
    return [line for line in proof.lines if proof.sung and is_so(line.text)][:_SHOWN]


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
RULES = (
    Rule(
        "SP401", "cliches", _WARNING,
        "There are fewer than three clichés per hundred words, and fewer than three in one section. Words "
        "of the brief "
        "and words at home in the genre (neon in synthwave) are free.",
        "The song-writing notes: never abstract platitudes. Density, because a single worn word is no crime.",
        _cliches,
    ),
    Rule(
        "SP402", "greeting-card", _ERROR,
        "Neither the first line nor the chorus opens with a greeting-card phrase, and no two lines hold one.",
        "The song-writing notes: if the lyrics read like a greeting card, rewrite them.",
        _greeting_cards,
    ),
    Rule(
        "SP403", "digits", _WARNING,
        "Sung lines spell their numbers out.",
        "The server reads digits as it likes; HeartMuLa and others spell them out before singing.",
        _digits,
    ),
    Rule(
        "SP404", "references", _ERROR,
        "There are no URLs and no citation marks.",
        "Models with web search leave them behind; they would be sung.",
        _references, "They are removed.",
    ),
    Rule(
        "SP405", "stage-directions", _ERROR,
        "No stage directions stand inside a section; backing vocals in round brackets may.",
        "Bracketed directions inside sections lose lyrics (ACE-Step-1.5 #180).",
        _stage_directions, "They are removed; one over a section without a hint becomes its hint.",
    ),
    Rule(
        "SP406", "long-line", _WARNING,
        "A line has at most 14 syllables (20 in rap and its kin).",
        "ACE-Step, docs/en/Tutorial.md: 6 to 10 syllables a line.",
        _long_lines,
    ),
    Rule(
        "SP407", "unsingable-line", _ERROR,
        "A line has at most 30 syllables, 120 characters, or 40 characters in a script without spaces.",
        "A paragraph in one line is skipped or mumbled (ACE-Step #6).",
        _unsingable,
    ),
    Rule(
        "SP408", "wrong-script", _ERROR,
        "Every line, and the song as a whole, is written in the script of the brief's language; Latin "
        "lines may be mixed in.",
        "The language is told to the server as text; words in another script are sung in another language.",
        _wrong_script,
    ),
    Rule(
        "SP409", "stray-letters", _WARNING,
        "No line mixes in letters of a foreign script.",
        "Multilingual models slip.",
        _stray_letters,
    ),
    Rule(
        "SP410", "twin-verses", _WARNING,
        "The first two verses share at most half of their words.",
        "The song-writing notes: every line should earn its place.",
        _twin_verses,
    ),
    Rule(
        "SP411", "senses", _WARNING,
        "An English song of 40 words or more names at least three things that can be sensed, and no more "
        "abstractions "
        "than those.",
        "The song-writing notes: concrete and sensory, never abstract.",
        _senses,
    ),
    Rule(
        "SP412", "filler", _WARNING,
        "At most a quarter of the lines are nothing but oohs and yeahs.",
        "The song-writing notes: cut filler ruthlessly.",
        _filler,
    ),
)  # fmt: skip
