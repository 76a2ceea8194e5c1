"""A real Postgres for the tests: a server of our own on loopback, a fresh database for each test.

A conftest takes it by importing both fixtures: `from tests.engine.postgres import postgres_server, postgres_url`.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from pipeline.acestep.child import Child
from tests.acestep.sshd import free_port
from tests.needs import missing, program

_PATIENCE_S = 30.0
_USER = "songpipe"
_SETTINGS = {  # nothing has to survive a power cut
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A server for the whole session of this worker: its address, without a database."""
    with serving() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a fresh, empty database."""
    with fresh_database(postgres_server) as url:
        yield url


@contextmanager
def serving() -> Iterator[str]:
    """Run a server; gives its address, without a database."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name))
    binaries = Path(program("initdb", "postgresql", os.pathsep.join(map(str, reversed(places))))).parent
    folder, port = Path(tempfile.mkdtemp(prefix="songpipe-pg-")), free_port()
    become = _somebody_else(folder)
    data = folder / "data"
    try:
        make = ["--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [*become, binaries / "initdb", *make, data], check=True, capture_output=True, cwd=folder
        )
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        words = ["-D", str(data), "-k", str(folder), "-p", str(port), *settings]
        server = Child([*become, str(binaries / "postgres"), *words])  # it ends with us, however we end
        try:
            _wait_for(port, server)
            yield f"postgresql://{_USER}@127.0.0.1:{port}"
        finally:
            stop = ["stop", "-D", data, "-m", "immediate"]
            subprocess.run(
                [*become, binaries / "pg_ctl", *stop], check=False, capture_output=True, cwd=folder
            )
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make an empty database for as long as the block lasts; gives its address."""
    name = f"songs_{secrets.token_hex(6)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _somebody_else(folder: Path) -> list[str]:
    """Give the words that run a command as the user postgres when we are root: Postgres refuses to be root's."""
    if os.geteuid() != 0:
        return []
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        missing("there is no user postgres; install postgresql: apt-get install postgresql")
        raise
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    setpriv = program("setpriv", "util-linux")
    return [setpriv, f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def _wait_for(port: int, server: Child) -> None:
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            psycopg.connect(f"postgresql://{_USER}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            assert not server.has_ended(), f"Postgres ended: {server.lines}"
            assert time.monotonic() < end, f"Postgres does not start: {server.lines}"
            time.sleep(0.05)
        else:
            return
