"""A real sshd on loopback with keys of its own; nobody's ~/.ssh is read or written."""

import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.needs import program

_PATIENCE_S = 10.0
_PRIVSEP = Path(
    "/run/sshd"
)  # sshd refuses to start as root without this empty folder; at boot systemd makes it


@dataclass
class Sshd:
    """The server. `ssh` is the client's command with its keys; `home` is where its sessions find themselves."""

    folder: Path
    home: Path
    port: int
    ssh: tuple[str, ...]
    daemon: subprocess.Popen[bytes]

    @property
    def via(self) -> str:
        """The machine, as the settings name it."""
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}"

    def sessions(self) -> list[int]:
        """The processes that serve a connection."""
        return _children(self.daemon.pid)

    def hang_up(self) -> None:
        """End every connection, as a network that went away or a restarted sshd does."""
        for session in self.sessions():
            os.kill(session, signal.SIGKILL)
        until(lambda: not self.sessions())

    def clients(self) -> list[int]:
        """Every ssh that was called with our configuration and still runs."""
        return [pid for pid, folder in _processes() if str(self.folder / "client").encode() in _words(folder)]


@contextmanager
def sshd(folder: Path, *lines: str) -> Iterator[Sshd]:
    """Run a server that keeps its files in `folder`; `lines` are added to its configuration, and win."""
    daemon, client = program("sshd", "openssh-server"), program("ssh", "openssh-client")
    home = folder / "far-home"
    home.mkdir(parents=True)
    for name in ("host", "user"):
        make_key(folder / name)
    (folder / "allowed").write_text((folder / "user.pub").read_text())
    if os.geteuid() == 0:
        _PRIVSEP.mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    _configure(folder, home, port, lines)
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([daemon, "-D", "-e", "-f", folder / "server"], stderr=log)
    try:
        until(lambda: _listens(port), (folder / "log").read_text)
        yield Sshd(folder, home, port, (client, "-F", str(folder / "client")), running)
    finally:
        for process in (*_children(running.pid), running.pid):
            os.kill(process, signal.SIGTERM)
        running.wait()


def make_key(file: Path) -> None:
    """Make a key pair without a passphrase."""
    keygen = program("ssh-keygen", "openssh-client")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file], check=True)


def free_port() -> int:
    """Choose a port that nobody has at this moment."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


def trust(folder: Path, port: int, public: Path) -> None:
    """Make `public` the host key that the client expects."""
    key = " ".join(public.read_text().split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{port} {key}\n")


def _configure(folder: Path, home: Path, port: int, lines: tuple[str, ...]) -> None:
    trust(folder, port, folder / "host.pub")
    server = [
        *lines,
        "ListenAddress 127.0.0.1",
        f"Port {port}",
        f"HostKey {folder / 'host'}",
        f"AuthorizedKeysFile {folder / 'allowed'}",
        f"PidFile {folder / 'pid'}",
        f"SetEnv HOME={home} XDG_STATE_HOME={home / 'state'}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
        "PrintMotd no",
    ]
    client = [
        f"IdentityFile {folder / 'user'}",
        "IdentitiesOnly yes",
        "IdentityAgent none",
        f"UserKnownHostsFile {folder / 'known'}",
        "GlobalKnownHostsFile /dev/null",
        "StrictHostKeyChecking yes",
    ]
    (folder / "server").write_text("\n".join(server) + "\n")
    (folder / "client").write_text("\n".join(client) + "\n")


def _children(parent: int) -> list[int]:
    return [pid for pid, folder in _processes() if _parent(folder) == parent]


def _processes() -> list[tuple[int, Path]]:
    return [(int(folder.name), folder) for folder in Path("/proc").glob("[0-9]*")]


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


def _words(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


def _listens(port: int) -> bool:
    with closing(socket.socket()) as plug:
        return plug.connect_ex(("127.0.0.1", port)) == 0


def until(holds: Callable[[], bool], log: Callable[[], str] = str) -> None:
    """Wait until something holds; fails with the log after ten seconds."""
    end = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < end, f"not in time; {log()}"
        time.sleep(0.02)
