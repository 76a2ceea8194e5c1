"""What is left on the account, when the server tells (NanoGPT: POST /api/check-balance)."""

from collections.abc import Mapping

import httpx2

from pipeline.errors import KeyRejected, WriterError
from pipeline.llm import complaint
from pipeline.llm.catalogue import PATIENCE_S, fetch
from pipeline.llm.endpoint import Endpoint


def balance(
    endpoint: Endpoint,
    *,
    timeout_s: float = PATIENCE_S,
    transport: httpx2.BaseTransport | None = None,
) -> float | None:
    """Give the balance in USD; None when the server does not offer it or cannot be asked now.

    The address is derived from the endpoint's, so that the key stays with the server it belongs to. Raises
    `KeyRejected` when the server does not accept the key.
    """
    try:
        body = fetch(
            endpoint,
            lambda line: line.fetch("POST", endpoint.beside("check-balance")),
            timeout_s=timeout_s,
            transport=transport,
        )
    except KeyRejected:
        raise
    except WriterError:
        return None
    return complaint.number(body.get("usd_balance")) if isinstance(body, Mapping) else None
