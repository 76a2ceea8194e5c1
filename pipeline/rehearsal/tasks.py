"""The band's tasks: one worker thread plays them in turn and leaves audio files in a folder."""

import queue
import threading
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipeline.rehearsal import takes
from pipeline.rehearsal.commission import Commission
from pipeline.rehearsal.faults import FaultPlan

WAITING, PLAYED, FAILED = 0, 1, 2

# Progress and stage as ACE-Step 1.5 names them, and each one's share of the time that a task takes at least.
_STAGES = (
    (0.01, "running", 0.05),
    (0.1, "Phase 1: Generating CoT metadata...", 0.15),
    (0.5, "Phase 2: Generating audio codes...", 0.3),
    (0.55, "Generating music (batch size: 1)...", 0.2),
    (0.7, "Generating music (batch size: 1)...", 0.2),
    (0.8, "Decoding audio...", 0.1),
)
# What a failed task says. Of a missing language model the real server says nothing on the wire either.
_REASONS = {
    "silent-failure": "",
    "no-lm": "",
    "oom": "CUDA out of memory. Tried to allocate 2.31 GiB. GPU 0 has 0.41 GiB free.",
}
_FITS_EVERY_TASK = frozenset(
    {"lost-task", "no-file", "silent-failure", "foreign-url", "hostile-path", "stuck"}
)


class QueueFull(Exception):  # noqa: N818 -- an answer, not an error of ours
    """No task is taken any more."""


class _Closed(Exception):  # noqa: N818 -- the way out of the worker's loop
    """The studio closes while a task is being played."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands. `created` is Unix time; `files` are names, "" for a missing one."""

    id: str
    commission: Commission
    fault: str
    created: float
    status: int = WAITING
    progress: float = 0.0
    stage: str = "queued"
    files: tuple[str, ...] = ()
    error: str = ""
    seconds: float = 0.0


class TaskQueue:
    """Plays tasks one after another: `with TaskQueue(folder, plan) as tasks: tasks.submit(commission)`.

    A task takes `least_s` seconds at least; with `size` tasks waiting, more are refused.
    """

    def __init__(self, folder: Path, plan: FaultPlan, *, least_s: float = 0.0, size: int = 200) -> None:
        self._folder = folder
        self._plan = plan
        self._least_s = least_s
        self._size = size
        self._tasks: dict[str, Task] = {}
        self._waiting: queue.Queue[str] = queue.Queue()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._too_long = 0.0  # seconds from which the fault oom strikes; set by the first task it meets
        self._worker = threading.Thread(target=self._work, name="rehearsal-band", daemon=True)

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._waiting.put("")
        self._worker.join()

    def submit(self, commission: Commission) -> tuple[Task, int]:
        """Queue a task; give it and its place in the queue, from 1. Raises QueueFull."""
        with self._lock:
            place = self._waiting.qsize() + 1
            if place > self._size:
                raise QueueFull
            task = Task(str(uuid.uuid4()), commission, self._fault(commission), time.time())
            self._tasks[task.id] = task
            self._waiting.put(task.id)
        return task, place

    def find(self, task_id: str) -> Task | None:
        """Give a task as it stands now; None for an unknown or forgotten one."""
        with self._lock:
            task = self._tasks.get(task_id)
        return None if task is None or task.fault == "lost-task" else task

    def stats(self) -> dict[str, Any]:
        """Count the tasks the way /v1/stats tells it."""
        with self._lock:
            tasks = list(self._tasks.values())
        queued = sum(task.stage == "queued" for task in tasks)
        done = [task for task in tasks if task.status != WAITING]
        played = sum(task.status == PLAYED for task in done)
        return {
            "jobs": {
                "total": len(tasks),
                "queued": queued,
                "running": len(tasks) - len(done) - queued,
                "succeeded": played,
                "failed": len(done) - played,
            },
            "queue_size": self._waiting.qsize(),
            "queue_maxsize": self._size,
            # the real server averages the last 50 and starts from 5.0
            "avg_job_seconds": sum(task.seconds for task in done[-50:]) / len(done[-50:]) if done else 5.0,
        }

    def _fault(self, commission: Commission) -> str:
        """Choose what goes wrong with a task, if anything; some faults need their own kind of task."""
        fitting = _FITS_EVERY_TASK | takes.SOUND_FAULTS
        if commission.thinking:
            fitting |= {"no-lm"}
        if commission.audio_format == "mp3":
            fitting |= {"mp3-broken", *takes.MP3_FAULTS}
        if commission.duration_s >= self._too_long:
            fitting |= {"oom"}
        fault = self._plan.draw(fitting)
        if fault == "oom":
            self._too_long = self._too_long or commission.duration_s
        return fault

    def _work(self) -> None:
        while task_id := self._waiting.get():
            try:
                self._play(task_id)
            except _Closed:
                continue
            except (OSError, RuntimeError) as exc:  # a full disk, or libsndfile; the next task may do better
                self._change(task_id, status=FAILED, progress=0.0, stage="failed", error=str(exc))

    def _play(self, task_id: str) -> None:
        started = time.monotonic()
        for progress, stage, share in _STAGES:
            task = self._change(task_id, progress=progress, stage=stage)
            self._rest(self._least_s * share)
            while task.fault == "stuck" and progress >= 0.5:
                self._rest(3600)
        if task.fault in _REASONS:
            ending = {"status": FAILED, "progress": 0.0, "stage": "failed", "error": _REASONS[task.fault]}
        else:
            ending = {"status": PLAYED, "progress": 1.0, "stage": "succeeded", "files": self._record(task)}
        self._change(task_id, seconds=time.monotonic() - started, **ending)

    def _record(self, task: Task) -> tuple[str, ...]:
        if task.fault in {"no-file", "mp3-broken"}:
            return ("",) * task.commission.takes
        names = tuple(task.commission.file_name(number) for number in range(task.commission.takes))
        for number, name in enumerate(names):
            takes.record(task.commission, number, task.fault, self._folder / name, lambda: self._rest(0))
        return names

    def _change(self, task_id: str, **changes: Any) -> Task:
        with self._lock:
            task = self._tasks[task_id] = replace(self._tasks[task_id], **changes)
        return task

    def _rest(self, seconds: float) -> None:
        if self._closing.wait(seconds):
            raise _Closed
