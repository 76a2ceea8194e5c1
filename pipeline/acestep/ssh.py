"""The system's OpenSSH client: how it is called, and what its complaints mean."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.acestep.faults import NotReached

# The user's own config, keys and agent do the rest. Nobody is there to answer a question, and a connection
# shared with the user's own sessions (ControlMaster) would not end with ours.
_OPTIONS = {
    "BatchMode": "yes",
    "ConnectTimeout": "10",
    "ServerAliveInterval": "10",
    "ServerAliveCountMax": "3",  # a machine that was switched off is noticed within 30 s
    "ControlPath": "none",
    "RemoteCommand": "none",
    "LogLevel": "INFO",  # a quiet one would leave us without its complaint
}
_PORT_TAKEN = ("address already in use", "cannot listen to port", "could not request local forwarding")
_FORWARDING_REFUSED = "administratively prohibited"
_HINTS = (  # in this order: a changed key ends with the same words as an unknown one
    (
        "identification has changed",
        "its host key has changed; if you know why, `ssh-keygen -R {host}` forgets it",
    ),
    ("host key verification failed", "accept its host key once, by hand: {login}"),
    ("permission denied", "`{login}` must work without asking: ssh-copy-id, or load the key into the agent"),
    (
        "could not resolve",
        "check the name of the machine in `via`, or give it a Host entry in the ssh config",
    ),
    ("not found", "install the OpenSSH client, for example: apt-get install openssh-client"),
    (
        _FORWARDING_REFUSED,
        "its sshd forbids this: AllowTcpForwarding, PermitOpen and the key's options decide",
    ),
    *(
        (words, "another program, or a LocalForward of your ssh config, has the port")
        for words in _PORT_TAKEN
    ),
)
_UNREACHED = "is the machine on, and does its sshd run? try: {login}"


def command(ssh: Sequence[str], via: str, *words: str, **options: str) -> list[str]:
    """Give the call of ssh for the machine `via` (ssh://[user@]host[:port]).

    `words` are what runs there: the user's login shell parses them. An option given here replaces the usual one.
    """
    settings = [f"-o{name}={value}" for name, value in (_OPTIONS | options).items()]
    port = [f"-p{urlsplit(via).port}"] if urlsplit(via).port else []
    return [*ssh, "-T", *settings, *port, "--", _destination(via), *words]


def complaint(via: str, lines: Sequence[str], otherwise: str) -> NotReached:
    """Give the fault for what ssh said last; `otherwise` is the reason when it said nothing."""
    said = " ".join(lines).lower()
    reason = lines[-1] if lines else otherwise
    hint = next((hint for words, hint in _HINTS if words in said), _UNREACHED)
    host = urlsplit(via).hostname or via
    fault = NotReached(f"ssh to {host!r}: {reason}", hint=hint.format(host=host, login=_login(via)))
    fault.unknown_host = "could not resolve" in said
    return fault


def has_port_taken(lines: Sequence[str]) -> bool:
    """Say whether ssh ended because it could not listen on its local port."""
    return any(words in line.lower() for line in lines for words in _PORT_TAKEN)


def is_forbidden_to_forward(lines: Sequence[str]) -> bool:
    """Say whether the other side refused to let a connection through."""
    return any(_FORWARDING_REFUSED in line.lower() for line in lines)


def _destination(via: str) -> str:
    parts = urlsplit(via)
    return f"{parts.username}@{parts.hostname}" if parts.username else str(parts.hostname)


def _login(via: str) -> str:
    port = urlsplit(via).port
    return f"ssh {f'-p {port} ' if port else ''}{_destination(via)}"
