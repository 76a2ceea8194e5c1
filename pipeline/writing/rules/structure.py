"""SP1xx: tags and sections, the only map of the song that the music server has."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from pipeline.song import Section, Severity
from pipeline.writing import lexicon
from pipeline.writing.rules.proof import CHORUS, VERSE, Proof, number_of, plays
from pipeline.writing.rules.rule import Fault, Rule

STACKING = ",;|+[](){}"
_LONGEST_HINT = 6  # words; the longest qualifiers in ACE-Step's examples have four
_LONGEST_SECTION = 16  # lines; the guide asks for breathing room, its verses have four to eight
_NEARLY_EQUAL = 0.7  # share of lines that a repeated chorus keeps
# The words of the tags in ACE-Step 1.5's guide (docs/en/Tutorial.md) and in its 200 text2music examples.
_TAG_WORDS = frozenset(
    lexicon.words(
        "intro verse pre post chorus bridge outro hook refrain instrumental inst interlude break breakdown "
        "build up "
        "buildup drop solo guitar piano synth sax saxophone drum bass violin string horn trumpet flute "
        "harmonica "
        "organ arpeggio final last double half climax fade fades fading out in silence end ends ending "
        "abrupt "
        "abruptly song music spoken word rap scatting vocal sample ad lib coda reprise middle eight dance "
        "opening "
        "closing strophe turnaround vamp tag"
    )
)
_SUNG = VERSE | CHORUS | {"bridge"}


def is_blank(section: Section) -> bool:
    """Say whether a section that ought to be sung has neither lines nor a hint."""
    return not section.lines and not section.hint and bool(set(lexicon.words(section.tag)) & _SUNG)


def is_stacked(section: Section) -> bool:
    """Say whether a tag says more than one thing beyond its name."""
    return any(mark in section.tag + section.hint for mark in STACKING)


def _nothing_sung(proof: Proof) -> Iterator[Fault]:
    if proof.sung and not proof.lines:
        yield Fault(
            "the song has no sung line",
            "write the lyrics: tagged sections with the lines to be sung under them",
        )


def _verse_and_chorus(proof: Proof) -> Iterator[Fault]:
    if not proof.sung or not proof.lines:
        return
    filled = [section for section in proof.song.sections if section.lines]
    for name, parts in (("verse", VERSE), ("chorus", CHORUS)):
        if not any(plays(section, parts) for section in filled):
            yield Fault(f"there is no {name}", f"add a [{name.capitalize()}] section with its lines")


def _known_tags(proof: Proof) -> Iterator[Fault]:
    for index, section in enumerate(proof.song.sections):
        name = [word for word in lexicon.words(section.tag) if not word.isdecimal()]
        if not name or not _TAG_WORDS.issuperset(name):
            yield Fault(
                f"the music server does not know the tag [{section.tag[:40]}]",
                "use Intro, Verse, Pre-Chorus, Chorus, Bridge, Instrumental, Guitar Solo, Breakdown, Drop "
                "or Outro",
                proof.tag_line(index),
            )


def _empty_tags(proof: Proof) -> Iterator[Fault]:
    if not proof.sung:
        return
    for index, section in enumerate(proof.song.sections):
        if is_blank(section):
            yield Fault(
                f"[{section.tag[:40]}] is empty",
                f"write the lines of [{section.tag[:40]}] out in full, even when they repeat, or leave the "
                "tag out",
                proof.tag_line(index),
            )


def _stacked_tags(proof: Proof) -> Iterator[Fault]:
    for index, section in enumerate(proof.song.sections):
        if is_stacked(section):
            yield Fault(
                f"[{section.tag[:40]}] carries more than one hint",
                "keep one short hint in a tag, like [Chorus - whispered]; put the rest into the PROMPT",
                proof.tag_line(index),
            )


def _long_hints(proof: Proof) -> Iterator[Fault]:
    for index, section in enumerate(proof.song.sections):
        if len(lexicon.words(section.hint)) > _LONGEST_HINT:
            yield Fault(
                f"the hint of [{section.tag[:40]}] is a sentence and may be sung",
                f"shorten the hint to at most {_LONGEST_HINT} words; put the rest into the PROMPT",
                proof.tag_line(index),
            )


def _bare_outro(proof: Proof) -> Iterator[Fault]:
    for index, section in enumerate(proof.song.sections):
        if proof.sung and section.kind == "outro" and not section.lines and not section.hint:
            yield Fault(
                "an [Outro] without lines or a hint lets the band wander",
                "give the outro a line or a hint, like [Outro - fade out], or leave it out",
                proof.tag_line(index),
            )


def _choruses(proof: Proof) -> Iterator[Fault]:
    first: Counter[tuple[str, ...]] | None = None
    for index, section in enumerate(proof.song.sections):
        if section.kind not in {"chorus", "hook", "refrain"} or not section.lines:
            continue
        lines = Counter(map(lexicon.words, section.lines))
        if first is None:
            first = lines
        elif (first & lines).total() < _NEARLY_EQUAL * min(first.total(), lines.total()):
            yield Fault(
                f"this [{section.tag[:40]}] is not the chorus heard before",
                "repeat the chorus word for word; at most one line may change",
                proof.tag_line(index),
            )


def _scattered_tags(proof: Proof) -> Iterator[Fault]:
    for kind, run in groupby(enumerate(proof.song.sections), key=lambda pair: pair[1].kind):
        short = [index for index, section in run if 0 < len(section.lines) <= 2]
        if len(short) >= 3:
            yield Fault(
                f"{len(short)} short sections in a row are all tagged {kind[:40]!r}",
                "put one tag over the whole section, not one over each couplet",
                proof.tag_line(short[0]),
            )


def _long_sections(proof: Proof) -> Iterator[Fault]:
    for index, section in enumerate(proof.song.sections):
        if len(section.lines) > _LONGEST_SECTION:
            yield Fault(
                f"[{section.tag[:40]}] has {len(section.lines)} lines and no room to breathe",
                "split it into sections of four to eight lines, each under its own tag",
                proof.tag_line(index),
            )


def _unseparated(proof: Proof) -> Iterator[Fault]:
    sections = proof.song.sections
    for index in range(1, len(sections)):
        above = number_of(proof.draft.positions, index - 1, len(sections[index - 1].lines))
        tag = proof.tag_line(index)
        if above and tag == above + 1:
            yield Fault(
                "sections follow each other without an empty line",
                "leave one empty line before every tag (songpipe adds it when it writes the lyrics out)",
                tag,
            )
            return


def _words_in_instrumental(proof: Proof) -> Iterator[Fault]:
    if not proof.sung and proof.lines:
        yield Fault(
            "the brief asks for an instrumental, but there are words to sing",
            "write tags and hints only, no lyric lines",
            proof.lines[0].number,
        )


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
RULES = (
    Rule(
        "SP101", "nothing-sung", _ERROR,
        "A song has at least one sung line, unless an instrumental is ordered.",
        "Without lyrics the server plays an instrumental.",
        _nothing_sung,
    ),
    Rule(
        "SP102", "verse-and-chorus", _ERROR,
        "A song has at least a verse and a chorus (a hook, refrain or sung drop counts), each with lines.",
        "The song-writing notes: always use structure tags. ACE-Step's examples all have verses, 93 % a "
        "chorus.",
        _verse_and_chorus,
    ),
    Rule(
        "SP103", "known-tags", _WARNING,
        "Tags are made of words that the server has seen: Verse, Chorus, Guitar Solo, Build-Up and their "
        "kin.",
        "Nothing parses tags; their effect is learned, so strange ones do little or are sung (ACE-Step "
        "examples).",
        _known_tags,
    ),
    Rule(
        "SP104", "empty-tag", _ERROR,
        "A verse, chorus or bridge without a hint has lines under its tag.",
        "An empty tag makes the server fill the time as it likes (HOT-Step).",
        _empty_tags, "An empty tag that repeats one with lines, or stands before its own kind, is dropped.",
    ),
    Rule(
        "SP105", "stacked-tag", _ERROR,
        "A tag holds its name and at most one hint; no commas, bars, plus signs or brackets in it.",
        "Stacked tags may be sung (ACE-Step, docs/en/Tutorial.md).",
        _stacked_tags, "The first hint is kept.",
    ),
    Rule(
        "SP106", "long-hint", _WARNING,
        "A hint has at most six words.",
        "Long directions inside lyrics cost lines or are sung (ACE-Step-1.5 #180).",
        _long_hints,
    ),
    Rule(
        "SP107", "bare-outro", _WARNING,
        "An outro has lines or a hint.",
        "A bare boundary tag once brought 105 s of riffing (HOT-Step).",
        _bare_outro,
    ),
    Rule(
        "SP108", "chorus-repeats", _WARNING,
        "A chorus that comes again keeps at least 70 % of its lines.",
        "The song-writing notes: repetition in choruses is powerful.",
        _choruses,
    ),
    Rule(
        "SP109", "scattered-tags", _WARNING,
        "Sections of the same kind are not cut into couplets.",
        "Redundant verse tags lose lyrics (ACE-Step-1.5 #1153).",
        _scattered_tags,
    ),
    Rule(
        "SP110", "long-section", _WARNING,
        "A section has at most 16 lines.",
        "Blurred sections without breathing room are a red flag (ACE-Step, docs/en/Tutorial.md).",
        _long_sections,
    ),
    Rule(
        "SP111", "sections-separated", _NOTE,
        "An empty line stands before every tag.",
        "ACE-Step's guide; songpipe separates sections itself when it writes lyrics out.",
        _unseparated,
    ),
    Rule(
        "SP112", "words-in-instrumental", _ERROR,
        "An instrumental has no sung lines.",
        "Any line under a tag is sung.",
        _words_in_instrumental, "The lines are removed, the tags stay.",
    ),
)  # fmt: skip
