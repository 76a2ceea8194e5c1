"""The venue: writer and band of the rehearsal studio in a process of their own, which keeps book of every order.

Run as `python -m tests.soak.venue FOLDER`; it prints its addresses as a line of JSON and leaves when standard
input closes. The band's files lie in FOLDER, and every order is a line of `FOLDER/book.jsonl`.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.rehearsal import commission
from pipeline.rehearsal.band_server import BandServer
from pipeline.rehearsal.faults import FaultPlan
from pipeline.rehearsal.loopback import Loopback
from pipeline.rehearsal.tasks import TaskQueue
from pipeline.rehearsal.writer_server import WriterServer

BOOK = "book.jsonl"
CLOSED = "closed"  # as long as a file of that name lies in FOLDER, nobody gets a recording
_RECORDING = "/v1/audio"
_ORDERS = {"/v1/chat/completions": "write", "/release_task": "play"}


class Counted:
    """Puts every order of a server into the book, and lets the one who ordered wait a while for the answer.

    An order counts as soon as it is there, whatever becomes of whoever sent it. `pause_s` is the time that a
    real server would take to answer: time in which one can be killed.
    """

    def __init__(self, app: ASGIApp, book: Path, pause_s: float) -> None:
        self._app, self._book, self._pause_s = app, book, pause_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        path = scope["path"] if scope["type"] == "http" else ""
        while path == _RECORDING and self._book.with_name(CLOSED).exists():
            await asyncio.sleep(0.02)
        what = _ORDERS.get(path)
        if what is None:
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        self._put_down(what, json.loads(body))
        again = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def read() -> Message:
            return next(again, None) or await receive()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(self._pause_s)
            await send(message)

        await self._app(scope, read, answer)

    def _put_down(self, what: str, body: dict[str, Any]) -> None:
        seed = body.get("seed")
        line: dict[str, Any] = {"at": time.time(), "what": what, "seed": seed}
        if what == "play":
            line["file"] = commission.read(body).file_name(0)
        with self._book.open("a", encoding="utf-8") as book:
            book.write(json.dumps(line) + "\n")


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def main() -> None:
    """Open the venue."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("folder", type=Path)
    asking.add_argument("--write", type=float, default=0.1, help="seconds that a draft takes")
    asking.add_argument("--submit", type=float, default=0.01, help="seconds that a receipt takes")
    asking.add_argument("--play", type=float, default=0.05, help="least seconds that a song takes")
    said = asking.parse_args()
    folder, plan, book = said.folder.resolve(), FaultPlan(()), said.folder.resolve() / BOOK
    book.touch()
    with ExitStack() as stack:
        tasks = stack.enter_context(TaskQueue(folder, plan, least_s=said.play))
        writer = Loopback(lambda line: Counted(WriterServer(plan, line).app(), book, said.write))
        band = Loopback(lambda line: Counted(BandServer(tasks, folder, plan, line).app(), book, said.submit))
        stack.enter_context(writer)
        stack.enter_context(band)
        print(json.dumps({"writer": f"{writer.url}/v1", "band": band.url}), flush=True)  # noqa: T201
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
