"""The socket side: one HTTP client for one request, with our headers only, bounded, and easy to cut."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import httpx2
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from pipeline.llm import characters, complaint
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import Fault, Kind, of_status

# A long reply in small frames; nothing that belongs to a song is larger.
MOST_BYTES = 64 * 1024 * 1024
_CONNECT_S = 10.0
_KEPT_HEADERS = frozenset({"host", "accept", "connection", "content-length", "content-type"})


class _Bounded(httpx2.SyncByteStream):
    """A body that ends with a fault when it grows without end."""

    def __init__(self, inner: httpx2.SyncByteStream) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        left = MOST_BYTES
        for chunk in self._inner:
            left -= len(chunk)
            if left < 0:
                raise httpx2.DecodingError(f"more than {MOST_BYTES} bytes")
            yield chunk

    def close(self) -> None:
        self._inner.close()


class Line:
    """A connection to the endpoint for a single request.

    The key goes to the endpoint's own host and nowhere else: redirects are not followed, and the headers that
    the SDK reads from the environment (organisation, project, custom ones) or adds about this machine are
    taken off. Nothing is unpacked: half a megabyte can swell to gigabytes. `transport` replaces the network
    in tests.
    """

    def __init__(
        self, endpoint: Endpoint, read_s: float, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._endpoint = endpoint
        self._socket: socket.socket | None = None
        self._request_id = ""
        self.http = httpx2.Client(
            # Reading the trust store takes longer than a local server's whole answer.
            verify=not (endpoint.loopback and endpoint.base_url.startswith("http:")),
            transport=transport,
            timeout=httpx2.Timeout(read_s, connect=min(_CONNECT_S, read_s)),
            trust_env=not endpoint.loopback,
            follow_redirects=False,
            event_hooks={"request": [self._address], "response": [self._receive]},
        )

    @property
    def request_id(self) -> str:
        """The id under which the server knows this request, for its support."""
        return self._request_id

    def stream(self, request: dict[str, Any]) -> Iterator[object]:
        """Ask for a streamed completion and give its frames as plain JSON values."""
        with self._sdk().chat.completions.create(**request, stream=True) as stream:
            kind = stream.response.headers.get("content-type", "").lower()
            if "json" in kind or "html" in kind:
                yield _whole(stream.response.read())  # the server does not stream; this is all of it
                return
            for chunk in stream:
                # The SDK validates nothing, so a "chunk" may be any JSON value.
                yield chunk.to_dict(warnings=False) if isinstance(chunk, ChatCompletionChunk) else chunk

    def plain(self, request: dict[str, Any]) -> Iterator[object]:
        """Ask for a completion in one piece and give it as a plain JSON value."""
        completion: object = self._sdk().chat.completions.create(**request)
        # What is not JSON by its content type comes back as the text of the body.
        if isinstance(completion, ChatCompletion):
            yield completion.to_dict(warnings=False)
        else:
            yield _whole(str(completion).encode())

    def fetch(self, method: str, url: str, **params: str) -> Iterator[object]:
        """Ask the endpoint for something else than a completion and give its JSON value."""
        response = self.http.request(method, url, params=params)
        if not response.is_success:
            raise of_status(response.status_code, complaint.read(response.text))
        yield _whole(response.content)

    def cut(self) -> None:
        """End the request from any thread: a blocked read wakes up and fails."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back."""
        self.http.close()

    def _sdk(self) -> OpenAI:
        # The real key is put on by `_address`; with one of its own the SDK would look into the environment.
        return OpenAI(api_key="-", base_url=self._endpoint.base_url, max_retries=0, http_client=self.http)

    def _address(self, request: httpx2.Request) -> None:
        for name in [name for name in request.headers if name not in _KEPT_HEADERS]:
            del request.headers[name]
        request.headers["user-agent"] = "songpipe"
        request.headers["accept-encoding"] = "identity"
        if self._endpoint.api_key and _origin(request.url) == _origin(httpx2.URL(self._endpoint.base_url)):
            request.headers["authorization"] = f"Bearer {self._endpoint.api_key}"
        request.extensions["trace"] = self._notice

    def _notice(self, event: str, facts: dict[str, Any]) -> None:
        """Remember the socket, so that another thread can cut it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = facts["return_value"].get_extra_info("socket")

    def _receive(self, response: httpx2.Response) -> None:
        self._request_id = characters.one_line(response.headers.get("x-request-id", ""), 200)
        packed = response.headers.get("content-encoding", "").strip().lower()
        if packed not in {"", "identity"}:
            raise Fault(
                Kind.SERVER, f"the server packs its replies ({packed[:40]!r}), which was not asked for"
            )
        response.stream = _Bounded(cast("httpx2.SyncByteStream", response.stream))


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _whole(body: bytes) -> object:
    """Decode a body that came in one piece. Raises `Fault` for a web page and for anything but JSON."""
    if body.lstrip()[:1] == b"<":
        raise Fault(Kind.PAGE, "a web page came instead of a reply")
    if body.lstrip()[:5] == b"data:" or not body.strip():
        raise Fault(Kind.NO_STREAM, "the server does not stream as it says")
    return json.loads(body)
