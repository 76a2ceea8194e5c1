"""The grammar of one line: a label, a tag, talk, a fence, or words to sing. It never looks at other lines."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from pipeline.song import clean_line
from pipeline.writing import chatter, envelope, fields, json_song, tag_names, tags
from pipeline.writing.fields import Field, Label
from pipeline.writing.markdown import Undressed, undress
from pipeline.writing.repairs import Repairs
from pipeline.writing.tags import Reading

VERBATIM = "\\ "  # a line that starts so is sung exactly as it stands; markdown has no such escape


class Kind(Enum):
    """What a line is; everything but a TAG, TIMES or NOTHING is sung when it stands inside the lyrics."""

    WORDS = auto()
    TAG = auto()
    TIMES = auto()  # "(x2)"
    LABEL = auto()
    HEADING = auto()  # "# Hall Light"
    OPTION = auto()  # "Option 2"
    GREETING = auto()
    OFFER = auto()
    NOTE = auto()
    RULE = auto()  # a fence or a ruler
    NOTHING = auto()


_UNDRESSED = Undressed("")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the grammar reads it: `words` is what would be sung (behind a tag: what follows it).

    `gap` says that a blank line stood before it, `exact` that it was written verbatim, `directed` that stage
    directions were taken out of the words.
    """

    number: int
    kind: Kind
    words: str = ""
    gap: bool = False
    exact: bool = False
    directed: bool = False
    dress: Undressed = _UNDRESSED
    label: Label | None = None
    tag: Reading | None = None
    times: int = 1


_FENCE = re.compile(r"(?:`{3,}|~{3,})[\w+-]{0,20}")
_RULER = re.compile(r"(?:[-=_*~—–─#] ?){3,}|</?[A-Za-z]{1,20}>")
_XML = re.compile(r"<([A-Za-z_]{1,20})>")
_EXACT_FIELD = re.compile(r"(TITLE|PROMPT): \\ (.*)")
_EXACT_TAG = re.compile(r"\[\\ ([^\[\]]*[^\[\] ] ?)\]")
_BRACKETED = re.compile(rf"\[+([^\[\]]{{1,{tags.LONGEST_TAG}}})\]+(.*)")
_WRAPPED = re.compile(r"\(([^()]{1,40})\)|\{([^{}]{1,40})\}|\[([^\[\]]{1,40})")
_BRACKETS = str.maketrans("[]()", ",,,,")
_INSIDE = re.compile(r" ?\[[^\[\]]{1,300}\]")
_LANGUAGE = re.compile(r"\[[a-z]{2}\]")  # ACE-Step's own line prefix: [zh], [en]
_TIMES_AT_END = re.compile(r" (\([^()]{1,16}\)|[x×][2-9])$")
_WIDE = str.maketrans("［］【】〔〕｛｝（）：", "[][][]{}():")


def read(text: str, number: int = 0, gap: bool = False, repairs: Repairs | None = None) -> Line:
    """Read one line; a repair is noted for all that is taken off it."""
    repairs = repairs or Repairs()
    clean = clean_line(text)
    if clean != " ".join(text.split()):
        repairs.note("Invisible characters were taken out", number)
    line = _exact(clean) or _dressed(clean, number, repairs)
    return replace(line, number=number, gap=gap)


def reads_as_itself(words: str) -> bool:
    """Say whether a sung line needs no escape: nothing in it is structure, nothing would be taken off."""
    repairs = Repairs()
    line = read(words, repairs=repairs)
    # An offer ends a song only after a blank line, a greeting stands only before one: neither is a sung line here.
    plain = line.kind in {Kind.WORDS, Kind.OFFER, Kind.GREETING}
    same = plain and line.words == words and line.times == 1 and not line.exact
    return same and not repairs.sentences() and is_clear(words)


def tag_reads_as_itself(tag: str, hint: str) -> bool:
    """Say whether a tag line needs no escape: `[tag - hint]` is read as exactly this tag and this hint."""
    text = f"[{tag} - {hint}]" if hint else f"[{tag}]"
    repairs = Repairs()
    line = read(text, repairs=repairs)
    same = line.tag is not None and (line.tag.tag, line.tag.hint, line.tag.times) == (tag, hint, 1)
    return same and not line.words and not repairs.sentences() and is_clear(text)


def is_clear(text: str) -> bool:
    """Say whether a line holds nothing that would be read before lines are: chat tokens, reasoning, JSON."""
    return envelope.is_clear(text) and json_song.is_clear(text)


def _exact(clean: str) -> Line | None:
    """Read a line that `render` wrote verbatim."""
    if clean.startswith(VERBATIM):
        return Line(0, Kind.WORDS, clean.removeprefix(VERBATIM), exact=True)
    if match := _EXACT_FIELD.fullmatch(clean):
        return Line(
            0, Kind.LABEL, clean, exact=True, label=Label(Field(match[1]), match[1], match[2], strong=True)
        )
    if match := _EXACT_TAG.fullmatch(clean):
        name, _, hint = match[1].strip().partition(" - ")
        return Line(0, Kind.TAG, exact=True, tag=Reading(name.removesuffix(" -").strip(), hint.strip()))
    return None


