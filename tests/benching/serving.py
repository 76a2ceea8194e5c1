"""HTTP/1.1 over asyncio with next to no cost: dozens of servers in one process, so that they do not count."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HOST = "127.0.0.1"
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found"}
_HUNG_UP = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: `query` is what follows the question mark, `closes` when the client wants no more."""

    method: str
    path: str
    query: str
    body: bytes
    closes: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: at once, or piece by piece as it comes."""

    body: bytes | AsyncIterator[bytes]
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Handle = Callable[[Asked], Answer]


async def listen(handle: Handle) -> tuple[asyncio.Server, str]:
    """Open a server on any free port of loopback; give it with its address."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(*_HUNG_UP):
            while asked := await _read(reader):
                await _send(writer, handle(asked))
                if asked.closes:
                    break
        writer.close()

    server = await asyncio.start_server(converse, HOST, 0, backlog=512)
    return server, f"http://{HOST}:{server.sockets[0].getsockname()[1]}"


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    """Read a request; None when the client has hung up between two of them."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    address = urlsplit(target)
    closes = headers.get("connection", "").lower() == "close"
    return Asked(method, address.path, address.query, body, closes)


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    body, status = answer.body, f"{answer.status} {_REASONS.get(answer.status, 'Error')}"
    size = f"Content-Length: {len(body)}" if isinstance(body, bytes) else "Transfer-Encoding: chunked"
    headers = [f"Content-Type: {answer.media_type}", size]
    headers += [f"{name}: {value}" for name, value in answer.headers.items()]
    writer.write("\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode())
    if isinstance(body, bytes):
        writer.write(body)
    else:
        async for piece in body:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        writer.write(b"0\r\n\r\n")
    await writer.drain()
