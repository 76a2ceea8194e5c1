"""What ends the whole chain at once, told to the user: the key, the account, the address."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pipeline.errors import BalanceEmpty, KeyRejected, WriterError
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import Fault, Kind
from pipeline.llm.pace import spoken


def stop(
    fault: Fault, endpoint: Endpoint, now: datetime, left_usd: Callable[[], float | None]
) -> WriterError:
    """Make the user's error of a fault that no other model would escape.

    `left_usd` asks the server for the balance and is called only when that is the matter.
    """
    said = str(fault)
    if fault.kind is Kind.KEY:
        return key_rejected(endpoint, said)
    if fault.kind is Kind.BALANCE:
        return _balance(fault, endpoint, left_usd())
    if fault.kind is Kind.QUOTA:
        return _quota(fault, endpoint, now, said)
    trouble = "cannot be reached" if fault.kind is Kind.UNREACHABLE else "does not answer as a writer"
    return WriterError(
        f"{endpoint.host} {trouble}: {said}",
        hint=address_hint(endpoint, fault),
    )


def address_hint(endpoint: Endpoint, fault: Fault) -> str:
    """Say where to look when the server is not what it should be; a path it does not know has a usual cause."""
    look = f"check that the server runs and that llm.base_url ({endpoint.base_url}) is right"
    usual = fault.said.status == 404 and not endpoint.base_url.endswith("/v1")
    return f"{look}; most servers want /v1 at the end of llm.base_url" if usual else look


def key_rejected(endpoint: Endpoint, said: str) -> KeyRejected:
    """Make the user's error of a key that is not there or not accepted."""
    if not endpoint.api_key:
        return KeyRejected(
            f"{endpoint.host} wants a key, and {endpoint.key_name} is not set",
            hint=f"set {endpoint.key_name} in the environment",
        )
    return KeyRejected(
        f"{endpoint.host} does not accept the key in {endpoint.key_name}: {said}",
        hint=f"set {endpoint.key_name} to a key of {endpoint.host} that is still valid",
    )


def _balance(fault: Fault, endpoint: Endpoint, left: float | None) -> BalanceEmpty:
    needed = fault.said.needed
    amounts = [
        f"{needed:.4f} USD needed" if needed is not None else "",
        f"{left:.4f} USD left" if left is not None else "",
    ]
    told = ", ".join(amount for amount in amounts if amount)
    return BalanceEmpty(
        f"the account of the key in {endpoint.key_name} at {endpoint.host} holds too little"
        + (f": {told}" if told else ""),
        hint=f"top up the account at {endpoint.host}, or set {endpoint.key_name} to another key",
    )


def _quota(fault: Fault, endpoint: Endpoint, now: datetime, said: str) -> WriterError:
    if fault.wait_s is None:
        return WriterError(
            f"{endpoint.host} allows no more requests for now: {said}",
            hint=f"wait, or raise the limits of the key in {endpoint.key_name}",
        )
    # A server may name any number; a year is as good as never.
    again = now + timedelta(seconds=min(fault.wait_s, 366 * 86_400.0))
    return WriterError(
        f"{endpoint.host} allows the next request at {again:%Y-%m-%d %H:%M} ({spoken(fault.wait_s)}): {said}",
        hint=f"wait until {again:%Y-%m-%d %H:%M}",
    )
