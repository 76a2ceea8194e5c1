"""The tag table: a row for each label, with its name in every format; it serves writing and reading back."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.audio.comments import ChapterComments, Comments, CoverBlock, Named, SyncedComment
from pipeline.audio.frames import Chapters, Cover, Frame, Own, Spoken, Synced, Text, Texts
from pipeline.labels import Labels

_ENGLISH = "eng"  # the comment is ours, whatever language is sung
_OPUS = frozenset({"opus"})
_ALL = frozenset({"mp3", "wav", "flac", "ogg"}) | _OPUS
_ANSWERS = {True: "true", False: "false"}


@dataclass(frozen=True, slots=True)
class Row:
    """One label: the field of `Labels`, how ID3 and Vorbis comments say it, the shape of its value.

    `kinds` are the formats that have a place for it. What `stays` is left as it is when the label is empty:
    nobody measured it anew, and the audio is the same.
    """

    field: str
    frame: Frame
    comments: Comments
    shape: Literal["text", "texts", "number", "flag", "answer", "lines", "spans", "picture"] = "text"
    stays: bool = False
    kinds: frozenset[str] = _ALL

    def texts(self, labels: Labels) -> Texts:
        """Give the label as the texts that a tag holds."""
        value = getattr(labels, self.field)
        match self.shape:
            case "flag":
                return ("true",) if value else ()
            case "answer":  # a no is told as well: it is another thing than silence
                return () if value is None else (_ANSWERS[value],)
            case "picture":
                return (b64encode(value).decode("ascii"),) if value else ()
            case "lines" | "spans":
                return tuple(" ".join(map(str, each)) for each in value)
        values = value if self.shape == "texts" else (value,)
        return tuple(str(each) for each in values if each not in {None, ""})

    def value(self, texts: Texts) -> Any:
        """Give the label that these texts mean; what a stranger wrote badly counts as nothing."""
        first = texts[0] if texts else ""
        match self.shape:
            case "texts":
                return texts
            case "flag" | "answer":
                said = {text: value for value, text in _ANSWERS.items()}.get(first)
                return said if self.shape == "answer" else bool(said)
            case "number":
                return int(first) if re.fullmatch("[0-9]{1,4}", first) else None
            case "picture":
                return b64decode(first)
            case "lines" | "spans":
                return tuple(_numbers_first(text, 1 if self.shape == "lines" else 2) for text in texts)
        return first


def _numbers_first(text: str, count: int) -> tuple[int | str, ...]:
    *numbers, words = text.split(" ", count)
    return (*map(int, numbers), words)


def _named(field: str, frame: Frame, *names: str, shape: Literal["text", "texts", "number"] = "text") -> Row:
    return Row(field, frame, Named(names), shape)


def _own(
    field: str,
    name: str,
    shape: Literal["text", "number", "flag", "answer"] = "text",
    *,
    stays: bool = False,
) -> Row:
    """Make the row of a label that no format has a name for: it has the same one, ours, in all of them."""
    return Row(field, Own(name), Named((name,)), shape, stays)


def _gain(field: str, name: str, kinds: frozenset[str]) -> Row:
    return Row(field, Own(name), Named((name,)), stays=True, kinds=kinds)


# Names as Picard and beets read them (picard-docs, appendix "tag mapping"; mediafile). KEY is Picard's name,
# INITIALKEY the one of beets. No registered frame says "made by a machine": those names are ours. Opus has a gain
# of its own and forbids the other one (RFC 7845, 5.2.1). Synced lyrics have no name in Vorbis comments that all
# agree on; players that know any look for SYNCEDLYRICS. Nor do they agree on stars: POPM has 255 of them and the
# address of whoever gave them, so ours are one to five in a text of our own, the same in all formats.
TABLE: tuple[Row, ...] = (
    _named("title", Text("TIT2"), "TITLE"),
    _named("artist", Text("TPE1"), "ARTIST"),
    _named("album", Text("TALB"), "ALBUM"),
    _named("album_artist", Text("TPE2"), "ALBUMARTIST"),
    _named("date", Text("TDRC"), "DATE"),
    _named("genres", Text("TCON"), "GENRE", shape="texts"),
    _named("bpm", Text("TBPM"), "BPM", shape="number"),
    _named("key", Text("TKEY"), "KEY", "INITIALKEY"),
    _named("language", Text("TLAN"), "LANGUAGE"),
    _named("lyrics", Spoken("USLT"), "LYRICS"),
    _named("comment", Spoken("COMM", _ENGLISH), "COMMENT"),
    _named("encoded_by", Text("TENC"), "ENCODEDBY"),
    _named("lyricist", Text("TEXT"), "LYRICIST"),
    _own("prompt", "SONGPIPE_PROMPT"),
    _own("seed", "SONGPIPE_SEED"),
    _own("model", "SONGPIPE_MODEL"),
    _own("writer", "SONGPIPE_WRITER"),
    _own("task_id", "SONGPIPE_TASK_ID"),
    _own("brief", "SONGPIPE_BRIEF"),
    _own("server", "SONGPIPE_SERVER"),
    _own("parameters", "SONGPIPE_PARAMS"),
    _own("song_id", "SONGPIPE_ID"),
    _own("templates", "SONGPIPE_TEMPLATES"),
    _own("rating", "SONGPIPE_RATING", "number"),
    _own("picked", "SONGPIPE_PICKED", "answer"),
    _own("rehearsal", "SONGPIPE_REHEARSAL", "flag"),
    _own("digital_source_type", "DIGITALSOURCETYPE"),
    _own("ai_contribution", "AI_CONTRIBUTION"),
    Row("synced", Synced(), SyncedComment(), "lines", stays=True),
    Row("chapters", Chapters(), ChapterComments(), "spans", stays=True),
    _own("times", "SONGPIPE_TIMES", stays=True),
    _gain("replaygain_track_gain", "REPLAYGAIN_TRACK_GAIN", _ALL - _OPUS),
    _gain("replaygain_track_peak", "REPLAYGAIN_TRACK_PEAK", _ALL - _OPUS),
    _gain("r128_track_gain", "R128_TRACK_GAIN", _OPUS),
    Row("cover", Cover(), CoverBlock(), "picture", stays=True),
    _own("ai_generated", "AI_GENERATED", "flag"),
)
