"""The watchdog: pings in the manner of healthchecks.io. Its address is a secret: no sentence here holds it."""

from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

import httpx

from pipeline.notices.patience import within

Event = Literal["start", "success", "fail"]

_DEADLINE_S = 10.0
_PAUSE_S = 1.0  # before the one retry: a connection that broke is often whole again
_LONGEST = 10_000  # bytes of a ping's body that every version of healthchecks.io keeps


def ping(
    url: str, event: Event, text: str, sleep: Callable[[float], None], deadline_s: float = _DEADLINE_S
) -> str:
    """Ping an address, once more when it fails; give "" when it was heard, else why not, as a sentence's end."""
    try:
        address = _address(url, event)
    except ValueError:
        return "its address is no web address"
    why, again = _ping(address, text, deadline_s)
    if again:
        sleep(_PAUSE_S)
        why, _ = _ping(address, text, deadline_s)
    return why


def _address(url: str, event: Event) -> str:
    """Put the event at the end of the path; a query behind it stays."""
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("no web address")
    if event == "success":
        return parts.geturl()
    return parts._replace(path=f"{parts.path.rstrip('/')}/{event}").geturl()


def _ping(address: str, text: str, deadline_s: float) -> tuple[str, bool]:
    """Ping once; say why it was not heard, and whether another try may help."""
    try:
        status = within(deadline_s, lambda: _status(address, text, deadline_s))
    except (TimeoutError, httpx.TimeoutException):
        return f"it did not answer within {deadline_s:g} s", True
    except httpx.TransportError:
        return "it cannot be reached", True
    except Exception as error:  # noqa: BLE001 -- odd addresses, proxies, certificates: none of them stops a song
        return f"it cannot be pinged ({type(error).__name__})", False
    if status >= 500:
        return f"it answered {status}", True
    return (f"it answered {status}; look at its address", False) if status >= 300 else ("", False)


def _status(address: str, text: str, deadline_s: float) -> int:
    """Send the ping; the answer's body is nobody's business, and may be endless."""
    body = text.encode("utf-8", "replace")[:_LONGEST]
    method, content = ("POST", body) if body else ("GET", None)
    headers = {"User-Agent": "songpipe", "Content-Type": "text/plain; charset=utf-8"}
    with (
        httpx.Client(timeout=deadline_s, follow_redirects=True) as client,
        client.stream(method, address, content=content, headers=headers) as answer,
    ):
        return answer.status_code
