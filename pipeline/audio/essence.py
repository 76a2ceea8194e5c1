"""The essence: what is left of an audio file when its tags are taken away, as a hash."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20


def essence(file: Path, kind: str) -> str:
    """Give the SHA-256 of the audio in a file of a known kind, the same before and after tagging.

    Raises OSError. A file that is not of that kind gives some hash: whoever opens the tags finds out.
    """
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for piece in _PIECES[kind](stream):
            digest.update(piece)
    return digest.hexdigest()


def _mpeg(stream: BinaryIO) -> Iterator[bytes]:
    """Everything between the ID3v2 tag in front and the ID3v1 tag behind."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - 128))
    if stream.read(3) == b"TAG":
        end -= 128
    start = _after_id3(stream)
    yield from _span(stream, start, end)


def _flac(stream: BinaryIO) -> Iterator[bytes]:
    """The stream info (it holds the MD5 of the samples), then the frames behind the last metadata block."""
    position = _after_id3(stream) + 4
    last = False
    while not last:
        stream.seek(position)
        header = stream.read(4)
        if len(header) < 4:
            return
        last = bool(header[0] & 0x80)
        size = int.from_bytes(header[1:], "big")
        if header[0] & 0x7F == 0:
            yield stream.read(size)
        position += 4 + size
    yield from _span(stream, position, stream.seek(0, 2))


def _riff(stream: BinaryIO) -> Iterator[bytes]:
    """The chunks that describe and hold the samples."""
    position = 12
    while True:
        stream.seek(position)
        header = stream.read(8)
        if len(header) < 8:
            return
        size = int.from_bytes(header[4:], "little")
        if header[:4] in {b"fmt ", b"data"}:
            yield from _span(stream, position + 8, position + 8 + size)
        position += 8 + size + size % 2


def _ogg(stream: BinaryIO) -> Iterator[bytes]:
    """The bodies of the pages behind the header packets: page numbers and checksums change with the tags."""
    packets = 0
    headers = 3  # Vorbis: identification, comments, setup
    stream.seek(0)
    while len(header := stream.read(27)) == 27:
        lacing = stream.read(header[26])
        body = stream.read(sum(lacing))
        if body.startswith(b"OpusHead"):
            headers = 2
        if packets >= headers:
            yield body
        packets += sum(1 for value in lacing if value < 255)


def _after_id3(stream: BinaryIO) -> int:
    """Give where an ID3v2 tag at the start ends (0 without one); its size counts 7 bits a byte."""
    stream.seek(0)
    header = stream.read(10)
    if header[:3] != b"ID3" or len(header) < 10:
        return 0
    size = 0
    for byte in header[6:]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _span(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    stream.seek(start)
    while (left := end - stream.tell()) > 0 and (block := stream.read(min(_BLOCK, left))):
        yield block


_PIECES: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "mp3": _mpeg,
    "wav": _riff,
    "flac": _flac,
    "ogg": _ogg,
    "opus": _ogg,
}
