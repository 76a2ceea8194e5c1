"""Server addresses as people paste them, made into one spelling."""

import ipaddress
import re
from urllib.parse import urlsplit

_WORD = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")  # nothing that begins like an option
_GAPS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def server_url(text: str) -> str:
    """Spell an address as `scheme://host[:port][/path]`, a path prefix kept, slashes at the end dropped.

    A missing scheme becomes http for machines in the house and https for the rest; a bare word without one
    is no address. Raises ValueError for anything but http(s), for user names and passwords inside, for
    queries and fragments.
    """
    trimmed = text.strip()
    if _GAPS.search(trimmed):
        raise ValueError("must be one web address without spaces")
    bare = "://" not in trimmed
    if bare:
        trimmed = f"{'http' if is_in_the_house('http://' + trimmed) else 'https'}://{trimmed}"
    try:
        parts = urlsplit(trimmed)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("must be a web address such as 'http://127.0.0.1:8000'") from error
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise ValueError("must be a web address such as 'http://127.0.0.1:8000'")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password; keys come from the environment")
    if parts.query or parts.fragment or trimmed.endswith(("?", "#")):
        raise ValueError("must end with its path, without '?' or '#'")
    if bare and port is None and host != "localhost" and not {".", ":"} & set(host):
        raise ValueError("must be a web address; put 'http://' before the bare name of a machine")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def ssh_url(text: str) -> str:
    """Spell a machine behind ssh as `ssh://[user@]host[:port]`; the host may be a name of the user's ssh config.

    Raises ValueError for anything else, for passwords, and for what ssh would take for an option.
    """
    trimmed = text.strip()
    try:
        parts = urlsplit(trimmed if "://" in trimmed else f"ssh://{trimmed}")
        host, user, port = parts.hostname, parts.username, parts.port
    except ValueError as error:
        raise ValueError("must be a machine such as 'ssh://me@gpu-box'") from error
    words = [word for word in (host, user) if word is not None]
    if parts.scheme != "ssh" or not host or port == 0 or not all(map(_WORD.fullmatch, words)):
        raise ValueError("must be a machine such as 'ssh://me@gpu-box'")
    if parts.password is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must be user, host and port only; ssh keys and the ssh agent do the rest")
    return f"ssh://{f'{user}@' if user else ''}{host}{f':{port}' if port else ''}"


def database_url(text: str) -> str:
    """Check the address of a Postgres database; it may hold a password, so it is never quoted."""
    trimmed = text.strip()
    wanted = "must be 'postgresql://user@host/name'"
    if _GAPS.search(trimmed):
        raise ValueError(wanted)
    try:
        parts = urlsplit(trimmed)
        whole = bool(parts.hostname or "host=" in parts.query) and parts.port != 0
    except ValueError:
        raise ValueError(wanted) from None
    login = parts.netloc.rpartition("@")[0]
    if "@" in login or login.count(":") > 1:
        raise ValueError("must spell '@' and ':' in its password as %40 and %3A")
    if parts.scheme not in {"postgresql", "postgres"} or not whole or not parts.path.strip("/"):
        raise ValueError(wanted)
    return trimmed.replace("postgres://", "postgresql://", 1) if parts.scheme == "postgres" else trimmed


def without_password(url: str) -> str:
    """Spell a database address for people: the password, and what follows '?', may be secrets."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{user}{parts.hostname or ''}{port}{parts.path}"


def model_server_url(text: str) -> str:
    """Spell the base address of an OpenAI-compatible server; the pasted end of an endpoint is dropped."""
    return server_url(server_url(text).removesuffix("/chat/completions"))


def is_in_the_house(url: str) -> bool:
    """Say whether a host is this machine or on the local network: no account, no key, plain http."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".home.arpa", ".internal"))
    return address.is_private or address.is_loopback or address.is_link_local
