"""A scripted image server on loopback: it is asked for pictures, and hands them over or hangs them up for fetching.

It draws nothing: the pictures, good or bad, are put into its hands.
"""

import base64
import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from PIL import Image

from tests.fakes.scribe import Reply, fails, replies

FORMAT_REFUSED = "Unknown parameter: 'response_format'."


@dataclass(frozen=True)
class Visit:
    """A request as it arrived: header names in lower case, and what was asked in JSON."""

    method: str
    path: str
    headers: Mapping[str, str]
    asked: Mapping[str, Any]


def picture(side: int = 300, kind: str = "PNG") -> bytes:
    """Give the file of a picture, dark above and light below."""
    file = BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(file, kind)
    return file.getvalue()


def draws(file: bytes) -> Reply:
    """Answer with a picture in base64, as OpenAI does."""
    row = {"b64_json": base64.b64encode(file).decode(), "revised_prompt": "a lamp"}
    return replies({"created": 1, "data": [row], "usage": {"total_tokens": 9}})


def points(url: object) -> Reply:
    """Answer with the address of a picture."""
    return replies({"created": 1, "data": [{"url": url, "b64_json": None}]})


def hangs(file: bytes, kind: str = "image/png", **more: Any) -> Reply:
    """Hang a picture up, to be fetched."""
    return Reply(file, content_type=kind, **more)


class Gallery:
    """The server. Use it as a context manager; `base_url` is what a client is given.

    With `plain_only` it refuses the parameter `response_format`, as the gpt-image models do.
    """

    def __init__(self, *answers: Reply, plain_only: bool = False) -> None:
        self.answers: deque[Reply] = deque(answers)
        self.walls: dict[str, deque[Reply]] = {}
        self.visits: list[Visit] = []
        self.plain_only = plain_only
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.gallery = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        """The address of the server itself."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """The address of the API on this server."""
        return f"{self.address}/v1"

    @property
    def asked(self) -> Sequence[Mapping[str, Any]]:
        """What was asked for, in JSON."""
        return [visit.asked for visit in self.visits if visit.method == "POST"]

    def script(self, *answers: Reply) -> None:
        """Queue more answers."""
        self.answers.extend(answers)

    def hang(self, *answers: Reply, path: str = "/kept/picture.png") -> str:
        """Hang something up, the last of it for good, and give its address."""
        self.walls[path] = deque(answers)
        return self.address + path

    def answer(self, visit: Visit) -> Reply:
        """Note the visit and choose the answer: what hangs there, or the next of the queue."""
        self.visits.append(visit)
        if visit.method == "GET":
            wall = self.walls.get(visit.path.partition("?")[0])
            if wall is None:
                return Reply(b"not here", 404, "text/plain")
            return wall.popleft() if len(wall) > 1 else wall[0]
        if visit.path != "/v1/images/generations":
            return Reply(b"not here", 404, "text/plain")
        if self.plain_only and "response_format" in visit.asked:
            return fails(400, FORMAT_REFUSED, "unknown_parameter")
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
    gallery: Gallery

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away in the middle are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: _Server

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers.get("content-length", 0)))))

    def do_GET(self) -> None:
        self._answer({})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name http.server uses
        """Keep the tests' output clean."""

    def _answer(self, asked: Mapping[str, Any]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.gallery.answer(Visit(self.command, self.path, headers, asked))
        self.close_connection = True
        with suppress(OSError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        gallery = self.server.gallery
        gallery.pause(reply.wait_s)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        if reply.retry_after:
            self.send_header("Retry-After", reply.retry_after)
        if 300 <= reply.status < 400:
            self.send_header("Location", f"{gallery.address}/kept/picture.png")
        self.end_headers()
        body = reply.body[: len(reply.body) // 2] if reply.hang_up else reply.body
        step = 1 if reply.trickle_s else max(1, len(body))
        for place in range(0, len(body), step):
            if gallery.closing:
                return
            self.wfile.write(body[place : place + step])
            self.wfile.flush()
            gallery.pause(reply.trickle_s)
