"""The containers: an audio file opened for its tags, whatever the format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeGuard

from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from pipeline.audio.frames import Texts
from pipeline.audio.table import Row

_V23_SEPARATOR = "; "  # as Picard advises; "/" would split AC/DC-like names
_V24 = (2, 4, 0)


class Container(Protocol):
    """The tags of one open file."""

    def write(self, row: Row, texts: Texts, language: str) -> None:
        """Replace one label; none of them means that it goes."""
        ...

    def read(self, row: Row) -> Texts:
        """Give one label."""
        ...

    def held(self, row: Row, texts: Texts) -> Texts:
        """Give what of a label's texts this format can hold: what reading it back must give."""
        ...

    def save(self) -> None:
        """Write the tags into the file, in place."""
        ...


@dataclass(frozen=True, slots=True)
class Id3Container:
    """MP3 and WAV: an ID3 tag, version 2.4 in UTF-8, or 2.3 in UTF-16 for old cars and devices."""

    file: Any
    v23: bool

    def write(self, row: Row, texts: Texts, language: str) -> None:
        """Replace one frame."""
        row.frame.write(self.file.tags, texts, language)

    def read(self, row: Row) -> Texts:
        """Give one frame; version 2.3 holds several values in one text."""
        texts = row.frame.read(self.file.tags)
        if row.shape == "texts" and self.file.tags.version < _V24:
            return tuple(part for text in texts for part in text.split(_V23_SEPARATOR))
        return texts

    def held(self, row: Row, texts: Texts) -> Texts:  # noqa: ARG002 -- ID3 holds them all
        """Give all of them."""
        return texts

    def save(self) -> None:
        """Write the tag; a v1 tag that is there already is kept true, none is made."""
        if self.v23:
            self.file.tags.update_to_v23()  # save() alone would leave frames that 2.3 does not know
        self.file.save(v1=1, v2_version=3 if self.v23 else 4, v23_sep=_V23_SEPARATOR)


@dataclass(frozen=True, slots=True)
class VorbisContainer:
    """FLAC, Ogg Vorbis and Opus: Vorbis comments."""

    file: Any

    def write(self, row: Row, texts: Texts, language: str) -> None:  # noqa: ARG002 -- comments have no language
        """Replace the comments of this label."""
        row.comments.write(self.file, texts)

    def read(self, row: Row) -> Texts:
        """Give the comments of this label."""
        return row.comments.read(self.file)

    def held(self, row: Row, texts: Texts) -> Texts:
        """Give what comments can hold."""
        return row.comments.held(self.file, texts)

    def save(self) -> None:
        """Write the comments."""
        self.file.save()


_KINDS: dict[str, Any] = {"mp3": MP3, "wav": WAVE, "flac": FLAC, "ogg": OggVorbis, "opus": OggOpus}


def taggable(kind: str | None) -> TypeGuard[str]:
    """Say whether files of a kind ("mp3", "wav", "flac", "ogg", "opus") hold tags that songpipe writes."""
    return kind in _KINDS


def open_tags(file: Path, kind: str, *, v23: bool = False) -> Container:
    """Open a file of a taggable kind for its tags. Raises MutagenError when it is not what it looks like."""
    opened = _KINDS[kind](file)
    if opened.tags is None:
        opened.add_tags()
    return Id3Container(opened, v23) if kind in {"mp3", "wav"} else VorbisContainer(opened)
