"""The comments: how Vorbis comments (FLAC, Ogg Vorbis, Opus) say each kind of thing, written and read back."""

import re
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from mutagen import MutagenError
from mutagen.flac import FLAC, Picture
from mutagen.id3 import PictureType

from pipeline.audio.frames import Texts, is_front, mime
from pipeline.listening import lrc
from pipeline.listening.timing import TimedLine

_PICTURE: Any = Picture  # mutagen gives it no types
_BLOCK = "METADATA_BLOCK_PICTURE"
_SYNCED = "SYNCEDLYRICS"
_CHAPTER = re.compile(r"chapter(\d{3})(?:name|url)?", re.ASCII | re.IGNORECASE)
_TIME = re.compile(r"(\d{1,3}):(\d{1,2}):(\d{1,2})\.(\d{3})", re.ASCII)


class Comments(Protocol):
    """How the comments of an open file say one thing."""

    def write(self, file: Any, texts: Texts) -> None:
        """Replace what the file says by `texts`; none of them means that the comments go."""
        ...

    def read(self, file: Any) -> Texts:
        """Give what the file says."""
        ...

    def held(self, file: Any, texts: Texts) -> Texts:
        """Give what of the texts these comments can hold."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """Comments under a name; where programs look for different ones, under each. The first is read."""

    names: Texts

    def write(self, file: Any, texts: Texts) -> None:
        """Replace the comments of each name."""
        for name in self.names:
            _replace(file.tags, name, texts)

    def read(self, file: Any) -> Texts:
        """Give the comments of the first name."""
        return tuple(file.tags.get(self.names[0], ()))

    def held(self, file: Any, texts: Texts) -> Texts:  # noqa: ARG002 -- it is the same in every file
        """Give all of them."""
        return texts


@dataclass(frozen=True, slots=True)
class SyncedComment:
    """Lyrics on the clock as LRC text in one comment, to the hundredth; each text is "MS LINE"."""

    def write(self, file: Any, texts: Texts) -> None:
        """Replace the comment."""
        _replace(file.tags, _SYNCED, (_lrc(texts),) if texts else ())

    def read(self, file: Any) -> Texts:
        """Give the lines of the first such comment."""
        return _texts(next(iter(file.tags.get(_SYNCED, ())), ""))

    def held(self, file: Any, texts: Texts) -> Texts:  # noqa: ARG002 -- it is the same in every file
        """Give what LRC leaves of them: no square brackets, no milliseconds."""
        return _texts(_lrc(texts))


def _lrc(texts: Texts) -> str:
    parts = (text.partition(" ") for text in texts)
    return lrc.body(TimedLine(int(ms) / 1000, line) for ms, _, line in parts)


def _texts(sheet: str) -> Texts:
    return tuple(f"{round(line.start_s * 1000)} {line.text}" for line in lrc.read(sheet))


@dataclass(frozen=True, slots=True)
class ChapterComments:
    """Chapters as CHAPTER000 and CHAPTER000NAME (Xiph); a chapter ends where the next begins."""

    def write(self, file: Any, texts: Texts) -> None:
        """Replace every chapter."""
        for name in filter(_CHAPTER.fullmatch, file.tags.keys()):  # a new list: deleting is safe
            del file.tags[name]
        for number, text in enumerate(texts):
            start, _, title = text.split(" ", 2)
            file.tags[f"CHAPTER{number:03d}"] = [_clock(int(start))]
            file.tags[f"CHAPTER{number:03d}NAME"] = [title]

    def read(self, file: Any) -> Texts:
        """Give the chapters by their numbers; the last one ends with the file."""
        names = map(_CHAPTER.fullmatch, file.tags.keys())
        numbers = sorted({match[1] for match in names if match})
        return self._closed(file, list(_begun(file.tags, numbers)))

    def held(self, file: Any, texts: Texts) -> Texts:
        """Give them with the ends that reading finds."""
        parts = (text.split(" ", 2) for text in texts)
        return self._closed(file, [(int(start), title) for start, _, title in parts])

    def _closed(self, file: Any, begun: list[tuple[int, str]]) -> Texts:
        starts = [start for start, _ in begun]
        ends = [after for _, after in pairwise([*starts, round(file.info.length * 1000)])]
        return tuple(
            f"{start} {max(start, end)} {title}" for (start, title), end in zip(begun, ends, strict=True)
        )


def _begun(tags: Any, numbers: list[str]) -> Iterator[tuple[int, str]]:
    for number in numbers:
        match = _TIME.fullmatch(next(iter(tags.get(f"CHAPTER{number}", ())), ""))
        if match:
            hours, minutes, seconds, ms = map(int, match.groups())
            title = next(iter(tags.get(f"CHAPTER{number}NAME", ())), "")
            yield ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms, title


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


@dataclass(frozen=True, slots=True)
class CoverBlock:
    """The picture of the front cover as base64: a block of its own in FLAC, a comment in Ogg."""

    def write(self, file: Any, texts: Texts) -> None:
        """Replace the front cover; other pictures stay."""
        new = [_picture(b64decode(text)) for text in texts]
        if _has_blocks(file):
            others = [picture for picture in file.pictures if not is_front(picture)]
            file.clear_pictures()
            for picture in [*new, *others]:
                file.add_picture(picture)
            return
        kept = [text for text in file.tags.get(_BLOCK, ()) if not _is_front_block(text)]
        _replace(file.tags, _BLOCK, (*(b64encode(each.write()).decode("ascii") for each in new), *kept))

    def read(self, file: Any) -> Texts:
        """Give the front cover."""
        pictures = file.pictures if _has_blocks(file) else map(_opened, file.tags.get(_BLOCK, ()))
        front = next((each.data for each in pictures if each is not None and is_front(each)), b"")
        return (b64encode(front).decode("ascii"),) if front else ()

    def held(self, file: Any, texts: Texts) -> Texts:  # noqa: ARG002 -- it is the same in every file
        """Give it as it is."""
        return texts


def _has_blocks(file: Any) -> bool:
    return isinstance(file, FLAC)


def _picture(data: bytes) -> Any:
    picture = _PICTURE()
    picture.type, picture.mime, picture.data = PictureType.COVER_FRONT, mime(data), data
    return picture


def _opened(text: str) -> Any:
    """Open a picture in a comment; None for what a stranger wrote badly."""
    try:
        return _PICTURE(b64decode(text))
    except (MutagenError, ValueError, struct.error):
        return None


def _is_front_block(text: str) -> bool:
    picture = _opened(text)
    return picture is not None and is_front(picture)


def _replace(tags: Any, name: str, texts: Texts) -> None:
    if name in tags:
        del tags[name]
    if texts:
        tags[name] = list(texts)
