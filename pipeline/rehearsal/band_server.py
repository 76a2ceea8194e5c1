"""The band's HTTP server: ACE-Step 1.5's current dialect before the task queue. Faults strike here too."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from pipeline.rehearsal import band_wire, commission
from pipeline.rehearsal.faults import FaultPlan
from pipeline.rehearsal.loopback import Line
from pipeline.rehearsal.tasks import QueueFull, TaskQueue

PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>"
_ANYWHERE = ("slow-start", "band-html", "band-500", "band-401")
_OPEN = frozenset({"/health"})
_FULL = "Server busy: queue is full"

Handler = Callable[[Request], Awaitable[Response]]


class BandServer:
    """The routes of the music server. `key` guards all but /health; "" guards nothing."""

    def __init__(
        self,
        tasks: TaskQueue,
        folder: Path,
        plan: FaultPlan,
        line: Line,
        *,
        key: str = "",
        slow_s: float = 20.0,
    ) -> None:
        self._tasks = tasks
        self._folder = folder
        self._plan = plan
        self._line = line
        self._key = key
        self._slow_s = slow_s
        self._started = time.monotonic()

    def app(self) -> Starlette:
        """Give the application."""
        routes = {
            ("GET", "/health"): self._health,
            ("GET", "/v1/stats"): self._stats,
            ("GET", "/v1/models"): self._models,
            ("GET", "/v1/audio"): self._audio,
            ("POST", "/release_task"): self._release,
            ("POST", "/query_result"): self._query,
            ("POST", "/format_input"): self._format,
        }
        return Starlette(
            routes=[
                Route(path, self._guarded(handler), methods=[verb])
                for (verb, path), handler in routes.items()
            ]
        )

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            return await self._struck(request) or self._refused(request) or await handler(request)

        return guarded

    async def _struck(self, request: Request) -> Response | None:
        """Let the faults strike that know no route."""
        fault = self._plan.draw(_ANYWHERE)
        if fault == "slow-start":
            await self._line.hold(self._started + self._slow_s - time.monotonic())
        if fault == "band-html":
            return HTMLResponse(PAGE)
        if fault == "band-500":
            return PlainTextResponse("Internal Server Error", 500)
        if fault == "band-401" and request.url.path not in _OPEN:
            return _detail(401, "Invalid API key")
        return None

    def _refused(self, request: Request) -> Response | None:
        if not self._key or request.url.path in _OPEN:
            return None
        sent = request.headers.get("authorization", "")
        if not sent:
            return _detail(401, "Missing Authorization header")
        known = secrets.compare_digest(sent.removeprefix("Bearer ").encode(), self._key.encode())
        return None if known else _detail(401, "Invalid API key")

    async def _health(self, _: Request) -> Response:
        return _wrapped(band_wire.health(language_model=not self._plan.names("no-lm")))

    async def _stats(self, _: Request) -> Response:
        return _wrapped(self._tasks.stats())

    async def _models(self, _: Request) -> Response:
        return JSONResponse(band_wire.models())

    async def _release(self, request: Request) -> Response:
        fault = self._plan.draw(("band-429", "soft-error", "lost-receipt"))
        if fault == "soft-error":
            return JSONResponse(band_wire.envelope(None, time.time(), code=500, error="generation failed"))
        body = await _body(request)
        if isinstance(body, Response):
            return body
        if fault == "band-429":
            return _detail(429, _FULL)
        try:
            task, place = self._tasks.submit(commission.read(body))
        except QueueFull:
            return _detail(429, _FULL)
        if fault == "lost-receipt":
            await self._line.hang_up(request)
        return _wrapped(band_wire.receipt(task, place))

    async def _query(self, request: Request) -> Response:
        if self._plan.draw(("dies",)):
            await self._line.hang_up(request)
        body = await _body(request)
        if isinstance(body, Response):
            return body
        folder = str(self._folder)
        found = [(task_id, self._tasks.find(task_id)) for task_id in commission.ids(body)]
        return _wrapped(
            [band_wire.item(task, folder) if task else band_wire.unknown(task_id) for task_id, task in found]
        )

    async def _format(self, request: Request) -> Response:
        if self._plan.names("no-lm"):
            return _detail(503, "LLM not initialized. Set ACESTEP_INIT_LLM=true to enable.")
        body = await _body(request)
        return body if isinstance(body, Response) else _wrapped(band_wire.formatted(commission.read(body)))

    async def _audio(self, request: Request) -> Response:
        asked = request.query_params.get("path")
        if asked is None:
            return JSONResponse({"detail": [{"loc": ["query", "path"], "msg": "Field required"}]}, 422)
        file = Path(asked).resolve()
        if not file.is_relative_to(self._folder.resolve()):
            return _detail(403, "Access denied: path outside allowed directory")
        if not file.is_file():
            return _detail(404, "Audio file not found")
        fault = self._plan.draw(("html-download", "truncated-download"))
        if fault == "html-download":
            return HTMLResponse(PAGE)
        if fault == "truncated-download":
            return self._cut_short(request, file)
        return FileResponse(file)

    def _cut_short(self, request: Request, file: Path) -> Response:
        sound = file.read_bytes()

        async def half() -> AsyncIterator[bytes]:
            yield sound[: len(sound) // 2]
            await self._line.hold(0.05)  # lets the first half leave before the line is cut
            await self._line.hang_up(request)

        return StreamingResponse(half(), headers={"content-length": str(len(sound))}, media_type="audio/mpeg")


async def _body(request: Request) -> commission.Body | Response:
    try:
        body = commission.parse(await request.body(), request.headers.get("content-type", ""))
    except ValueError:
        return _detail(400, "Malformed JSON payload")
    return _detail(415, "Unsupported Content-Type") if body is None else body


def _wrapped(data: object) -> Response:
    return JSONResponse(band_wire.envelope(data, time.time()))


def _detail(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status)
