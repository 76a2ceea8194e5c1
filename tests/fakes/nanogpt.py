"""A scripted writer on loopback that speaks NanoGPT's wire exactly, its odd bodies included.

It holds a queue of answers and the history of what it was asked. Nothing is random, nothing is judged.
"""

import gzip
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived: header names in lower case, the JSON body decoded."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Scripted:
    """An answer byte by byte: `pieces` are sent as chunks, a number among them is a pause in seconds.

    `hang_up` drops the connection after the pieces instead of ending the body.
    """

    pieces: tuple[bytes | float, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/event-stream"
    hang_up: bool = False


Answer = Scripted | Callable[[Asked], Scripted]

PRICING = {"cost": 0.0123, "currency": "USD", "paymentSource": "USD", "inputTokens": 40, "outputTokens": 60}
USAGE = {"prompt_tokens": 41, "completion_tokens": 61, "completion_tokens_details": {"reasoning_tokens": 7}}


def frame(delta: Mapping[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Give one chunk of a stream as NanoGPT writes it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "served/model",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }


def event(data: object) -> bytes:
    """Write one server-sent event."""
    return b"data: " + json.dumps(data).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"


def streams(*events: bytes | float | Mapping[str, Any], done: bool = True, **more: Any) -> Scripted:
    """Stream exactly these events; a mapping is sent as a frame."""
    pieces = [event(item) if isinstance(item, Mapping) else item for item in events]
    return Scripted((*pieces, DONE) if done else tuple(pieces), **more)


def says(
    *words: str,
    finish: str | None = "stop",
    reasoning: str = "",
    usage: Mapping[str, Any] | None = USAGE,
    pricing: Mapping[str, Any] | None = None,
) -> Answer:
    """Answer with these words, streamed word by word or in one piece, as the request wants it."""

    def answer(asked: Asked) -> Scripted:
        bill: dict[str, Any] = {"usage": usage, **({"x_nanogpt_pricing": pricing} if pricing else {})}
        if not asked.body.get("stream"):
            message = {"role": "assistant", "content": "".join(words), "reasoning": reasoning}
            choice = {"index": 0, "message": message, "finish_reason": finish}
            return replies({"id": "chatcmpl-1", "model": "served/model", "choices": [choice], **bill})
        thought = [frame({"reasoning": reasoning})] if reasoning else []
        spoken = [frame({"content": word}) for word in words]
        return streams(*thought, *spoken, frame({}, finish, **bill), done=True)

    return answer


def replies(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Scripted:
    """Answer with this JSON value."""
    return Scripted((json.dumps(body).encode(),), status, headers or {}, "application/json")


def fails(status: int, message: str = "no", code: str = "", param: str = "", **headers: str) -> Scripted:
    """Answer with NanoGPT's error object; `retry_after="3"` becomes the header `Retry-After`."""
    error = {
        "message": message,
        "type": "invalid_request_error",
        "code": code or None,
        "param": param or None,
    }
    return replies(
        {"error": error}, status, {name.replace("_", "-"): value for name, value in headers.items()}
    )


def broke(needed: float = 0.0035) -> Scripted:
    """Answer 402 the way NanoGPT does: the error is a string, not an object."""
    return replies({"error": "Insufficient balance", "requiredBalance": needed, "status": 402}, 402)


def page(status: int = 200) -> Scripted:
    """Answer with a web page."""
    return Scripted((b"<!doctype html><title>Just a moment</title>",), status, {}, "text/html")


def packed(body: bytes, **more: Any) -> Scripted:
    """Answer with a body in gzip, whether or not the client can read that."""
    return Scripted((gzip.compress(body),), headers={"Content-Encoding": "gzip"}, **more)


class NanoGPT:
    """The server. Use it as a context manager; `base_url` is what a client is given."""

    def __init__(self, *answers: Answer) -> None:
        self.answers: deque[Answer] = deque(answers)
        self.asked: list[Asked] = []
        self.models_answer = replies({"object": "list", "data": []})
        self.balance_answer = replies({"error": "not found"}, 404)
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.studio = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        """The address of the API on this server."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/v1"

    def script(self, *answers: Answer) -> None:
        """Queue more answers."""
        self.answers.extend(answers)

    def offer(self, models: object) -> None:
        """Answer `/models` with this JSON value."""
        self.models_answer = replies(models)

    def hold(self, balance: object) -> None:
        """Answer `/check-balance` with this JSON value; without it the server does not know the address."""
        self.balance_answer = replies(balance)

    @property
    def chats(self) -> list[Mapping[str, Any]]:
        """The bodies of all chat requests, in order."""
        return [asked.body for asked in self.asked if asked.path.endswith("/chat/completions")]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, asked: Asked) -> Scripted:
        """Choose the answer: the list of models, the balance, or the next of the queue."""
        self.asked.append(asked)
        if asked.path.endswith("/models"):
            return self.models_answer
        if asked.path == "/api/check-balance":
            return self.balance_answer
        if not self.answers:
            return replies({"error": {"message": "nothing is scripted any more", "code": "script_over"}}, 400)
        chosen = self.answers.popleft()
        return chosen if isinstance(chosen, Scripted) else chosen(asked)

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self._closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing the server waits for every answer to end
    studio: NanoGPT

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away in the middle are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: _Server

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        with suppress(ValueError):
            self._answer(json.loads(raw or b"{}"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name http.server uses
        """Keep the tests' output clean."""

    def _answer(self, body: Mapping[str, Any]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = self.server.studio.answer(Asked(self.command, urlsplit(self.path).path, headers, body))
        self.close_connection = True
        with suppress(OSError):
            self._send(said)

    def _send(self, said: Scripted) -> None:
        self.send_response(said.status)
        sent = {"X-Request-ID": "req-1", "Content-Type": said.content_type, **said.headers}
        for name, value in {**sent, "Transfer-Encoding": "chunked", "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in said.pieces:
            self._piece(piece)
        if not said.hang_up:
            self.wfile.write(b"0\r\n\r\n")

    def _piece(self, piece: bytes | float) -> None:
        if isinstance(piece, bytes):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        else:
            self.server.studio.pause(piece)


def asked_models(chats: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """Give the models of some chat requests, in order."""
    return [str(chat["model"]) for chat in chats]
