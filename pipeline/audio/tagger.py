"""The tagger: labels into an audio file and back, never half."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutagen import MutagenError

from pipeline.audio.containers import open_tags, taggable
from pipeline.audio.essence import essence
from pipeline.audio.frames import Texts
from pipeline.audio.replacing import replacing
from pipeline.audio.table import TABLE, Row
from pipeline.errors import ShelfError
from pipeline.labels import Labels
from pipeline.listening.sniff import sniff

_FOREIGN = (
    MutagenError,
    LookupError,
    OSError,
)  # a damaged Ogg page makes mutagen raise IndexError (measured)
_HEAD = 4096  # bytes: enough for any first page
_EVERY = frozenset(row.field for row in TABLE)


@dataclass(frozen=True, slots=True)
class FileTagger:
    """Tags MP3 and WAV (ID3), FLAC, Ogg Vorbis and Opus (Vorbis comments); `id3v23` serves old players."""

    id3v23: bool = False

    def tag(self, file: Path, labels: Labels) -> None:
        """Make the file say exactly these labels; every other frame in it stays, the audio is not touched.

        mutagen writes in place and a crash would leave a broken file (mutagen #241), so a copy is tagged,
        read back and put in the file's place. Raises ShelfError; the file is then as it was.
        """
        self._replace(file, labels, _EVERY)

    def amend(self, file: Path, **told: Any) -> None:
        """Make the file say these few labels otherwise; all others stay, whoever wrote them. As `tag`."""
        self._replace(file, Labels(**told), told.keys())

    def read(self, file: Path) -> Labels:
        """Read back what the file says in the terms of the labels. Raises ShelfError."""
        try:
            kind = _kind(file, "read the tags of")
            tags = open_tags(file, kind)
            told = {row.field: row.value(tags.read(row)) for row in TABLE if kind in row.kinds}
        except _FOREIGN as error:
            raise _failure("read the tags of", file, error) from error
        del told["ai_generated"]  # no choice of the file either
        return Labels(**told)

    def _replace(self, file: Path, labels: Labels, fields: Collection[str]) -> None:
        try:
            kind = _kind(file)
            said = list(_said(labels, kind, fields))
            with replacing(file) as copy:
                self._write(copy, kind, labels, said)
                _verify(file, copy, kind, said)
        except _FOREIGN as error:
            raise _failure("tag", file, error) from error

    def _write(self, copy: Path, kind: str, labels: Labels, said: list[tuple[Row, Texts]]) -> None:
        tags = open_tags(copy, kind, v23=self.id3v23)
        for row, texts in said:
            tags.write(row, texts, labels.language)
        tags.save()


def _kind(file: Path, doing: str = "tag") -> str:
    """Tell by the content what the file is, never by its name."""
    with file.open("rb") as stream:
        kind = sniff(stream.read(_HEAD))
    if not taggable(kind):
        raise ShelfError(
            f"cannot {doing} {file.name!r}: it is {kind or 'no audio that songpipe knows'}",
            hint="songpipe tags mp3, flac, wav, ogg and opus"
            + ("; set acestep.audio_format to one of them" if doing == "tag" else ""),
        )
    return kind


def _said(labels: Labels, kind: str, fields: Collection[str]) -> Iterator[tuple[Row, Texts]]:
    """Give the rows that a file of this kind holds, with their texts, but those that stay as they are."""
    for row in TABLE:
        texts = row.texts(labels)
        if row.field in fields and kind in row.kinds and (texts or not row.stays):
            yield row, texts


def _verify(file: Path, copy: Path, kind: str, said: list[tuple[Row, Texts]]) -> None:
    """Read the copy as a stranger would: every label must be there and the audio must be the same."""
    tags = open_tags(copy, kind)
    lost = [row.field for row, texts in said if tags.read(row) != tags.held(row, texts)]
    if lost:
        raise ShelfError(f"cannot tag {file.name!r}: {', '.join(lost)} did not come back as written")
    if essence(file, kind) != essence(copy, kind):
        raise ShelfError(f"cannot tag {file.name!r}: the audio would change", hint="the file is as it was")


def _failure(doing: str, file: Path, error: Exception) -> ShelfError:
    if isinstance(error, OSError):
        return ShelfError(
            f"cannot {doing} {file.name!r}: {error.strerror}",
            hint=f"is {str(file.parent)!r} writable, with room for a copy of the file?",
        )
    return ShelfError(
        f"cannot {doing} {file.name!r}: the file or its tags are damaged ({type(error).__name__})",
        hint="the file is as it was; play it, or choose another take",
    )
