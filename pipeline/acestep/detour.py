"""The detour: requests to a server go where this process reaches it at the moment, such as through a tunnel."""

from typing import Protocol

import httpx

from pipeline.acestep.faults import NotReached
from pipeline.errors import BandError


class Access(Protocol):
    """How a server is reached when not directly. Safe to use from several threads."""

    def url(self) -> str:
        """Give the base address by which this process reaches the server now. Raises BandError."""
        ...

    def close(self) -> None:
        """End it for good."""
        ...


class Detour(httpx.BaseTransport):
    """Sends every request on by the access; the request itself still names the server that it is for."""

    def __init__(self, access: Access, onward: httpx.BaseTransport) -> None:
        self._access = access
        self._onward = onward

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on. Raises NotReached when there is no way to the server."""
        try:
            way = httpx.URL(self._access.url())
        except NotReached:
            raise
        except BandError as exc:
            raise NotReached(exc.message, hint=exc.hint) from exc
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(scheme=way.scheme, host=way.host, port=way.port)
        return self._onward.handle_request(request)

    def close(self) -> None:
        """Close what is open; the access is not ours."""
        self._onward.close()
