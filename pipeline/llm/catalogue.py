"""What a server offers: its models with their limits and prices, as far as it tells."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import httpx2

from pipeline.errors import WriterError
from pipeline.llm import characters, complaint
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import translate
from pipeline.llm.limits import Price
from pipeline.llm.redact import Redactor
from pipeline.llm.relay import Relay
from pipeline.llm.stopping import address_hint, key_rejected
from pipeline.llm.wire import Line

PATIENCE_S = 10.0
_LONGEST_ID = 200  # characters
_NOT_THERE = (404, 405, 501)


class NotOffered(WriterError):  # noqa: N818 -- the name says what the server did
    """The server answers, and does not offer what was asked for."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of the catalogue; None and "" where the server does not tell. Lengths in tokens."""

    id: str
    name: str = ""
    max_output_tokens: int | None = None
    price: Price | None = None


def models(
    endpoint: Endpoint,
    *,
    timeout_s: float = PATIENCE_S,
    transport: httpx2.BaseTransport | None = None,
) -> list[ModelInfo]:
    """List the server's models. A list proves the address, not the key: NanoGPT shows it to anyone.

    Raises `WriterError` when the server cannot be reached, `NotOffered` when it lists nothing that can be read.
    """
    body = fetch(
        endpoint,
        lambda line: line.fetch("GET", f"{endpoint.base_url}/models", detailed="true"),
        timeout_s=timeout_s,
        transport=transport,
    )
    rows = body.get("data") if isinstance(body, Mapping) else body
    if not isinstance(rows, list):
        raise NotOffered(f"{endpoint.host} lists no models", hint=f"check llm.base_url ({endpoint.base_url})")
    return [_info(row) for row in rows if isinstance(row, Mapping) and _nameable(row.get("id"))]


def nearest(model: str, offered: Iterable[str]) -> tuple[str, ...]:
    """Give up to three other ids that `model` may have meant; a wrong vendor does not hide one."""
    ids = [name for name in offered if name != model]
    short = {name.rsplit("/", 1)[-1].lower(): name for name in ids}
    alike = difflib.get_close_matches(model.rsplit("/", 1)[-1].lower(), short, n=3, cutoff=0.6)
    return tuple(dict.fromkeys([short[name] for name in alike]))


def fetch(
    endpoint: Endpoint,
    ask: Callable[[Line], Iterator[object]],
    *,
    timeout_s: float,
    transport: httpx2.BaseTransport | None,
) -> object:
    """Ask the server something small within `timeout_s` seconds.

    Raises `WriterError`: `KeyRejected` and `NotOffered` where it is that.
    """
    line = Line(endpoint, timeout_s, transport)
    relay = Relay(
        lambda: ask(line), line.cut, idle_s=timeout_s, deadline=monotonic() + timeout_s, clock=monotonic
    )
    try:
        (body,) = relay
    except Exception as failure:
        fault = translate(failure, datetime.now(UTC))
        if fault is None:
            raise
        said = fault.cleaned(Redactor(endpoint.api_key).clean)
        if fault.said.status == 401:
            raise key_rejected(endpoint, str(said)) from said
        kind = NotOffered if said.said.status in _NOT_THERE else WriterError
        raise kind(
            f"{endpoint.host} does not answer: {said}",
            hint=address_hint(endpoint, fault),
        ) from said
    finally:
        line.close()
    return body


def _info(row: Mapping[str, Any]) -> ModelInfo:
    name = row.get("name")
    return ModelInfo(
        id=row["id"],
        name=characters.one_line(name) if isinstance(name, str) else "",
        max_output_tokens=_whole(row.get("max_output_tokens")),
        price=_price(row.get("pricing")),
    )


def _nameable(name: object) -> bool:
    """Whether this can be the id of a model: a server's list is shown to people and sent back."""
    return isinstance(name, str) and name.isprintable() and 0 < len(name) <= _LONGEST_ID


def _price(pricing: object) -> Price | None:
    """Read NanoGPT's numbers (per million tokens) or OpenRouter's strings (per token)."""
    if not isinstance(pricing, Mapping) or str(pricing.get("currency", "USD")).upper() != "USD":
        return None
    given, made = complaint.number(pricing.get("prompt")), complaint.number(pricing.get("completion"))
    if given is None or made is None:
        return None
    if "million" in str(pricing.get("unit", "")):
        return Price(given, made)
    per_token = isinstance(pricing.get("prompt"), str) and isinstance(pricing.get("completion"), str)
    return Price(given * 1_000_000, made * 1_000_000) if per_token else None


def _whole(value: object) -> int | None:
    found = complaint.number(value)
    return int(found) if found else None
