"""The wire: one server's HTTP, bounded in time and size, with httpx's failures translated once."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from pipeline.acestep import addresses
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.envelope import Letter, opened
from pipeline.acestep.faults import KEY_HINT, NotAceStep, NotReached, Silent
from pipeline.errors import BandError, SettingsError

LONGEST_ANSWER = 16 * 2**20  # bytes of JSON; a batch of eight with full lyrics stays far below one
MOST_REDIRECTS = 3
_SECRET = 8  # characters: a shorter key may be a word of the answer itself, and is no secret

_SENT_NOTHING = "cannot be reached"
_NO_ANSWER = "did not answer"
# Every failure of httpx, and what it means to a caller: was anything sent?
TRANSLATIONS: dict[type[Exception], tuple[type[BandError], str]] = {
    httpx.ConnectError: (NotReached, _SENT_NOTHING),
    httpx.ConnectTimeout: (NotReached, _SENT_NOTHING),
    httpx.PoolTimeout: (NotReached, _SENT_NOTHING),
    httpx.ProxyError: (NotReached, "cannot be reached through the proxy"),
    httpx.UnsupportedProtocol: (NotReached, _SENT_NOTHING),
    httpx.LocalProtocolError: (NotReached, _SENT_NOTHING),
    httpx.InvalidURL: (NotReached, "was asked for an address that cannot be"),
    httpx.ReadTimeout: (Silent, f"{_NO_ANSWER} in time"),
    httpx.WriteTimeout: (Silent, f"{_NO_ANSWER} in time"),
    httpx.ReadError: (Silent, "broke off"),
    httpx.WriteError: (Silent, "broke off"),
    httpx.CloseError: (Silent, "broke off"),
    httpx.RemoteProtocolError: (Silent, "broke off"),
    httpx.DecodingError: (Silent, "sent an answer that cannot be unpacked"),
    httpx.TooManyRedirects: (NotAceStep, "redirects for ever"),
}
_HINTS: dict[type[BandError], str] = {
    NotReached: "is it running? check the address, or start it; `songpipe doctor` tells more",
    Silent: "it may be loading its models; try again in a minute",
}


class Wire:
    """Speaks HTTP with one server. Safe to use from several threads.

    No connection is kept open: questions come seconds apart, and a job sent over a connection that the server
    has just closed would be a job nobody knows about.
    """

    def __init__(
        self,
        url: str,
        key: str,
        deadlines: Deadlines,
        *,
        transport: httpx.BaseTransport | None,
        clock: Callable[[], float],
    ) -> None:
        self.server = addresses.normal(url)
        self._key = _checked(key)
        self._deadlines = deadlines
        self._clock = clock
        self._client = httpx.Client(
            headers={"accept-encoding": "identity"} | ({"authorization": f"Bearer {key}"} if key else {}),
            trust_env=not addresses.is_loopback(self.server),  # a proxy cannot know this machine's loopback
            verify=self.server.startswith("https:"),  # without TLS there is no trust store worth loading
            limits=httpx.Limits(max_keepalive_connections=0),
            transport=transport,
        )

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, path: str, *, answer_s: float | None = None) -> Any:
        """Ask for the data at a path; raises the faults of `opened` and of the transport."""
        return self._ask("GET", path, None, answer_s or self._deadlines.answer_s)

    def post(self, path: str, body: dict[str, Any], *, answer_s: float | None = None) -> Any:
        """Send JSON to a path and give the data of the answer; raises as `get`."""
        return self._ask("POST", path, body, answer_s or self._deadlines.answer_s)

    @contextmanager
    def stream(self, url: str) -> Iterator[httpx.Response]:
        """Open a download; redirects are followed on this server only. Raises NotAceStep for any other."""
        for _ in range(MOST_REDIRECTS + 1):
            with self._exchange("GET", url, None, self._deadlines.answer_s) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                url = self._onward(url, response.headers["location"])
        raise NotAceStep(f"the music server {self.server} redirects for ever")

    def _onward(self, url: str, location: str) -> str:
        onward = urljoin(url, location)
        if not onward.startswith(f"{_origin(self.server)}/"):
            raise NotAceStep(
                f"the music server {self.server} redirects to another host, which is not followed"
            )
        return onward

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, answer_s: float) -> Any:
        with self._exchange(method, f"{self.server}{path}", body, answer_s) as response:
            text = self._text(response, answer_s)
            again = response.headers.get("retry-after", "")
            return opened(Letter(self.server, response.status_code, text, again))

    def _text(self, response: httpx.Response, answer_s: float) -> str:
        """Read an answer whole, within its size and time: to drip for ever is to be silent."""
        parts, size, end = [], 0, self._clock() + answer_s
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LONGEST_ANSWER:
                raise NotAceStep(f"the music server {self.server} sends answers without end")
            if self._clock() > end:
                raise Silent(f"the music server {self.server} did not answer in time", hint=_HINTS[Silent])
        text = b"".join(parts).decode("utf-8", "replace")
        return text.replace(self._key, "***") if len(self._key) >= _SECRET else text

    @contextmanager
    def _exchange(
        self, method: str, url: str, body: dict[str, Any] | None, answer_s: float
    ) -> Iterator[httpx.Response]:
        timeout = httpx.Timeout(answer_s, connect=self._deadlines.connect_s)
        try:
            with self._client.stream(method, url, json=body, timeout=timeout) as response:
                yield response
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise translated(exc, self.server) from exc


def translated(exc: Exception, server: str) -> BandError:
    """Give our own fault for one of httpx."""
    kind, what = TRANSLATIONS.get(type(exc), (Silent, "failed"))
    fault = kind(f"the music server {server} {what}", hint=_HINTS.get(kind, ""))
    if isinstance(fault, NotReached):
        fault.unknown_host = _is_unknown_host(exc)
        if fault.unknown_host:
            fault.hint = "its host name is not known here; check the address"
    return fault


def _is_unknown_host(exc: BaseException | None) -> bool:
    while exc is not None:
        if isinstance(exc, socket.gaierror):
            return True
        exc = exc.__cause__ or exc.__context__
    return False


def _checked(key: str) -> str:
    """Refuse a key that no header can carry, without saying what it is."""
    if not key.isascii() or not key.isprintable():
        raise SettingsError("the music server's key holds characters that no key has", hint=KEY_HINT)
    return key


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_missing(status: int) -> bool:
    """Say whether a status means that the path does not exist on this server."""
    return status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
