"""A real HTTP server on loopback, in a thread of its own, that leaves nothing behind."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipeline.errors import InputError

HOST = "127.0.0.1"


class Line:
    """What an application may do with the connection under it: hold it, or cut it."""

    def __init__(self) -> None:
        self.closing = asyncio.Event()
        self._server: uvicorn.Server | None = None

    def serve(self, server: uvicorn.Server) -> None:
        """Take the server whose connections these are."""
        self._server = server

    async def hold(self, seconds: float) -> None:
        """Wait, at most until the server closes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    async def hang_up(self, request: Request) -> None:
        """Cut the connection of a request without another byte."""
        for connection in tuple(self._server.server_state.connections) if self._server else ():
            if isinstance(connection, H11Protocol) and connection.client == request.scope["client"]:
                connection.transport.abort()
        await asyncio.sleep(0.01)  # lets the loop tell the protocol that its connection is gone


class _Server(uvicorn.Server):
    """Uvicorn that says when it is ready, and that leaves at once and lets held requests go."""

    def __init__(self, config: uvicorn.Config, line: Line) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._line = line
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        await self._line.closing.wait()

    def leave(self) -> None:
        """Ask the server, from any thread, to close."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: it has left already
                self._loop.call_soon_threadsafe(self._line.closing.set)


class Loopback:
    """A server for one application: `with Loopback(make_app, port) as server: server.url`; port 0 is any."""

    def __init__(self, make_app: Callable[[Line], ASGIApp], port: int = 0) -> None:
        self._socket = _bind(port)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        line = Line()
        config = uvicorn.Config(
            make_app(line),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config, line)
        line.serve(self._server)
        self._thread = threading.Thread(target=self._run, name="rehearsal-http", daemon=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        finally:
            self._server.ready.set()  # whoever waits for the start is never left waiting

    def __enter__(self) -> Self:
        self._thread.start()
        self._server.ready.wait()
        return self

    def close_soon(self) -> None:
        """Ask the server to close, without waiting for it."""
        self._server.leave()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_soon()
        self._thread.join()
        self._socket.close()


def _bind(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as exc:
        raise InputError(f"port {port} cannot be used: {exc}", hint="0 takes any free port") from exc
