"""One walk over the lines of a text: which are a song's title, prompt and lyrics, and which are talk."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.writing import fields, lines
from pipeline.writing.fields import Field, Label
from pipeline.writing.lines import Kind, Line
from pipeline.writing.repairs import Repairs
from pipeline.writing.sheet import Sheet, setting

_PARTS = frozenset((Field.TITLE, Field.PROMPT, Field.LYRICS))
_TITLE = re.compile(r"[^,]{1,79}[^,.:!]")  # a bold line that may be one
_TALK = "Talk around the song was left out"


def first_song(read: Sequence[Line], repairs: Repairs) -> Sheet:
    """Take the first complete song out of the lines of a text; what follows it is left out."""
    walk = _Walk(read, repairs)
    for index, line in enumerate(read):
        if walk.is_next_song(index, line):
            repairs.note("The text holds more than one song; the first was taken", line.number)
            break
        walk.take(index, line)
    return walk.finished()


class _Walk:
    """Where the walk stands, what it found, and which labels are ahead."""

    def __init__(self, read: Sequence[Line], repairs: Repairs) -> None:
        self._repairs = repairs
        self._found = Sheet()
        self._at: Field = Field.OTHER  # before the first part, or in talk between the parts
        self._before: list[Line] = []  # the prompt, if no label says otherwise
        self._cut: int | None = None  # the lyrics from here on are talk, unless another tag follows
        self._tagged = False
        self._ahead = _parts_ahead(read)
        self._last_lyrics = max((at for at, line in enumerate(read) if _opens_lyrics(line)), default=-1)

    def is_next_song(self, index: int, line: Line) -> bool:
        """Say whether a complete song lies behind and another one begins here."""
        stands_out = line.gap or line.dress.heading or line.dress.bold
        if not self._found.lyrics:
            return False
        if line.label is None or line.label.field not in _PARTS:
            return line.kind is Kind.OPTION and stands_out
        if line.label.field is Field.LYRICS:
            return line.label.opens
        known = self._found.labelled
        if line.label.field in known and line.label.strong:
            return True
        ahead = self._ahead[index]
        return stands_out and (ahead is Field.LYRICS or (ahead is Field.PROMPT and ahead in known))

    def take(self, index: int, line: Line) -> None:
        """Put one line where it belongs."""
        if line.label is not None and self._counts(line, line.label):
            self._take_label(line, line.label)
        elif line.kind in {Kind.RULE, Kind.NOTHING}:
            self._take_break(line)
        elif self._at is Field.LYRICS:
            self._take_lyrics(line)
        elif line.tag is not None and self._begins(index, line):
            self._at = Field.LYRICS
            self._repairs.note("There was no LYRICS label; the lyrics begin at the first tag", line.number)
            self._take_lyrics(line)
        elif self._is_title(line):
            self._take_title(line)
        else:
            self._take_prose(line)

    def finished(self) -> Sheet:
        """Give what was found, without the talk before and behind it."""
        found = self._found
        if self._cut is not None and self._cut < len(found.lyrics):
            self._repairs.note("Talk after the song was left out", found.lyrics[self._cut].number)
            del found.lyrics[self._cut :]
        if Field.PROMPT in found.labelled:
            for line in self._before:
                self._repairs.note(_TALK, line.number)
        elif self._before:
            what = "There was no PROMPT label; the text before the lyrics was taken"
            self._repairs.note(what, self._before[0].number)
            found.prompt = self._before
        else:
            self._repairs.note("There was no PROMPT; it is empty")
        return found

    def _begins(self, index: int, line: Line) -> bool:
        """Say whether a tag outside the lyrics begins them: not when a LYRICS label is still to come."""
        known = line.exact or (line.tag is not None and line.tag.known)
        waits = self._ahead[index] is Field.LYRICS if self._at is Field.PROMPT else index < self._last_lyrics
        return known and not waits and not self._found.lyrics

    def _counts(self, line: Line, label: Label) -> bool:
        """Say whether a label is one here: inside the lyrics "Prompt: the light" is sung."""
        sings = self._at is Field.LYRICS and bool(self._found.lyrics)
        if label.field in _PARTS:
            fresh = label.field not in {*self._found.labelled, Field.LYRICS}
            return not sings or (fresh and (label.strong or line.gap))
        usable = any(setting(label))
        if self._at is Field.PROMPT and line.dress.listed:  # "- Tempo: slow" is an item of the prompt
            return usable
        return not sings or label.strong or (usable and line.gap)

    def _take_label(self, line: Line, label: Label) -> None:
        if not line.words.startswith(f"{label.field}:") and label.field is not Field.OTHER:
            self._repairs.note(f"{label.name!r} was read as the label {label.field}", line.number)
        self._found.labelled.add(label.field)
        match label.field:
            case Field.TITLE:
                self._at = Field.OTHER if label.rest else Field.TITLE
                self._found.name(label.rest if line.exact else self._value(label.rest, line), line.number)
            case Field.PROMPT:
                self._at = Field.PROMPT
                self._found.prompt.append(replace(line, words=label.rest))
            case Field.LYRICS:
                self._at = Field.LYRICS
                if label.rest:
                    self._take_lyrics(lines.read(label.rest, line.number, gap=True, repairs=self._repairs))
            case _:
                self._at = Field.OTHER if line.dress.heading else self._at
                self._take_setting(line, label)

    def _take_setting(self, line: Line, label: Label) -> None:
        bpm, key = setting(label)
        if not self._found.tune(label):
            self._repairs.note(f"{line.words[:40]!r} was left out", line.number)
        elif label.rest not in {str(bpm), key}:
            self._repairs.note(f"{label.rest[:40]!r} was read as {bpm or key}", line.number)

    def _value(self, text: str, line: Line) -> str:
        value = fields.value([text])
        if value != text:
            self._repairs.note("Quotes were taken off the title", line.number)
        return value

    def _is_title(self, line: Line) -> bool:
        """Say whether a line outside the lyrics is a title: behind its label, a heading, a bold line."""
        if self._found.title:
            return False
        if self._at is Field.TITLE or line.kind is Kind.HEADING:
            return line.kind is not Kind.GREETING
        waits = self._at is Field.PROMPT and not self._found.is_prompted
        bold = line.kind is Kind.WORDS and line.dress.bold and not waits
        return bold and _TITLE.fullmatch(line.words) is not None

    def _take_title(self, line: Line) -> None:
        self._found.name(self._value(line.words, line), line.number)
        if self._at is Field.TITLE:
            self._at = Field.OTHER
        else:
            self._repairs.note("A heading was read as the title", line.number)

    def _take_prose(self, line: Line) -> None:
        """Take a line outside the lyrics that is no title: a piece of the prompt, or talk."""
        found = self._found
        ends = line.kind is Kind.NOTE or (line.kind is Kind.OFFER and line.gap and bool(found.lyrics))
        if self._at is Field.PROMPT and found.is_prompted and ends:
            self._at = Field.OTHER
        talks = line.kind in {Kind.GREETING, Kind.OPTION, Kind.TIMES}
        if talks or (found.lyrics and self._at is not Field.PROMPT):
            self._repairs.note(_TALK, line.number)
            return
        place = found.prompt if self._at is Field.PROMPT else self._before
        place.append(line if line.exact else replace(line, words=line.dress.text))

    def _take_break(self, line: Line) -> None:
        """Take a ruler or a fence: it may end the lyrics, and it ends a prompt that stands behind them."""
        if line.kind is Kind.RULE and self._at is Field.LYRICS:
            self._may_cut(self._tagged and (line.gap or self._found.lyrics[-1].tag is None))
        elif line.kind is Kind.RULE and self._found.lyrics and self._found.is_prompted:
            self._at = Field.OTHER

    def _take_lyrics(self, line: Line) -> None:
        sung = self._found.lyrics
        if line.tag is not None:
            self._cut, self._tagged = None, True
        elif line.kind is Kind.HEADING and (not sung or self._tagged):
            self._take_heading(line)
            return
        elif line.kind is Kind.NOTE or (line.kind is Kind.OFFER and line.gap):
            self._may_cut(bool(sung))
        elif not sung and line.kind in {Kind.GREETING, Kind.OPTION}:
            self._repairs.note(_TALK, line.number)
            return
        sung.append(line)

    def _take_heading(self, line: Line) -> None:
        """Take a heading in the lyrics that is no tag: a title before the first line, else talk."""
        if not self._found.lyrics and self._is_title(line):
            self._take_title(line)
            return
        self._repairs.note("A heading was left out", line.number)
        self._may_cut(self._tagged)

    def _may_cut(self, reason: bool) -> None:
        """Mark where the song may be over; a tag that follows takes the mark back."""
        if reason and self._cut is None and self._found.lyrics:
            self._cut = len(self._found.lyrics)


def _parts_ahead(read: Sequence[Line]) -> list[Field | None]:
    """Tell for every line which part the next label after it announces."""
    ahead: list[Field | None] = []
    following: Field | None = None
    for line in reversed(read):
        ahead.append(following)
        if line.label and (line.label.field in _PARTS - {Field.LYRICS} or _opens_lyrics(line)):
            following = line.label.field
    return ahead[::-1]


def _opens_lyrics(line: Line) -> bool:
    return line.label is not None and line.label.field is Field.LYRICS and line.label.opens
