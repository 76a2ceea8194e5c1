"""The check-up: what `doctor` wants to know about a music server, without giving it work."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx

from pipeline.acestep import knowledge
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.dialects import Dialect, of_service
from pipeline.acestep.faults import KeyRefused
from pipeline.acestep.knowledge import Health
from pipeline.acestep.server import Server
from pipeline.acestep.wire import Wire
from pipeline.errors import BandError


@dataclass(frozen=True, slots=True)
class ServerReport:
    """A server as it presents itself.

    `can_play` sums it up; `problem` and `hint` say why not. `language_model` is None when it cannot be told;
    `queued` counts waiting jobs, None when the server does not tell.
    """

    url: str
    can_play: bool
    problem: str = ""
    hint: str = ""
    dialect: str = ""
    service: str = ""
    version: str = ""
    models: tuple[str, ...] = ()
    language_model: bool | None = None
    queued: int | None = None


def probe(
    url: str,
    key: str = "",
    deadlines: Deadlines = Deadlines(),  # noqa: B008 -- frozen
    *,
    transport: httpx.BaseTransport | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> ServerReport:
    """Look at a server once, without waiting for one that is down. Failures are told in the report.

    Raises SettingsError for an address or a key that cannot be one.
    """
    with Wire(url, key, deadlines, transport=transport, clock=clock) as wire:
        server = Server(wire, deadlines, clock=clock, sleep=lambda _: None)
        try:
            health = server.health()
        except BandError as fault:
            return ServerReport(wire.server, False, fault.message, fault.hint)
        return _examined(server, health)


def _examined(server: Server, health: Health | None) -> ServerReport:
    dialect = Dialect.JOBS if health is None else of_service(health.service)
    report = ServerReport(server.url, True, dialect=dialect.value)
    if health is not None:
        report = replace(report, service=health.service, version=health.version)
    if health is not None and not health.ok:
        return replace(report, can_play=False, problem="it says itself that it is not well")
    if dialect is Dialect.OPENROUTER:
        return replace(report, can_play=False, problem="it speaks only the OpenRouter dialect")
    try:
        return _with_details(report, server, health)
    except KeyRefused as fault:
        return replace(report, can_play=False, problem=fault.message, hint=fault.hint)


def _with_details(report: ServerReport, server: Server, health: Health | None) -> ServerReport:
    stats = server.stats()
    if stats is not None:
        report = replace(report, queued=stats.queued)
    if stats is None and "ace-step" not in report.service.lower() and report.dialect != Dialect.JOBS:
        return replace(report, can_play=False, problem="what answers there does not say that it is ACE-Step")
    known = health.language_model if health is not None else None
    inventory = _page(server.wire, "/v1/model_inventory")
    if known is None:
        known = knowledge.language_model(inventory)
    models = knowledge.models(inventory) or knowledge.models(_page(server.wire, "/v1/models"))
    return replace(report, models=models, language_model=known)


def _page(wire: Wire, path: str) -> object:
    try:
        return wire.get(path)
    except KeyRefused:
        raise
    except BandError:
        return None
