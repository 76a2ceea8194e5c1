"""Where the writer lives: the address of an OpenAI-compatible server, and the key for it and nobody else."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pipeline.errors import KeyRejected, SettingsError

# What people paste behind the base URL: the SDK appends it itself (tg-prplx/vellium#2).
_PASTED = ("/chat/completions", "/completions", "/models")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server and its key. `key_name` is the environment variable to name when the key is at fault.

    `wants_key` says that asking without one is pointless.
    """

    base_url: str
    api_key: str = field(default="", repr=False)
    key_name: str = "NANOGPT_API_KEY"
    wants_key: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", _normalised(self.base_url))
        object.__setattr__(self, "api_key", self.api_key.strip())
        if not (self.api_key.isascii() and self.api_key.isprintable()) or " " in self.api_key:
            raise KeyRejected(
                f"the key in {self.key_name} holds characters that no key has",
                hint=f"copy the key again and set {self.key_name}",
            )

    def demand_key(self) -> None:
        """See that there is a key where one is wanted. Raises `KeyRejected`."""
        if self.wants_key and not self.api_key:
            raise KeyRejected(f"there is no key for {self.host}", hint=f"export {self.key_name}=…")

    @property
    def host(self) -> str:
        """The server's name for messages, with its port when there is one."""
        return urlsplit(self.base_url).netloc

    @property
    def loopback(self) -> bool:
        """Whether the server is this machine: no proxy stands between us then."""
        name = urlsplit(self.base_url).hostname or ""
        try:
            return ip_address(name).is_loopback
        except ValueError:
            return name == "localhost" or name.endswith(".localhost")

    def beside(self, name: str) -> str:
        """Give the URL of `name` on the same server, one level above the version: `/api/check-balance`."""
        parts = urlsplit(self.base_url)
        path = parts.path.rsplit("/", 1)[0] if parts.path.rsplit("/", 1)[-1].startswith("v1") else parts.path
        return urlunsplit(parts._replace(path=f"{path.removesuffix('/subscription')}/{name}"))


def _normalised(base_url: str) -> str:
    url = base_url.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            "llm.base_url is not the address of a server",
            hint="write it like https://nano-gpt.com/api/v1 or http://127.0.0.1:11434/v1",
        )
    if "@" in parts.netloc:
        raise SettingsError(
            f"llm.base_url holds a user name or password for {parts.hostname}",
            hint="keep secrets out of the address; the key comes from the environment",
        )
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, _trimmed(parts.path), "", ""))


def _trimmed(path: str) -> str:
    path = path.rstrip("/")
    for tail in _PASTED:
        path = path.removesuffix(tail)
    return path.rstrip("/")
