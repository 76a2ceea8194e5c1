"""The download: an audio file from the server to disk, whole or not at all, and proven to be audio."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from pipeline.acestep import addresses
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.faults import KEY_HINT, Ailing, Busy, KeyRefused, NotReached, Silent
from pipeline.acestep.wire import Wire
from pipeline.errors import BandError, ShelfError
from pipeline.listening.sniff import sniff
from pipeline.take import Trouble

TRIES = 3
SMALLEST = 1024  # bytes: shorter than any music, longer than an error message
_HEAD = 128  # bytes that tell the format
_PAUSE_S = 2.0
_GONE = (404, 410)
_FETCH_AGAIN = "going on asks for the file again"


class Unusable(Exception):  # noqa: N818 -- it says what the file is
    """What the server offers is no audio file that we take; `trouble` says what may help."""

    def __init__(self, message: str, trouble: Trouble = Trouble.EXPORT) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on disk: `format` is what its content says, `sha256` its hash in hex.

    `age_s` is how old it was on the server when it was sent, by the server's own clock; None when it does not tell.
    """

    file: Path
    format: str
    size: int
    sha256: str
    age_s: float | None = None


@dataclass(slots=True)
class _Arrived:
    """How far one attempt came; `announced` is the server's own word for the length, `age_s` of the file."""

    size: int = 0
    announced: str | None = None
    age_s: float | None = None


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
        return replace(fetched, file=final)

    def _persistent(self, url: str, part: Path) -> Fetched:
        attempt = 1
        while True:
            arrived = _Arrived()
            try:
                return self._attempt(url, part, arrived)
            except (NotReached, Silent, Ailing, Busy) as fault:
                if attempt == TRIES:
                    raise _given_up(fault, arrived) from fault
            self._sleep(_PAUSE_S * attempt)
            attempt += 1

    def _attempt(self, url: str, part: Path, arrived: _Arrived) -> Fetched:
        with self._wire.stream(url) as response:
            self._accept(response)
            arrived.announced = response.headers.get("content-length")
            arrived.age_s = _age_s(response.headers)
            head, digest = b"", hashlib.sha256()
            with part.open("wb") as file:
                for chunk in self._chunks(response):
                    head += chunk[: _HEAD - len(head)] if len(head) < _HEAD else b""
                    arrived.size += len(chunk)
                    self._check_size(arrived.size)
                    digest.update(chunk)
                    file.write(chunk)
        return self._proven(part, head, arrived, digest.hexdigest())

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
        if status in _GONE:
            raise Unusable(f"the server no longer has the file (HTTP {status})", Trouble.LOST)
        raise Unusable(f"the server refused to hand out the file (HTTP {status})", Trouble.FAILED)

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        end = self._clock() + self._deadlines.download_s
        for chunk in response.iter_raw():
            if self._clock() > end:
                raise Silent(f"the music server {self._wire.server} sends the audio file too slowly")
            yield chunk

    def _check_size(self, size: int) -> None:
        if size > self._deadlines.largest_file:
            raise Unusable(f"the file is larger than {self._deadlines.largest_file / 2**20:.0f} MiB")

    def _proven(self, part: Path, head: bytes, arrived: _Arrived, sha256: str) -> Fetched:
        size = arrived.size
        if arrived.announced is not None and _number(arrived.announced) != size:
            raise Silent(f"the music server {self._wire.server} ended the download early")
        kind = sniff(head)
        if kind is None or size < SMALLEST:
            raise _unusable(head, size)
        return Fetched(part, kind, size, sha256, arrived.age_s)


def _given_up(fault: BandError, arrived: _Arrived) -> BandError:
    """Say of a download that failed for the last time how far it came."""
    of_all = "" if (announced := _number(arrived.announced)) is None else f" of {announced}"
    stopped = f"stopped at {arrived.size}{of_all} bytes and " if arrived.size else ""
    hint = _FETCH_AGAIN if isinstance(fault, Silent) else fault.hint
    return BandError(f"{fault.message}: the download {stopped}was tried {TRIES} times", hint=hint)


def _unusable(head: bytes, size: int) -> Unusable:
    start = head.lstrip()[:1]
    if size == 0:
        return Unusable("the file is empty")
    if start in {b"{", b"["}:
        return Unusable("the file is a message in JSON, not audio")
    if start == b"<":
        return Unusable("the download was a web page, not audio", Trouble.FAILED)
    return Unusable(f"the file is no audio that we know ({size} bytes)")


def _age_s(headers: Mapping[str, str]) -> float | None:
    try:
        sent, changed = (parsedate_to_datetime(headers[name]) for name in ("date", "last-modified"))
        age_s = (sent - changed).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):  # TypeError: one with a time zone, one without
        return None
    return age_s if age_s >= 0 else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else None