def _dressed(clean: str, number: int, repairs: Repairs) -> Line:
    xml = _XML.match(clean)
    if xml and fields.named(xml[1]):
        repairs.note("XML was read as a label", number)
        clean = f"{xml[1].upper()}: {clean[xml.end() :]}"
    if _FENCE.fullmatch(clean) or _RULER.fullmatch(clean):
        repairs.note("Code fences and rulers were left out", number)
        return Line(0, Kind.RULE)
    dress = undress(clean, number, repairs)
    label = fields.read(dress)
    tag = None if label or not dress.text else _tag(dress)
    if tag is not None:
        if not dress.text.startswith("["):
            repairs.note(f"{dress.text[:40]!r} was read as a tag", number)
        return replace(_opened(*tag, number, repairs), dress=dress)
    line = _words(dress.text)
    kind = Kind.LABEL if label else _kind(dress)
    return replace(line, kind=kind, dress=dress, label=label, times=tags.times(dress.text) or line.times)


def _words(text: str) -> Line:
    """Read text as words to sing: directions in brackets go, "(x2)" at the end counts."""
    bare = text if _LANGUAGE.match(text) else clean_line(_INSIDE.sub("", text))
    match = _TIMES_AT_END.search(bare[-24:])
    times = tags.times(match[1]) if match else 0
    words = bare.removesuffix(match[0]) if match and times else bare
    return Line(0, Kind.WORDS, words, times=times or 1, directed=bare != text)


def _kind(dress: Undressed) -> Kind:
    text = dress.text
    kinds = (
        (not text, Kind.NOTHING),
        (tags.times(text) > 0, Kind.TIMES),
        (chatter.opens_option(text), Kind.OPTION),
        (chatter.notes(text), Kind.NOTE),
        (dress.heading, Kind.HEADING),
        (chatter.offers(text), Kind.OFFER),
        (chatter.greets(text), Kind.GREETING),
    )
    return next((kind for found, kind in kinds if found), Kind.WORDS)


def _tag(dress: Undressed) -> tuple[str, str] | None:
    """Find the tag in a line and what follows it: a name in brackets, or a known one that stands out."""
    text = dress.text.translate(_WIDE)  # one character for one: indices stay true
    match = _BRACKETED.match(text)
    if match and not _LANGUAGE.match(text):
        return match[1].strip(), dress.text[match.start(2) :].strip(" :-–—")
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        name = next(filter(None, wrapped.groups())).strip()
        return (name, "") if _is_wrapped_tag(name, text[0], dress) else None
    head, colon, rest = text[: tags.LONGEST_TAG].partition(":")
    if dress.bold and colon and _is_shown_tag(head):
        return head, dress.text[len(head) + 1 :].strip()
    if len(text) < tags.LONGEST_TAG and (dress.bold or dress.heading or (colon and not rest)):
        return (text.strip(" :"), "") if _is_shown_tag(text.strip(" :")) else None
    return (text, "") if len(text) < 40 and not text[0].islower() and _is_plain_tag(text) else None


def _is_wrapped_tag(name: str, bracket: str, dress: Undressed) -> bool:
    """Tell "(Chorus)" from "(light on)", which is a backing vocal."""
    if not _is_shown_tag(name):
        return False
    clear = bracket != "(" or dress.bold or dress.heading or name.lower() == "instrumental"
    return clear or (not name[0].islower() and (" " in name or _is_plain_tag(name)))


def _is_shown_tag(name: str) -> bool:
    reading = tags.read(name)
    return reading is not None and tags.is_exact(reading.tag)


def _is_plain_tag(name: str) -> bool:
    return tag_names.is_plain_word(name.rstrip(" 0123456789IVX")) and _is_shown_tag(name)


def _opened(content: str, rest: str, number: int, repairs: Repairs) -> Line:
    """Make the line of a tag; behind it stands a repeat, a second tag, a hint, or the first sung line."""
    if tags.is_closing(content):
        repairs.note(f"[{content}] was left out: it is not sung", number)
        return Line(0, Kind.NOTHING)
    if times := tags.times(f"({content})"):
        return Line(0, Kind.TIMES, content, times=times)
    behind = rest.translate(_WIDE)
    if tags.times(behind):
        content, rest = f"{content} {behind}", ""
    elif behind[:1] + behind[-1:] in {"[]", "()"}:
        content, rest = f"{content} - {behind.translate(_BRACKETS)}", ""
    reading = tags.read(content)
    if reading is None:
        return Line(0, Kind.NOTHING)
    _note_tag(content, reading, number, repairs)
    if rest:
        repairs.note("Words behind a tag were put below it", number)
    return replace(_words(undress(rest, number, repairs).text), kind=Kind.TAG, tag=reading)


def _note_tag(content: str, reading: Reading, number: int, repairs: Repairs) -> None:
    plain = f"{reading.tag} - {reading.hint}" if reading.hint else reading.tag
    if content != plain:
        repairs.note(f"[{content}] was read as [{plain}]", number)
    if reading.dropped:
        repairs.note(f"A tag has one hint: {reading.dropped!r} was dropped", number)
