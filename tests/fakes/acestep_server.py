"""A music server that plays nothing: real HTTP on loopback, scripted, in any dialect of ACE-Step.

Dialects by letter: A /v1/music/generate and a page for each job; B /release_task, bare; C the same, wrapped;
G the API inside the Gradio app, where handing in means waiting; N wrapped job objects that answer in words.
"""

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

Dialect = Literal["A", "B", "C", "G", "N"]
SERVICES = {"G": "ACE-Step Gradio API"}
WORDS = {"queued": "queued", "running": "running", "done": "succeeded", "failed": "failed"}
NUMBERS = {"queued": 0, "running": 0, "done": 1, "failed": 2, "overdue": 2}

MP3 = bytes.fromhex("fffb9064") + bytes(4000)
WAV = b"RIFF\x24\x10\x00\x00WAVEfmt " + bytes(4000)
FLAC = b"fLaC\x00\x00\x00\x22" + bytes(4000)


@dataclass(frozen=True)
class Step:
    """What a poll finds: `kind` is queued, running, done, failed, lost or overdue."""

    kind: str
    progress: float = 0.0
    stage: str = ""
    reason: str = ""
    files: tuple[str, ...] | None = None
    log: str = ""


@dataclass(frozen=True)
class Reply:
    """An answer given instead of the usual one. `drop` hangs up, `cut` sends half of what it announces."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drip_s: float = 0.0
    drop: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire; `target` is its raw request line's."""

    method: str
    target: str
    headers: dict[str, str]
    body: Any
    at: float


Script = list[Step] | Callable[[], Step]


def play(*steps: Step) -> Script:
    """A script for one job: a step for each poll; the last one stays."""
    return list(steps)


QUEUED = Step("queued", stage="queued")
RUNNING = Step("running", 0.5, "Generating music (batch size: 1)...")
DONE = Step("done", 1.0, "succeeded")


