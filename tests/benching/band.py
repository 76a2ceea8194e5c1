"""A music server of the benchmark: the current dialect of ACE-Step before a timetable; one song for all."""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from pipeline.rehearsal import band_wire, commission
from tests.benching.serving import Answer, Asked
from tests.benching.timetable import Timetable

FOLDER = "/srv/ace-step/api_audio"  # on no disk: what the server calls its files


class Band:
    """Answers requests and keeps when each came. `now` gives Unix time, `sound` is the file that all get."""

    def __init__(self, timetable: Timetable, sound: bytes, now: Callable[[], float]) -> None:
        self._timetable = timetable
        self._sound = sound
        self._now = now
        self._requests: dict[str, list[float]] = defaultdict(list)

    def answer(self, asked: Asked) -> Answer:
        """Give the answer to a request."""
        now = self._now()
        self._requests[asked.path].append(now)
        match asked.method, asked.path:
            case "GET", "/health":
                return self._wrapped(band_wire.health(language_model=True))
            case "GET", "/v1/stats":
                return self._wrapped(self._timetable.stats(now))
            case "GET", "/v1/models":
                return Answer(json.dumps(band_wire.models()).encode())
            case "GET", "/v1/audio":
                return Answer(self._sound, media_type="audio/mpeg", headers=self._ages(asked, now))
            case "POST", "/release_task" | "/query_result":
                return self._posted(asked, now)
        return Answer(b'{"detail": "Not Found"}', 404)

    def _ages(self, asked: Asked, now: float) -> dict[str, str]:
        """Tell how old a file is, the way that the real server does."""
        name = Path(parse_qs(asked.query)["path"][0]).stem
        ends = {job.id: job.end for job in self._timetable.jobs}
        return {"Date": formatdate(now, usegmt=True), "Last-Modified": formatdate(ends[name], usegmt=True)}

    def _posted(self, asked: Asked, now: float) -> Answer:
        try:
            body = commission.parse(asked.body, "application/json") or {}
        except ValueError:
            return Answer(b'{"detail": "Malformed JSON payload"}', 400)
        if asked.path == "/release_task":
            task, place = self._timetable.submit(str(uuid.uuid4()), commission.read(body), now)
            return self._wrapped(band_wire.receipt(task, place))
        found = [(task_id, self._timetable.find(task_id, now)) for task_id in commission.ids(body)]
        return self._wrapped(
            [band_wire.item(task, FOLDER) if task else band_wire.unknown(task_id) for task_id, task in found]
        )

    def _wrapped(self, data: object) -> Answer:
        return Answer(json.dumps(band_wire.envelope(data, self._now())).encode())

    def report(self) -> dict[str, Any]:
        """Tell every job's times, and when each request came, by its path."""
        jobs = [
            {"id": job.id, "submitted": job.submitted, "start": job.start, "end": job.end}
            for job in self._timetable.jobs
        ]
        return {"jobs": jobs, "requests": self._requests}
