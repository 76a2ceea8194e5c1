"""Addresses: the server's own, made uniform, and where an audio file lies as the server tells it. Pure."""

import ipaddress
from urllib.parse import SplitResult, quote, urlsplit

from pipeline.errors import SettingsError

_HINT = "write it like http://music.local:8000"
_LONGEST = 8000  # characters of a reference: what servers accept in a request line


class Elsewhere(Exception):  # noqa: N818 -- it says where the server pointed
    """The server names an audio file at an address that is not its own, or one that cannot be asked for."""


def normal(url: str) -> str:
    """Make a server's address uniform: a scheme, no slash at the end, any path prefix kept.

    Raises SettingsError for text that is no address, and for one that carries a password or a query.
    """
    text = url.strip()
    if "://" not in text:
        text = f"http://{text}"
    parts = _split(text)
    usable = parts is not None and parts.scheme in {"http", "https"} and parts.hostname
    if parts is None or not usable or " " in text or _is_odd(text):
        raise SettingsError("the address of the music server is not one that can be asked", hint=_HINT)
    if "@" in parts.netloc:
        raise SettingsError(
            f"the address of the music server {parts.hostname!r} carries a user or a password",
            hint="leave them out, and put the server's key into ACESTEP_API_KEY",
        )
    if parts.query or parts.fragment:
        raise SettingsError(f"the address of the music server {parts.hostname!r} carries a query", hint=_HINT)
    return text.rstrip("/")


def is_loopback(url: str) -> bool:
    """Say whether an address stays on this machine."""
    parts = _split(url)
    return parts is not None and _names_itself(parts.hostname or "")


def audio(server: str, reference: str) -> str:
    """Give the address to fetch an audio file from; it always lies on `server`, whose form is `normal`'s.

    `reference` is what the server said: a relative URL (used as it stands, it is quoted already), an absolute
    one (its host must be the server's own, or one that only the server itself can mean), or a bare path.
    Raises Elsewhere for any other host.
    """
    if _is_odd(reference):
        raise Elsewhere("it names its audio file in characters that no address has")
    if reference.lower().startswith(("http://", "https://")):
        return server + _without_prefix(server, _own(server, reference))
    if reference.startswith("/") and "?path=" in reference:
        return server + reference
    return f"{server}/v1/audio?path={quote(reference, safe='')}"


def _own(server: str, reference: str) -> str:
    parts, home = _split(reference), urlsplit(server)
    host = (parts.hostname if parts is not None else None) or ""
    if parts is None or not (_names_itself(host) or host == home.hostname):
        raise Elsewhere(f"it points to an audio file on another host, {host!r}")
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _without_prefix(server: str, place: str) -> str:
    prefix = urlsplit(server).path
    return place.removeprefix(prefix) if prefix and place.startswith(f"{prefix}/") else place


def _names_itself(host: str) -> bool:
    """Tell a host that means "this machine" to whoever says it: loopback, or a wildcard that was bound."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- reading it is the check
    except ValueError:
        return None
    return parts


def _is_odd(text: str) -> bool:
    return len(text) > _LONGEST or not text.isprintable() or any(0xD800 <= ord(one) < 0xE000 for one in text)
