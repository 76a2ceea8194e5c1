"""What ACE-Step 1.5 says on the wire: its envelope, task items and inventories, as JSON values. Pure."""

import json
from typing import Any
from urllib.parse import quote

from pipeline.rehearsal.commission import Commission
from pipeline.rehearsal.tasks import PLAYED, WAITING, Task
from pipeline.track import REHEARSAL_BAND

FOREIGN_URL = "http://elsewhere.invalid/v1/audio?path=%2Fsong.mp3"
_HOSTILE_PATH = "/../../../../../../outside/rehearsal.mp3"

Json = dict[str, Any]


def envelope(data: object, now: float, *, code: int = 200, error: str | None = None) -> Json:
    """Wrap an answer; `now` is Unix time in seconds."""
    return {"data": data, "code": code, "error": error, "timestamp": int(now * 1000), "extra": None}


def receipt(task: Task, place: int) -> Json:
    """Tell the id of a task and its place in the queue."""
    return {"task_id": task.id, "status": "queued", "queue_position": place}


def unknown(task_id: str) -> Json:
    """Tell of a task that nobody knows: like a waiting one, with nothing in it."""
    return {"task_id": task_id, "result": "[]", "status": WAITING}


def item(task: Task, folder: str) -> Json:
    """Tell how a task stands; the result is a list of its takes, as a JSON string."""
    takes = [_take(task, name, folder) for name in task.files] if task.status == PLAYED else [_standing(task)]
    return {
        "task_id": task.id,
        "result": json.dumps(takes),
        "status": task.status,
        "progress_text": "" if task.status == PLAYED else task.stage,
    }


def _standing(task: Task) -> Json:
    told: Json = {
        "file": "",
        "wave": "",
        "status": task.status,
        "create_time": int(task.created),
        "env": "development",
        "progress": task.progress,
        "stage": task.stage,
    }
    return told | ({"error": task.error} if task.error else {})


def _take(task: Task, name: str, folder: str) -> Json:
    wanted = task.commission
    metas = {
        "bpm": wanted.bpm or "N/A",
        "duration": wanted.duration_s,
        "genres": "N/A",
        "keyscale": wanted.key_scale or "N/A",
        "timesignature": wanted.time_signature or "N/A",
        "prompt": wanted.prompt,
        "lyrics": wanted.lyrics,
    }
    return _standing(task) | {
        "file": _url(task.fault, name, folder),
        "prompt": wanted.prompt,
        "lyrics": wanted.lyrics,
        "metas": metas,
        "generation_info": f"**Rehearsal**, played by {REHEARSAL_BAND}\n- Total: {task.seconds:.2f}s",
        "seed_value": ",".join(str(seed) for seed in wanted.seeds),
        "lm_model": REHEARSAL_BAND if wanted.thinking else "",
        "dit_model": REHEARSAL_BAND,
    }


def _url(fault: str, name: str, folder: str) -> str:
    if not name:
        return ""
    if fault == "foreign-url":
        return FOREIGN_URL
    path = _HOSTILE_PATH if fault == "hostile-path" else f"{folder}/{name}"
    return f"/v1/audio?path={quote(path, safe='')}"


def health(*, language_model: bool) -> Json:
    """Tell that the server is up, and what it has loaded."""
    return {
        "status": "ok",
        "service": "ACE-Step API",
        "version": "1.0",
        "models_initialized": True,
        "llm_initialized": language_model,
        "loaded_model": REHEARSAL_BAND,
        "loaded_lm_model": REHEARSAL_BAND if language_model else None,
    }


def models() -> Json:
    """List the one model, in the OpenAI shape that newer servers use."""
    return {
        "object": "list",
        "data": [{"id": f"acestep/{REHEARSAL_BAND}", "object": "model", "name": "Rehearsal band"}],
    }


def formatted(wanted: Commission) -> Json:
    """Give back caption and lyrics as the language model would have polished them: unchanged."""
    return {
        "caption": wanted.prompt,
        "lyrics": wanted.lyrics,
        "bpm": wanted.bpm or None,
        "key_scale": wanted.key_scale,
        "time_signature": wanted.time_signature,
        "duration": wanted.duration_s,
        "vocal_language": wanted.language,
    }
