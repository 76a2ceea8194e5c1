"""A scripted transcription server on loopback: it reads a real multipart upload and answers as it is told.

It hears nothing: the words, right or wrong, are put into its mouth.
"""

import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

WORD_S = 0.4  # how long the words of `sings` last
LINE_S = 3.0  # from the start of a line to that of the next


@dataclass(frozen=True)
class Upload:
    """A request as it arrived: header names in lower case, the form's texts by name, and the file."""

    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]
    file_name: str
    file_type: str
    file: bytes


@dataclass(frozen=True)
class Reply:
    """An answer byte by byte; `wait_s` is a pause before it, `trickle_s` one after each of its bytes."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    wait_s: float = 0.0
    trickle_s: float = 0.0
    hang_up: bool = False
    retry_after: str = ""


def replies(body: object, status: int = 200, **more: Any) -> Reply:
    """Answer with this JSON value."""
    return Reply(json.dumps(body).encode(), status, **more)


def sung(lines: Sequence[str], at_s: float = 0.0, shift_s: float = 0.0) -> list[dict[str, Any]]:
    """Give the words of lines as they are sung: a line every `LINE_S`, its words `WORD_S` each, from `at_s` on."""
    return [
        {"word": word, "start": start, "end": start + WORD_S}
        for number, line in enumerate(lines)
        for place, word in enumerate(line.split())
        for start in [at_s + shift_s + number * LINE_S + place * WORD_S]
    ]


def hears(words: Sequence[Mapping[str, Any]]) -> Reply:
    """Answer as OpenAI does when it is asked for word times."""
    text = " ".join(word["word"] for word in words)
    return replies(
        {"task": "transcribe", "language": "english", "duration": 240.0, "text": text, "words": words}
    )


def hears_lines(lines: Sequence[str], at_s: float = 0.0) -> Reply:
    """Answer with segments only, as a server does that knows no word times."""
    rows = [
        {
            "id": number,
            "text": f" {line}",
            "start": at_s + number * LINE_S,
            "end": at_s + (number + 1) * LINE_S,
        }
        for number, line in enumerate(lines)
    ]
    return replies({"text": "\n".join(lines), "duration": "240", "segments": rows, "words": None})


def hears_tokens(tokens: Sequence[tuple[str, float, float]]) -> Reply:
    """Answer as whisper.cpp does: the words lie in their segment, cut into tokens."""
    words = [{"word": token, "start": start, "end": end, "probability": 0.9} for token, start, end in tokens]
    text = "".join(token for token, _, _ in tokens)
    segment = {"id": 0, "text": text, "start": tokens[0][1], "end": tokens[-1][2], "words": words}
    return replies({"text": text, "segments": [segment]})


def says(text: str) -> Reply:
    """Answer with a text and no times."""
    return replies({"text": text})


def fails(status: int, message: str = "no", code: str = "", *, retry_after: str = "") -> Reply:
    """Answer with the API's error object."""
    return replies({"error": {"message": message, "code": code or None}}, status, retry_after=retry_after)


def page(status: int = 200) -> Reply:
    """Answer with a web page."""
    return Reply(b"<!doctype html><title>Sign in</title>", status, "text/html")


def huge(size: int) -> Reply:
    """Answer with valid JSON of so many bytes."""
    return Reply(b'{"text": "' + b"la " * (size // 3) + b'"}')


class Scribe:
    """The server. Use it as a context manager; `base_url` is what a client is given."""

    def __init__(self, *answers: Reply) -> None:
        self.answers: deque[Reply] = deque(answers)
        self.uploads: list[Upload] = []
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.scribe = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        """The address of the API on this server."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def script(self, *answers: Reply) -> None:
        """Queue more answers."""
        self.answers.extend(answers)

    def answer(self, upload: Upload) -> Reply:
        """Note the upload and choose the answer: the next of the queue."""
        self.uploads.append(upload)
        if upload.path != "/v1/audio/transcriptions":
            return Reply(b"not here", 404, "text/plain")
        return self.answers.popleft() if self.answers else fails(400, "nothing is scripted any more")

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        """Whether the server is about to end."""
        return self._closing.is_set()

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


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing the server waits for every answer to end
    scribe: Scribe

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away in the middle are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: _Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.scribe.answer(_upload(self.path, headers, raw))
        self.close_connection = True
        with suppress(OSError):
            self._send(reply)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name http.server uses
        """Keep the tests' output clean."""

    def _send(self, reply: Reply) -> None:
        self.server.scribe.pause(reply.wait_s)
        self.send_response(reply.status)
        sent = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))}
        if reply.retry_after:
            sent["Retry-After"] = reply.retry_after
        for name, value in {**sent, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        body = reply.body[: len(reply.body) // 2] if reply.hang_up else reply.body
        if not reply.trickle_s:
            self.wfile.write(body)
            return
        for place in range(len(body)):
            if self.server.scribe.closing:
                return
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            self.server.scribe.pause(reply.trickle_s)


def _upload(path: str, headers: Mapping[str, str], raw: bytes) -> Upload:
    head = f"Content-Type: {headers.get('content-type', 'text/plain')}\r\n\r\n".encode()
    whole = message_from_bytes(head + raw)
    parts = [part for part in whole.walk() if not part.is_multipart() and _name(part)]
    file = next((part for part in parts if part.get_filename()), Message())
    form = {_name(part): _bytes(part).decode() for part in parts if not part.get_filename()}
    return Upload(path, headers, form, file.get_filename(""), file.get_content_type(), _bytes(file))


def _name(part: Message) -> str:
    return str(part.get_param("name", "", header="content-disposition"))


def _bytes(part: Message) -> bytes:
    """Give a part's bytes: the parser keeps what is no ASCII as surrogates."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
