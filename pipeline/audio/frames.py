"""The frames: how ID3 (MP3, WAV) says each kind of thing, written and read back."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from mutagen.id3 import CTOCFlags, Encoding, Frames, PictureType

Texts: TypeAlias = tuple[str, ...]
_UNKNOWN = "XXX"
_MILLISECONDS = 2  # the time format of SYLT; 1 counts MPEG frames
_LYRICS = 1  # the content type of SYLT
_TOC = "toc"
_LONGEST_MS = 2**32 - 1  # what four bytes hold
_PICTURES = ((b"\x89PNG", "image/png"), (b"RIFF", "image/webp"), (b"GIF8", "image/gif"))


class Frame(Protocol):
    """How ID3 says one thing."""

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
class Synced:
    """Lyrics on the clock (SYLT): each text is "MS LINE". Described ones and such in MPEG frames are others'."""

    def write(self, tags: Any, texts: Sequence[str], language: str) -> None:
        """Replace the frames without a description, of any language."""
        tags.setall("SYLT", [frame for frame in tags.getall("SYLT") if frame.desc])
        if texts:
            lines = [(text, int(ms)) for ms, _, text in (each.partition(" ") for each in texts)]
            tags.add(
                Frames["SYLT"](
                    encoding=Encoding.UTF8,
                    lang=language or _UNKNOWN,
                    format=_MILLISECONDS,
                    type=_LYRICS,
                    desc="",
                    text=lines,
                )
            )

    def read(self, tags: Any) -> Texts:
        """Give the lines of the first one whose times are milliseconds."""
        ours = (
            frame
            for frame in tags.getall("SYLT")
            if not frame.desc and (frame.format, frame.type) == (_MILLISECONDS, _LYRICS)
        )
        return next((tuple(f"{ms} {text}" for text, ms in frame.text) for frame in ours), ())


@dataclass(frozen=True, slots=True)
class Chapters:
    """Chapters (CHAP) and their table (CTOC), in order and on top: each text is "START_MS END_MS TITLE"."""

    def write(self, tags: Any, texts: Sequence[str], language: str) -> None:  # noqa: ARG002 -- it has no language
        """Replace every chapter and every table: a song has one."""
        tags.delall("CTOC")
        tags.delall("CHAP")
        names = [f"chp{number}" for number in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            start, end, title = text.split(" ", 2)
            titled = Frames["TIT2"](encoding=Encoding.UTF8, text=[title])
            tags.add(
                Frames["CHAP"](
                    element_id=name,
                    start_time=int(start),
                    end_time=int(end),
                    start_offset=_LONGEST_MS,  # all ones: the times count, not the bytes
                    end_offset=_LONGEST_MS,
                    sub_frames=[titled],
                )
            )
        if texts:
            flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
            tags.add(Frames["CTOC"](element_id=_TOC, flags=flags, child_element_ids=names, sub_frames=[]))

    def read(self, tags: Any) -> Texts:
        """Give the chapters that the table on top names, in its order; without a table there are none."""
        tables = (frame for frame in tags.getall("CTOC") if frame.flags & CTOCFlags.TOP_LEVEL)
        named = next((list(frame.child_element_ids) for frame in tables), [])
        found = {frame.element_id: frame for frame in tags.getall("CHAP")}
        return tuple(_chapter(found[name]) for name in named if name in found)


def _chapter(frame: Any) -> str:
    title = next((str(text) for sub in frame.sub_frames.getall("TIT2") for text in sub.text), "")
    return f"{frame.start_time} {frame.end_time} {title}"


@dataclass(frozen=True, slots=True)
class Cover:
    """The picture of the front cover (APIC 3) without a description, as base64; other pictures stay."""

    def write(self, tags: Any, texts: Sequence[str], language: str) -> None:  # noqa: ARG002 -- it has no language
        """Replace the front cover."""
        tags.setall("APIC", [frame for frame in tags.getall("APIC") if not is_front(frame)])
        for text in texts:
            data = b64decode(text)
            frame: Any = Frames["APIC"](
                encoding=Encoding.LATIN1, mime=mime(data), type=PictureType.COVER_FRONT, desc="", data=data
            )
            while frame.HashKey in tags:  # another picture without a description keeps its place
                frame.salt += " "
            tags.add(frame)

    def read(self, tags: Any) -> Texts:
        """Give the front cover."""
        return tuple(_first(frame.data for frame in tags.getall("APIC") if is_front(frame)))


def is_front(picture: Any) -> bool:
    """Say whether a picture, of ID3 or of FLAC, is the front cover and not a described one."""
    return picture.type == PictureType.COVER_FRONT and not picture.desc


def mime(data: bytes) -> str:
    """Tell by its first bytes what a picture is; JPEG when it is none of the others."""
    return next((kind for prefix, kind in _PICTURES if data.startswith(prefix)), "image/jpeg")


def _first(pictures: Iterator[bytes]) -> Iterator[str]:
    data = next(pictures, b"")
    if data:
        yield b64encode(data).decode("ascii")
