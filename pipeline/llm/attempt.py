"""One request to one model, from the first byte to the verdict; what came is on disk before it is judged."""

from codecs import getincrementaldecoder
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2

from pipeline.llm.answer import Answer
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import Fault, Kind, translate
from pipeline.llm.limits import Limits
from pipeline.llm.pace import Pace
from pipeline.llm.raw import Page
from pipeline.llm.redact import Redactor
from pipeline.llm.relay import Relay
from pipeline.llm.wire import Line

if TYPE_CHECKING:
    from pipeline.studio import Watch

_BROKEN_OFF = frozenset({Kind.LOST, Kind.STALLED, Kind.LATE, Kind.GARBLED})


@dataclass(frozen=True, slots=True)
class Desk:
    """What every attempt needs: where to ask, how far to go, what counts as a refusal, whose clock."""

    endpoint: Endpoint
    limits: Limits
    pace: Pace
    refuses: Callable[[str], bool]
    transport: httpx2.BaseTransport | None = None


def attempt(
    desk: Desk,
    request: dict[str, Any],
    deadline: float,
    page: Page,
    answer: Answer,
    watch: "Watch",
    *,
    streaming: bool,
) -> str:
    """Ask once and give the text of a whole answer, with the key masked in it.

    `answer` fills up as the reply comes, also when the attempt fails. Raises `Fault`, and `ShelfError` when
    the reply cannot be saved.
    """
    redactor = Redactor(desk.endpoint.api_key)
    patience_s = max(deadline - desk.pace.clock(), 0.01)
    idle_s = min(desk.limits.idle_s, patience_s) if streaming else patience_s
    line = Line(desk.endpoint, idle_s, desk.transport)
    read = line.stream if streaming else line.plain
    relay = Relay(lambda: read(request), line.cut, idle_s=idle_s, deadline=deadline, clock=desk.pace.clock)
    try:
        _listen(_pieces(relay, answer, desk), answer, page, watch, redactor)
        answer.verify(desk.refuses)
    except Fault as fault:
        # A server may repeat the key in its error, so what it said goes on masked and its exception does not.
        raise fault.cleaned(redactor.clean) from None
    finally:
        answer.request_id = redactor.clean(line.request_id)
        line.close()
    return redactor.mask(answer.text)


def _pieces(relay: Relay[object], answer: Answer, desk: Desk) -> Generator[str, None, None]:
    """Give the new words of each frame. Whatever the wire raises becomes a `Fault` here, and only here."""
    try:
        with closing(iter(relay)) as frames:
            for frame in frames:
                yield answer.take(frame)
                if answer.finish:
                    relay.idle_s = min(relay.idle_s, desk.limits.bill_s)
    except Exception as failure:
        fault = translate(failure, desk.pace.now())
        if fault is None:
            raise
        raise fault from failure


def _listen(
    pieces: Generator[str, None, None], answer: Answer, page: Page, watch: "Watch", redactor: Redactor
) -> None:
    """Pass the reply on as it comes, to the disk first; a whole one gets its final name there."""
    halves = getincrementaldecoder("utf-16-le")("replace")  # a character may come in two pieces
    try:
        with closing(pieces):
            for piece in pieces:
                units = piece.encode("utf-16-le", "surrogatepass")
                _pass_on(redactor.feed(halves.decode(units)), page, watch)
    except Fault as fault:
        if fault.kind not in _BROKEN_OFF or not answer.finish:
            raise
    _pass_on(redactor.feed(halves.decode(b"", final=True)) + redactor.rest(), page, watch)
    if answer.finish:
        page.finish()


def _pass_on(piece: str, page: Page, watch: "Watch") -> None:
    if piece:
        page.append(piece)
        watch.words(piece)
