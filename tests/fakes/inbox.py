"""A server on loopback that takes whatever is sent to it and remembers it: a watchdog, or a service for messages."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Received:
    """One request as it arrived; `path` with its query."""

    method: str
    path: str
    body: str


class Inbox:
    """Answers each request with the next of the `statuses`, then with 200; 0 never answers."""

    def __init__(self, statuses: Iterable[int] = ()) -> None:
        self.received: list[Received] = []
        self.statuses = deque(statuses)
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
                inbox.received.append(Received(self.command, self.path, body))
                status = inbox.statuses.popleft() if inbox.statuses else 200
                if not status:
                    inbox._closing.wait(30)
                    return
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/moved")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            do_GET = do_POST = _take  # noqa: N815 -- the names that http.server calls

            def log_message(self, *_: object) -> None:
                """Say nothing: tests read what was received."""

        return Handler
