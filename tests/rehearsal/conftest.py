"""A rehearsal to look at: songs as text, sound as arrays, and clients for both servers."""

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import numpy as np
import openai
import pytest
import soundfile
from numpy.typing import NDArray

from pipeline.rehearsal.studio import RehearsalStudio

LYRICS = """[Intro - bare riff]

[Verse 1]
The kettle ticks beside the door
Your coat lies folded on the floor

[Chorus]
Bring me the salt, bring me the bread
Bring me the pillow under your head

[Bridge]
Cold clay packs my nails
The buoy bell derails

[Outro]
Bring me the salt
"""
GIG: Mapping[str, Any] = {
    "prompt": "driving post-punk with jagged guitars",
    "lyrics": LYRICS,
    "audio_duration": 4,
    "bpm": 120,
    "key_scale": "A minor",
    "time_signature": "4",
    "batch_size": 1,
    "audio_format": "flac",
    "use_random_seed": False,
    "seed": 7,
}


class Band:
    """A client of the music server that knows its wire."""

    def __init__(self, studio: RehearsalStudio) -> None:
        self.http = httpx.Client(base_url=studio.band_url, timeout=20, trust_env=False, verify=False)  # noqa: S501 -- plain HTTP

    def submit(self, **changes: Any) -> str:
        answer = self.http.post("/release_task", json={**GIG, **changes})
        return str(answer.raise_for_status().json()["data"]["task_id"])

    def ask(self, *task_ids: str) -> list[dict[str, Any]]:
        answer = self.http.post("/query_result", json={"task_id_list": list(task_ids)})
        return list(answer.raise_for_status().json()["data"])

    def wait(self, task_id: str, seconds: float = 20) -> dict[str, Any]:
        """Poll until the task is done; give its item with the result opened."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            item = self.ask(task_id)[0]
            if item["status"]:
                return {**item, "result": json.loads(item["result"])}
            time.sleep(0.01)
        raise AssertionError(f"task {task_id} is not done: {item}")

    def play(self, **changes: Any) -> bytes:
        """Submit, wait and download the first take."""
        done = self.wait(self.submit(**changes))
        return self.http.get(done["result"][0]["file"]).raise_for_status().content


@pytest.fixture(scope="session")
def plain() -> Iterator[RehearsalStudio]:
    """One studio for all that need neither faults nor options."""
    with RehearsalStudio() as studio:
        yield studio


@contextmanager
def opened_studio(
    plain: RehearsalStudio, faults: tuple[str, ...], **options: Any
) -> Iterator[RehearsalStudio]:
    """Give the plain studio, or open another for faults and options."""
    if not faults and not options:
        yield plain
        return
    with RehearsalStudio(faults=faults, **options) as studio:
        yield studio


@pytest.fixture
def band(plain: RehearsalStudio) -> Callable[..., AbstractContextManager[Band]]:
    """Open a studio and a client of its band; keyword arguments are the studio's."""

    @contextmanager
    def opened(*faults: str, **options: Any) -> Iterator[Band]:
        with opened_studio(plain, faults, **options) as studio:
            client = Band(studio)
            with client.http:
                yield client

    return opened


@pytest.fixture
def writer(plain: RehearsalStudio) -> Callable[..., AbstractContextManager[openai.OpenAI]]:
    """Open a studio and an `openai` client of its writer; keyword arguments are the studio's."""

    @contextmanager
    def opened(*faults: str, **options: Any) -> Iterator[openai.OpenAI]:
        with (
            opened_studio(plain, faults, **options) as studio,
            openai.OpenAI(base_url=studio.writer_url, api_key="any", max_retries=0, timeout=20) as client,
        ):
            yield client

    return opened


def decoded(sound: bytes) -> tuple[NDArray[np.float32], int]:
    """Decode a whole audio file into (frames, channels) and its rate."""
    samples, rate = soundfile.read(io.BytesIO(sound), dtype="float32", always_2d=True)
    return samples, int(rate)