class FakeAceStep:
    """The server. `script` is what the next jobs do, one each; `audio` maps paths on "its disk" to bytes.

    A job's script is a list of steps, one for each poll, or a function that tells the step of the moment.
    """

    def __init__(self, dialect: Dialect = "C", *, key: str = "", port: int = 0) -> None:
        self.dialect = dialect
        self.key = key
        self.language_model = True
        self.seen: list[Seen] = []
        self.jobs: dict[str, Script] = {}
        self.asked: dict[str, dict[str, Any]] = {}
        self.script: deque[Script] = deque()
        self.audio: dict[str, bytes] = {}
        self.stats: dict[str, Any] | None = None
        self.health: dict[str, Any] = {
            "status": "ok",
            "service": SERVICES.get(dialect, "ACE-Step API"),
            "version": "1.0",
        }
        self.instead: dict[str, deque[Reply]] = defaultdict(deque)
        self.closing = threading.Event()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.fake = self
        self.port: int = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "FakeAceStep":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def reply(self, path: str, *replies: Reply) -> None:
        """Answer the next requests for a path with these instead."""
        self.instead[path].extend(replies)

    def calls(self, path: str) -> list[Seen]:
        """Every request for a path so far."""
        return [one for one in self.seen if urlsplit(one.target).path == path]

    # What the endpoints say -------------------------------------------------------------------------------

    def answer(self, seen: Seen) -> Reply:
        """Give the answer to a request, as a server of this dialect would."""
        path = urlsplit(seen.target).path
        if self.instead[path]:
            return self.instead[path].popleft()
        if path == "/health":
            return self._wrapped(self.health)
        if self.key and seen.headers.get("authorization") != f"Bearer {self.key}":
            return Reply(401, {"detail": "Invalid API key"})
        return self._authorised(path, seen)

    def _authorised(self, path: str, seen: Seen) -> Reply:
        old = self.dialect == "A"
        if path == ("/v1/music/generate" if old else "/release_task") and seen.method == "POST":
            return self._take(seen.body)
        if old and path.startswith("/v1/jobs/"):
            return self._page(path.removeprefix("/v1/jobs/"))
        if not old and path == "/query_result":
            return self._wrapped([self._item(one) for one in seen.body.get("task_id_list", [])])
        if path == "/v1/audio":
            return self._file(seen.target)
        return self._aside(path)

    def _aside(self, path: str) -> Reply:
        if path == "/v1/stats" and self.stats is not None:
            return self._wrapped(self.stats)
        if path == "/format_input":
            return self._format()
        return Reply(404, {"detail": "Not Found"})

    def _wrapped(self, data: Any) -> Reply:
        if self.dialect in {"A", "B"}:
            return Reply(body=data)
        return Reply(body={"data": data, "code": 200, "error": None, "timestamp": 1, "extra": None})

    def _take(self, body: dict[str, Any]) -> Reply:
        task_id = f"task-{len(self.jobs) + 1}"
        steps = self.script.popleft() if self.script else play(QUEUED, RUNNING, DONE)
        self.asked[task_id] = body
        if self.dialect == "G" and isinstance(steps, list):
            if steps[-1].kind == "failed":
                return Reply(500, {"detail": steps[-1].reason})
            self.jobs[task_id] = steps[-1:]
            return self._wrapped({"task_id": task_id, "status": "succeeded"})
        self.jobs[task_id] = steps
        name = "job_id" if self.dialect in {"A", "N"} else "task_id"
        return self._wrapped({name: task_id, "status": "queued", "queue_position": 1})

    def _step(self, task_id: str) -> Step:
        steps = self.jobs.get(task_id, [Step("lost")])
        if callable(steps):
            return steps()
        return steps.pop(0) if len(steps) > 1 else steps[0]

    def files(self, task_id: str, step: Step) -> tuple[str, ...]:
        """The files of a job that is done: those of the script, else one for each of its batch, on "disk"."""
        if step.files is not None:
            return step.files
        asked = self.asked.get(task_id, {})
        kind = {"wav": WAV, "flac": FLAC}.get(asked.get("audio_format", "mp3"), MP3)
        names = []
        for index in range(asked.get("batch_size", 1)):
            path = f"/music/api audio/{task_id}-{index}.mp3"
            self.audio.setdefault(path, kind)
            names.append(
                path
                if self.dialect == "G"
                else f"/v1/audio?path={path.replace('/', '%2F').replace(' ', '%20')}"
            )
        return tuple(names)

    def _page(self, task_id: str) -> Reply:
        step = self._step(task_id)
        return (
            Reply(404, {"detail": "Job not found"})
            if step.kind == "lost"
            else Reply(body=self._job(task_id, step))
        )

    def _job(self, task_id: str, step: Step) -> dict[str, Any]:
        """A job object, as dialects A and N show it."""
        job: dict[str, Any] = {
            "job_id": task_id,
            "status": WORDS[step.kind],
            "result": None,
            "error": step.reason or None,
        }
        if step.kind == "done":
            files = [*self.files(task_id, step)]
            job["result"] = {
                "first_audio_path": files[0] if files else None,
                "audio_paths": files,
                "seed_value": "1",
            }
        return job

    def _item(self, task_id: str) -> dict[str, Any]:
        step = self._step(task_id)
        if step.kind == "lost" or (self.dialect == "G" and step.kind != "done"):
            return {"task_id": task_id, "result": "[]", "status": 0}
        if self.dialect == "N":
            return self._job(task_id, step)
        entries = [
            self._entry(step, name) for name in (self.files(task_id, step) if step.kind == "done" else ("",))
        ]
        result = json.dumps(entries)
        return {"task_id": task_id, "result": result, "status": NUMBERS[step.kind], "progress_text": step.log}

    def _entry(self, step: Step, name: str) -> dict[str, Any]:
        inner = 0 if step.kind == "overdue" else NUMBERS[step.kind]
        entry: dict[str, Any] = {
            "file": name,
            "wave": "",
            "status": inner,
            "create_time": 1,
            "env": "development",
        }
        if self.dialect == "G":
            return entry | {"url": f"/v1/audio?path={name.replace('/', '%2F').replace(' ', '+')}"}
        if step.reason:
            entry["error"] = step.reason
        stage = "failed" if step.kind == "failed" else step.stage
        metas = {"bpm": "N/A", "duration": 60.0, "keyscale": "A minor"} if step.kind == "done" else {}
        return entry | {
            "progress": step.progress,
            "stage": stage,
            "metas": metas,
            "dit_model": "acestep-v15-turbo",
        }

    def _file(self, target: str) -> Reply:
        path = parse_qs(urlsplit(target).query).get("path", [""])[0]
        if path not in self.audio:
            return Reply(404, {"detail": "Audio file not found"})
        return Reply(body=self.audio[path], headers={"content-type": "audio/mpeg"})

    def _format(self) -> Reply:
        if not self.language_model:
            return Reply(503, {"detail": "LLM not initialized. Set ACESTEP_INIT_LLM=true"})
        return self._wrapped({"caption": "piano", "lyrics": "[Instrumental]"})


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    fake: FakeAceStep

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every body waits 40 ms for the acknowledgement of its head
    server: _Http

    def log_message(self, *arguments: Any) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        fake = self.server.fake
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, json.loads(raw) if raw else None, time.monotonic())
        fake.seen.append(seen)
        self._send(fake.answer(seen))

    def _send(self, reply: Reply) -> None:
        self.close_connection = reply.drop or reply.cut or bool(reply.drip_s)
        if self.server.fake.closing.wait(reply.delay_s) or reply.drop:
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "content-length" not in reply.headers and "transfer-encoding" not in reply.headers:
            self.send_header("content-length", str(len(body) * (2 if reply.cut else 1)))
        self.end_headers()
        if not reply.drip_s:
            self.wfile.write(body)
            return
        for index in range(len(body)):
            self.wfile.write(body[index : index + 1])
            self.wfile.flush()
            if self.server.fake.closing.wait(reply.drip_s):
                return
