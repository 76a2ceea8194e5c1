"""The recipe that songpipe grew out of, one song after the other: write, submit, poll every 5 s, next.

No line of songpipe is used here. It is kinder than the shell loop was: no ssh, no curl to start.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

POLL_S = 5.0
_SYSTEM = """You are an elite songwriter. Every line earns its place.
Output format:
PROMPT: <detailed style/production description>
LYRICS:
<structured lyrics with tags>"""


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop: the addresses of its servers, and by how much time is scaled down."""

    writer_url: str
    band_url: str
    scale: float = 1.0

    def make(self, briefs: Sequence[str], duration_s: float, folder: Path) -> float:
        """Make a song of every brief; give the seconds that it took."""
        begin = time.monotonic()
        with httpx.Client(timeout=120, trust_env=False) as http:
            for number, brief in enumerate(briefs, start=1):
                prompt, lyrics = self._write(http, f"Write a song of {duration_s:g} seconds.\nBrief: {brief}")
                address = self._play(http, prompt, lyrics, duration_s)
                (folder / f"{number}.mp3").write_bytes(http.get(address).raise_for_status().content)
        return time.monotonic() - begin

    def _write(self, http: httpx.Client, ask: str) -> tuple[str, str]:
        turns = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": ask}]
        answer = http.post(f"{self.writer_url}/chat/completions", json={"model": "any", "messages": turns})
        text = answer.raise_for_status().json()["choices"][0]["message"]["content"]
        prompt, _, lyrics = text.partition("LYRICS:")
        return prompt.partition("PROMPT:")[2].strip(), lyrics.strip()

    def _play(self, http: httpx.Client, prompt: str, lyrics: str, duration_s: float) -> str:
        job = {"prompt": prompt, "lyrics": lyrics, "audio_duration": duration_s, "thinking": True}
        task_id = self._post(http, "/release_task", job)["task_id"]
        while True:
            item = self._post(http, "/query_result", {"task_id_list": [task_id]})[0]
            if item["status"] == 1:
                return urljoin(self.band_url, str(json.loads(item["result"])[0]["file"]))
            if item["status"] == 2:
                raise RuntimeError(f"the server failed: {item}")
            time.sleep(POLL_S / self.scale)

    def _post(self, http: httpx.Client, path: str, body: object) -> Any:
        return http.post(f"{self.band_url}{path}", json=body).raise_for_status().json()["data"]
