"""Reading what a model really returns: any text in, a draft out, or the reason why there is no song in it.

The passes, in order: line breaks, envelope (reasoning, chat tokens), JSON, the grammar of each line, the walk
that tells which line belongs where, the sections. Each is linear in the text.
"""

from pipeline.song import MOST_LINES, Song
from pipeline.writing import envelope, json_song, lines, refusal, sections, walk
from pipeline.writing.draft import Draft, NoSong, Positions
from pipeline.writing.lines import Kind, Line
from pipeline.writing.repairs import Repairs
from pipeline.writing.sections import Part
from pipeline.writing.sheet import Sheet

_FORMAT = (
    "Answer with a line PROMPT: and the style, then a line LYRICS: and the sections, "
    "each under a tag like [Verse 1]."
)


def song(text: str) -> Draft:
    """Read text as a song, with every repair as a sentence and every position as a line of `text`.

    Takes linear time on any text. Raises NoSong, in words for the model that wrote it, when there is no song.
    """
    repairs = Repairs()
    broken = "\n".join(text.splitlines())
    opened = envelope.open_reply(broken, repairs)
    if opened.unclosed is None:
        return _read(opened.text, repairs)
    try:
        repairs.note("Reasoning that was never closed was left out")
        return _read(opened.text, repairs)
    except NoSong:
        repairs = Repairs()
        return _after_reasoning(opened.unclosed, repairs)


def _after_reasoning(text: str, repairs: Repairs) -> Draft:
    """Read the song behind reasoning that was never closed: it needs both labels to be more than that."""
    repairs.note("The reasoning was never closed; the labelled song in it was taken")
    cut_off = NoSong(f"The reply ended inside its reasoning. Reason less. {_FORMAT}")
    try:
        draft = _read(text, repairs)
    except NoSong as nothing:
        raise cut_off from nothing
    if not (draft.song.prompt and draft.song.lines and "LYRICS:" in text and "PROMPT:" in text):
        raise cut_off
    return draft


def _read(text: str, repairs: Repairs) -> Draft:
    if not text.strip():
        raise NoSong(f"The reply is empty. {_FORMAT}")
    read = _lines(json_song.lines(text, repairs) or envelope.lines(text, repairs), repairs)
    if not any(line.tag for line in read) and refusal.is_refusal(text):
        raise NoSong("The reply declines to write the song.", refusal=True)
    found = walk.first_song(read, repairs)
    parts = sections.gather(found.lyrics, repairs)
    if not parts:
        raise NoSong(f"The reply holds no lyrics. {_FORMAT}")
    if sum(1 + len(part.lines) for part in parts) > MOST_LINES:
        raise NoSong(
            f"With its repeats written out the song has more than {MOST_LINES} lines; write a shorter one."
        )
    return _draft(found, parts, repairs)


def _lines(numbered: list[tuple[int, str]], repairs: Repairs) -> list[Line]:
    """Read the lines that are not blank; a fence or a ruler parts as a blank line does."""
    full = [(number, text, at) for at, (number, text) in enumerate(numbered) if text and not text.isspace()]
    if len(full) > MOST_LINES:
        raise NoSong(f"The reply has {len(full)} lines; a song has a few dozen. {_FORMAT}")
    read: list[Line] = []
    before = -1
    for number, text, at in full:
        gap = at != before + 1 or (bool(read) and read[-1].kind in {Kind.RULE, Kind.NOTHING})
        read.append(lines.read(text, number, gap, repairs))
        before = at
    return read


def _draft(found: Sheet, parts: list[Part], repairs: Repairs) -> Draft:
    return Draft(
        song=Song(
            prompt=found.prompt_text(repairs),
            sections=tuple(part.section() for part in parts),
            title=found.title,
            bpm=found.bpm,
            key=found.key,
        ),
        repairs=repairs.sentences(),
        positions=Positions(
            title=found.title_number,
            prompt=found.prompt[0].number if found.prompt else 0,
            sections=tuple(part.numbers() for part in parts),
        ),
    )
