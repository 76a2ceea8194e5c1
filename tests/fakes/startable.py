"""A music server that a shell command starts: it loads for a moment, answers, and plays nothing."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.acestep.glance import Glance, glance
from tests.acestep.sshd import free_port

_SERVER = """\
import http.server, json, os, pathlib, sys, time
folder, port, load_s = pathlib.Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
with (folder / "started").open("a") as note:
    print(os.getpid(), file=note)
print("loading the models", flush=True)
time.sleep(load_s)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_there = self.path == "/health"
        health = {"status": "ok", "service": "ACE-Step API", "version": "1.0"}
        self.send_response(200 if is_there else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"data": health, "code": 200} if is_there else {}).encode())
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


class Desk:
    """A machine's folder with a server that can be started there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "servers" / "attic's own.log"
        (folder / "server.py").write_text(_SERVER)
        (folder / "env.vars").write_text('GREETING="it\'s"\n')

    def line(self, load_s: float = 0.0) -> str:
        """The shell command that starts the server; with quotes and a `source`, as people write it."""
        # -I -S: the server is killed in the end, and would leave half a coverage file.
        run = f"{sys.executable} -I -S server.py . {self.port} {load_s}"
        return f"cd '{self.folder}' && source ./env.vars && echo \"$GREETING on its way\" && exec {run}"

    def is_up(self) -> bool:
        """Say whether the server answers."""
        return glance(self.url) is Glance.UP

    @property
    def starts(self) -> list[int]:
        """The process ids of everything that was started."""
        note = self.folder / "started"
        return [int(pid) for pid in note.read_text().split()] if note.exists() else []


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """A desk whose servers end with the test."""
    made = Desk(folder)
    try:
        yield made
    finally:
        for pid in made.starts:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
