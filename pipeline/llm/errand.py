"""The errand: one thing asked of a model server beside the writing, with an end to it whatever the server does."""

import json
from collections.abc import Callable, Collection
from typing import TypeVar

import httpx2
from openai import BaseModel, OpenAI

from pipeline.errors import BalanceEmpty, WriterError
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import Fault, Kind, translate
from pipeline.llm.pace import Pace
from pipeline.llm.redact import Redactor
from pipeline.llm.relay import Relay
from pipeline.llm.stopping import key_rejected
from pipeline.llm.wire import Line

T = TypeVar("T")
_LEAST_S = 0.01
_ELSEWHERE = frozenset({Kind.ADDRESS, Kind.UNREACHABLE, Kind.PAGE})


class Errand:
    """Asks an endpoint; `deadline_s` is all the time there is, from now on, second tries included.

    What goes wrong is a `Fault` without the endpoint's key in it. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        deadline_s: float,
        pace: Pace,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._pace = pace
        self._transport = transport
        self._ends = pace.clock() + deadline_s

    def run(self, do: Callable[[Line], T], *, again: Collection[Kind], at: Endpoint | None = None) -> T:
        """Do something on a line, and once more after a fault that is one of `again`, if there is time.

        `do` runs in a thread of its own; `at` is another server than the errand's. Raises `Fault`.
        """
        try:
            return self._once(do, at or self._endpoint)
        except Fault as fault:
            wait_s = self._pace.pause_s(1) if fault.wait_s is None else fault.wait_s
            if fault.kind not in again or self._pace.clock() + wait_s >= self._ends:
                raise
            self._pace.sleep(wait_s)
        return self._once(do, at or self._endpoint)

    def _once(self, do: Callable[[Line], T], endpoint: Endpoint) -> T:
        left_s = max(self._ends - self._pace.clock(), _LEAST_S)
        line = Line(endpoint, left_s, self._transport)
        relay = Relay(
            lambda: iter((do(line),)),
            line.cut,
            idle_s=left_s,
            deadline=self._ends,
            clock=self._pace.clock,
        )
        try:
            (answer,) = relay
        except Exception as failure:
            fault = translate(failure, self._pace.now())
            if fault is None:
                raise
            # A server may repeat the key in its error, so its own exception does not go on.
            raise fault.cleaned(Redactor(self._endpoint.api_key).clean) from None
        finally:
            line.close()
        return answer


def sdk(line: Line, endpoint: Endpoint) -> OpenAI:
    """Give the openai package's client on a line."""
    # The real key is put on by the line; with one of its own the SDK would look into the environment.
    return OpenAI(api_key="-", base_url=endpoint.base_url, max_retries=0, http_client=line.http)


def plain(answer: object) -> object:
    """Give the JSON value that the SDK made its answer of. Raises `Fault` for a web page, ValueError for no JSON.

    The SDK validates nothing, and what is not JSON by its content type comes back as the text of the body.
    """
    if isinstance(answer, BaseModel):
        return answer.to_dict(warnings=False)
    if not isinstance(answer, str):
        return answer
    if answer.lstrip()[:1] == "<":
        raise Fault(Kind.PAGE, "a web page came instead of an answer")
    return json.loads(answer)


def barred(fault: Fault, endpoint: Endpoint, setting: str) -> WriterError | None:
    """Make the user's error of a key or an account that will not do; None for any other fault."""
    if fault.kind is Kind.KEY:
        return key_rejected(endpoint, str(fault))
    if fault.kind is Kind.BALANCE:
        return BalanceEmpty(
            f"the account of the key in {endpoint.key_name} at {endpoint.host} holds too little: {fault}",
            hint=f"top up the account at {endpoint.host}, or set {setting} to null",
        )
    return None


def address_hint(fault: Fault, endpoint: Endpoint, setting: str) -> str:
    """Say where to look when the server is not there or not what it should be; "" for any other fault."""
    if fault.kind not in _ELSEWHERE:
        return ""
    address = f"{setting}.base_url ({endpoint.base_url})"
    return f"check that the server runs and that {address} is right; most servers want /v1 at its end"
