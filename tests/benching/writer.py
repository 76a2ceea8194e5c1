"""The writer of the benchmark: an OpenAI-compatible server that takes its time over one draft for everybody."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.rehearsal import songwriter
from pipeline.rehearsal import writer_wire as wire
from pipeline.rehearsal.order import Order, read
from tests.benching.serving import Answer, Asked

_BURSTS = 10  # in which a reply comes: often enough to be a stream, seldom enough to be cheap
_TITLE = re.compile(r"^TITLE: .*$", re.MULTILINE)
_BRIEF = "the last ferry, insomnia trip-hop"


@dataclass(frozen=True, slots=True)
class Call:
    """A request for a song: the Unix times at which it came and at which its answer will be whole."""

    at: float
    end: float


class Writer:
    """Answers any number of calls at once, each over `write_s` seconds; the nth takes n times `stagger_s` more."""

    def __init__(self, write_s: float, stagger_s: float, now: Callable[[], float]) -> None:
        self._write_s = write_s
        self._stagger_s = stagger_s
        self._now = now
        self._calls: list[Call] = []

    def answer(self, asked: Asked) -> Answer:
        """Give the answer to a request."""
        if asked.path == "/v1/models":
            return _told(wire.models())
        if asked.path != "/v1/chat/completions":
            return _told({"error": {"message": "not found", "code": "not_found"}}, 404)
        try:
            ask = wire.ask(json.loads(asked.body))
        except ValueError as error:
            return _told({"error": {"message": str(error), "code": "invalid_request"}}, 400)
        return self._written(ask)

    def _written(self, ask: wire.Ask) -> Answer:
        number, now = len(self._calls) + 1, self._now()
        seconds = self._write_s + self._stagger_s * (number - 1)
        self._calls.append(Call(now, now + seconds))
        order = read(ask.messages)
        text = _TITLE.sub(f"TITLE: Crossing {number}", draft(order.duration_s, order.words), count=1)
        told = wire.answer(ask, wire.Speech(text), int(now))
        frames = [step for step in told.steps if isinstance(step, bytes)]
        return Answer(_slowly(frames, seconds), media_type=told.media_type)

    def report(self) -> dict[str, Any]:
        """Tell when every call came, and when its answer was whole."""
        return {"calls": [{"at": call.at, "end": call.end} for call in self._calls]}


def _told(value: object, status: int = 200) -> Answer:
    return Answer(wire.packed(value), status)


@cache
def draft(duration_s: float | None, words: tuple[int, int] | None) -> str:
    """Write the one song of a length; the offline songwriter's drafts keep all rules."""
    return songwriter.compose(Order(_BRIEF, duration_s=duration_s, words=words), 0)


async def _slowly(frames: list[bytes], seconds: float) -> AsyncIterator[bytes]:
    """Send frames in bursts, the last one `seconds` after now."""
    begin, size = time.monotonic(), -(-len(frames) // _BURSTS)
    bursts = [b"".join(frames[index : index + size]) for index in range(0, len(frames), size)]
    for number, burst in enumerate(bursts, start=1):
        await asyncio.sleep(begin + seconds * number / len(bursts) - time.monotonic())
        yield burst
