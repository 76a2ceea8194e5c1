"""The download: an audio file from the server to disk, whole or not at all, and proven to be audio."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipeline.acestep import addresses
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.faults import KEY_HINT, Ailing, Busy, KeyRefused, NotReached, Silent
from pipeline.acestep.wire import Wire
from pipeline.errors import ShelfError
from pipeline.listening.sniff import sniff
from pipeline.take import Trouble

TRIES = 3
SMALLEST = 1024  # bytes: shorter than any music, longer than an error message
_HEAD = 128  # bytes that tell the format
_PAUSE_S = 2.0


class Unusable(Exception):  # noqa: N818 -- it says what the file is
    """What the server offers is no audio file that we take; `trouble` says what may help."""

    def __init__(self, message: str, trouble: Trouble = Trouble.EXPORT) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on disk: `format` is what its content says, `sha256` its hash in hex."""

    file: Path
    format: str
    size: int
    sha256: str


class Downloads:
    """Fetches audio files from one server."""

    def __init__(
        self, wire: Wire, deadlines: Deadlines, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._wire = wire
        self._deadlines = deadlines
        self._clock = clock
        self._sleep = sleep

    def fetch(self, reference: str, folder: Path, name: str) -> Fetched:
        """Download what the server calls `reference` to `folder/name.EXT`, where EXT follows the content.

        Nothing of the file's name or place is taken from the server. A file of that name is replaced
        atomically. Raises Unusable (no audio, too large, missing), `addresses.Elsewhere`, BandError when the
        server cannot be reached, ShelfError when the disk fails.
        """
        url = addresses.audio(self._wire.server, reference)
        part = folder / f".{name}.part"
        try:
            return self._settled(self._persistent(url, part), part, folder, name)
        except OSError as exc:
            raise ShelfError(
                f"the download cannot be saved in {str(folder)!r}: {exc.strerror or exc}",
                hint="check that the disk has room and the folder can be written to",
            ) from exc
        finally:
            part.unlink(missing_ok=True)

    def _settled(self, fetched: Fetched, part: Path, folder: Path, name: str) -> Fetched:
        final = folder.resolve() / f"{name}.{fetched.format}"
        part.replace(final)
        return Fetched(final, fetched.format, fetched.size, fetched.sha256)

    def _persistent(self, url: str, part: Path) -> Fetched:
        for attempt in range(1, TRIES):
            try:
                return self._attempt(url, part)
            except (NotReached, Silent, Ailing, Busy):
                self._sleep(_PAUSE_S * attempt)
        return self._attempt(url, part)

    def _attempt(self, url: str, part: Path) -> Fetched:
        with self._wire.stream(url) as response:
            self._accept(response)
            head, size, digest = b"", 0, hashlib.sha256()
            with part.open("wb") as file:
                for chunk in self._chunks(response):
                    head += chunk[: _HEAD - len(head)] if len(head) < _HEAD else b""
                    size += len(chunk)
                    self._check_size(size)
                    digest.update(chunk)
                    file.write(chunk)
        return self._proven(part, head, size, digest.hexdigest(), response.headers.get("content-length"))

    def _accept(self, response: httpx.Response) -> None:
        """Judge the status of a download, where 403 and 404 are about the file and not about the key."""
        status, server = response.status_code, self._wire.server
        if status == 200:
            self._check_size(_number(response.headers.get("content-length")) or 0)
            return
        if status == 401:
            raise KeyRefused(f"the music server {server} refuses the key for the audio file", hint=KEY_HINT)
        if status == 429 or status >= 500:
            raise Ailing(
                f"the music server {server} could not send the audio file (HTTP {status})", status=status
            )
        raise Unusable(f"the server no longer gives the file out (HTTP {status})", Trouble.LOST)

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        end = self._clock() + self._deadlines.download_s
        for chunk in response.iter_raw():
            if self._clock() > end:
                raise Silent(f"the music server {self._wire.server} sends the audio file too slowly")
            yield chunk

    def _check_size(self, size: int) -> None:
        if size > self._deadlines.largest_file:
            raise Unusable(f"the file is larger than {self._deadlines.largest_file / 2**20:.0f} MiB")

    def _proven(self, part: Path, head: bytes, size: int, sha256: str, announced: str | None) -> Fetched:
        if announced is not None and _number(announced) != size:
            raise Silent(f"the music server {self._wire.server} sent {size} of {announced} bytes")
        kind = sniff(head)
        if kind is None or size < SMALLEST:
            raise Unusable(_what(head, size))
        return Fetched(part, kind, size, sha256)


def _what(head: bytes, size: int) -> str:
    start = head.lstrip()[:1]
    if size == 0:
        return "the file is empty"
    if start in {b"{", b"["}:
        return "the file is a message in JSON, not audio"
    if start == b"<":
        return "the file is a web page, not audio"
    return f"the file is no audio that we know ({size} bytes)"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else None
