"""The writer's HTTP server: an OpenAI-compatible API before the offline songwriter."""

import secrets
import time
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pipeline.rehearsal import songwriter, writer_faults
from pipeline.rehearsal import writer_wire as wire
from pipeline.rehearsal.faults import FAULTS, FaultPlan
from pipeline.rehearsal.loopback import Line
from pipeline.rehearsal.order import Order, read
from pipeline.rehearsal.writer_wire import Answer, Ask, HangUp, Pause, Speech
from pipeline.track import REHEARSAL_WRITER

_ENGLISH_ONLY = "the rehearsal songwriter sings English only; leave --language out, or ask a real model"
_STRIKING = frozenset(name for name, fault in FAULTS.items() if fault.side == "writer")


class WriterServer:
    """The routes of the model server. `key` guards the completions; "" takes every key."""

    def __init__(self, plan: FaultPlan, line: Line, *, key: str = "", slow_s: float = 20.0) -> None:
        self._plan = plan
        self._line = line
        self._key = key
        self._slow_s = slow_s

    def app(self) -> Starlette:
        """Give the application."""
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
                Route("/v1/models", self._models, methods=["GET"]),
                Route("/check-balance", self._balance, methods=["POST"]),
            ]
        )

    async def _models(self, _: Request) -> Response:
        return JSONResponse(wire.models())

    async def _balance(self, request: Request) -> Response:
        """Tell what is left on the account, where NanoGPT tells it: beside the versioned API."""
        if self._refused(request) is not None:
            return JSONResponse({"error": {"message": "Invalid session", "code": "invalid_api_key"}}, 401)
        return JSONResponse({"usd_balance": f"{writer_faults.LEFT_USD:.8f}", "nano_balance": "0.00000000"})

    async def _complete(self, request: Request) -> Response:
        answer = self._refused(request)
        if answer is None:
            answer = await self._answered(request)
        steps = self._sent(request, answer)
        return StreamingResponse(steps, answer.status, dict(answer.headers), media_type=answer.media_type)

    def _refused(self, request: Request) -> Answer | None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self._key or secrets.compare_digest(sent.encode(), self._key.encode()):
            return None
        return wire.error(401, "Incorrect API key provided", "invalid_api_key")

    async def _answered(self, request: Request) -> Answer:
        try:
            ask = wire.ask(await request.json())
        except ValueError as exc:
            return wire.error(400, str(exc), "invalid_request")
        fault = self._plan.draw(
            _STRIKING if "temperature" in ask.sent else _STRIKING - {"refuses-temperature"}
        )
        if fault == "stall-start":
            await self._line.hold(writer_faults.FOREVER)
        order = read(ask.messages)
        refused = _unserved(ask, order)
        if refused is not None:
            return refused
        speech = Speech(songwriter.compose(order, ask.seed or 0))
        return writer_faults.misbehave(fault, ask, speech, int(time.time()), self._slow_s)

    async def _sent(self, request: Request, answer: Answer) -> AsyncIterator[bytes]:
        for step in answer.steps:
            if isinstance(step, Pause):
                await self._line.hold(step.seconds)
            elif isinstance(step, HangUp):
                await self._line.hold(0.05)  # lets what was said leave before the line is cut
                await self._line.hang_up(request)
            else:
                yield step


def _unserved(ask: Ask, order: Order) -> Answer | None:
    """Refuse what this writer cannot do, rather than pass off one thing for another."""
    if ask.model != REHEARSAL_WRITER:
        return wire.error(404, f"The model {ask.model!r} does not exist", "model_not_found", param="model")
    if order.language not in songwriter.SINGS and not order.instrumental:
        return wire.error(400, _ENGLISH_ONLY, "unsupported_language")
    return None
