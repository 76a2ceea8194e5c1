"""The tag table: a row for each label, with its name in every format; it serves writing and reading back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from mutagen.id3 import Encoding, Frames

from pipeline.labels import Labels

Texts: TypeAlias = tuple[str, ...]
_ENGLISH = "eng"  # the comment is ours, whatever language is sung
_UNKNOWN = "XXX"


class Frame(Protocol):
    """How ID3 (MP3, WAV) says one thing."""

    def write(self, tags: Any, texts: Sequence[str], language: str) -> None:
        """Replace what the tag says by `texts`; none of them means that the frame goes."""
        ...

    def read(self, tags: Any) -> Texts:
        """Give what the tag says."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A frame of texts, such as TIT2."""

    name: str

    def write(self, tags: Any, texts: Sequence[str], language: str) -> None:  # noqa: ARG002 -- it has no language
        """Replace the frame."""
        tags.delall(self.name)
        if texts:
            tags.add(Frames[self.name](encoding=Encoding.UTF8, text=list(texts)))

    def read(self, tags: Any) -> Texts:
        """Give every text of the frame."""
        return tuple(str(text) for frame in tags.getall(self.name) for text in frame.text)


@dataclass(frozen=True, slots=True)
class Own:
    """A user-defined text (TXXX) under a description of ours."""

    description: str

    def write(self, tags: Any, texts: Sequence[str], language: str) -> None:  # noqa: ARG002 -- it has no language
        """Replace the frame with this description; other TXXX frames stay."""
        tags.delall(f"TXXX:{self.description}")
        if texts:
            tags.add(Frames["TXXX"](encoding=Encoding.UTF8, desc=self.description, text=list(texts)))

    def read(self, tags: Any) -> Texts:
        """Give every text under this description."""
        return tuple(str(text) for frame in tags.getall(f"TXXX:{self.description}") for text in frame.text)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text in a language (USLT, COMM). The description stays empty: players skip it otherwise."""

    name: str
    language: str = ""  # "" is the language of the song

    def write(self, tags: Any, texts: Sequence[str], language: str) -> None:
        """Replace the frames without a description, of any language; described ones stay."""
        foreign = [frame for frame in tags.getall(self.name) if frame.desc]
        tags.setall(self.name, foreign)
        for text in texts:
            spoken = self.language or language or _UNKNOWN
            tags.add(Frames[self.name](encoding=Encoding.UTF8, lang=spoken, desc="", text=text))

    def read(self, tags: Any) -> Texts:
        """Give the texts without a description."""
        return tuple(_plain(frame.text) for frame in tags.getall(self.name) if not frame.desc)


def _plain(text: Any) -> str:
    return text if isinstance(text, str) else "\n".join(text)


@dataclass(frozen=True, slots=True)
class Row:
    """One label: the field of `Labels`, its ID3 frame, its Vorbis names (the first is read), its type."""

    field: str
    frame: Frame
    vorbis: Texts
    kind: Literal["text", "texts", "number", "flag"] = "text"

    def texts(self, labels: Labels) -> Texts:
        """Give the label as the texts that a tag holds."""
        value = getattr(labels, self.field)
        if self.kind == "flag":
            return ("true",) if value else ()
        values = value if self.kind == "texts" else (value,)
        return tuple(str(each) for each in values if each not in {None, ""})

    def value(self, texts: Texts) -> Any:
        """Give the label that these texts mean; what a stranger wrote badly counts as nothing."""
        if self.kind == "texts":
            return texts
        if self.kind == "flag":
            return texts[:1] == ("true",)
        first = texts[0] if texts else ""
        if self.kind == "number":
            return int(first) if re.fullmatch("[0-9]{1,4}", first) else None
        return first


# Names as Picard and beets read them (picard-docs, appendix "tag mapping"; mediafile). KEY is Picard's name,
# INITIALKEY the one of beets. No registered frame says "made by a machine": those names are ours.
TABLE: tuple[Row, ...] = (
    Row("title", Text("TIT2"), ("TITLE",)),
    Row("artist", Text("TPE1"), ("ARTIST",)),
    Row("album", Text("TALB"), ("ALBUM",)),
    Row("album_artist", Text("TPE2"), ("ALBUMARTIST",)),
    Row("date", Text("TDRC"), ("DATE",)),
    Row("genres", Text("TCON"), ("GENRE",), "texts"),
    Row("bpm", Text("TBPM"), ("BPM",), "number"),
    Row("key", Text("TKEY"), ("KEY", "INITIALKEY")),
    Row("language", Text("TLAN"), ("LANGUAGE",)),
    Row("lyrics", Spoken("USLT"), ("LYRICS",)),
    Row("comment", Spoken("COMM", _ENGLISH), ("COMMENT",)),
    Row("encoded_by", Text("TENC"), ("ENCODEDBY",)),
    Row("lyricist", Text("TEXT"), ("LYRICIST",)),
    Row("prompt", Own("SONGPIPE_PROMPT"), ("SONGPIPE_PROMPT",)),
    Row("seed", Own("SONGPIPE_SEED"), ("SONGPIPE_SEED",)),
    Row("model", Own("SONGPIPE_MODEL"), ("SONGPIPE_MODEL",)),
    Row("writer", Own("SONGPIPE_WRITER"), ("SONGPIPE_WRITER",)),
    Row("task_id", Own("SONGPIPE_TASK_ID"), ("SONGPIPE_TASK_ID",)),
    Row("brief", Own("SONGPIPE_BRIEF"), ("SONGPIPE_BRIEF",)),
    Row("server", Own("SONGPIPE_SERVER"), ("SONGPIPE_SERVER",)),
    Row("parameters", Own("SONGPIPE_PARAMS"), ("SONGPIPE_PARAMS",)),
    Row("song_id", Own("SONGPIPE_ID"), ("SONGPIPE_ID",)),
    Row("templates", Own("SONGPIPE_TEMPLATES"), ("SONGPIPE_TEMPLATES",)),
    Row("rehearsal", Own("SONGPIPE_REHEARSAL"), ("SONGPIPE_REHEARSAL",), "flag"),
    Row("digital_source_type", Own("DIGITALSOURCETYPE"), ("DIGITALSOURCETYPE",)),
    Row("ai_contribution", Own("AI_CONTRIBUTION"), ("AI_CONTRIBUTION",)),
    Row("ai_generated", Own("AI_GENERATED"), ("AI_GENERATED",), "flag"),
)
