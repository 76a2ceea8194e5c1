"""A writer on a bench: a scripted server on loopback, sleep that takes no time, and someone who watches."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.llm.endpoint import Endpoint
from pipeline.llm.limits import Limits
from pipeline.llm.pace import Pace
from pipeline.llm.raw import RawStore
from pipeline.llm.writer import OpenAIWriter
from pipeline.studio import Reply
from pipeline.writing.prompt import Message
from tests.fakes.nanogpt import NanoGPT

KEY = "sk-nano-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
NOW = datetime(2026, 2, 14, 10, 15, tzinfo=UTC)
ASKED = (Message("system", "You write songs."), Message("user", "a ferry that never docks"))


@dataclass
class Onlooker:
    """Watches and remembers."""

    heard: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def stage(self, name: str) -> None: ...

    def words(self, text: str) -> None:
        self.heard.append(text)

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None: ...

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass
class Bench:
    """A writer with everything around it in reach."""

    writer: OpenAIWriter
    folder: Path
    onlooker: Onlooker = field(default_factory=Onlooker)
    slept: list[float] = field(default_factory=list)

    def ask(self, **how: Any) -> Reply:
        return self.writer.ask(how.pop("messages", ASKED), watch=self.onlooker, **how)

    @property
    def journal(self) -> list[dict[str, Any]]:
        file = self.folder / "attempts.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []

    @property
    def outcomes(self) -> list[str]:
        return [line["outcome"] for line in self.journal]

    def written(self) -> str:
        """Everything that lies on disk, and everything that was told."""
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        told = [*self.onlooker.heard, *self.onlooker.notes]
        return "\n".join([*(f"{file}\n{file.read_text('utf-8')}" for file in files), *told])


Build = Callable[..., Bench]


@pytest.fixture
def server() -> Iterator[NanoGPT]:
    with NanoGPT() as running:
        yield running


@pytest.fixture
def build(server: NanoGPT, tmp_path: Path) -> Build:
    """Make a bench on the scripted server; keyword arguments are limits."""

    def make(
        models: Sequence[str] = ("model/one",),
        *,
        key: str = KEY,
        base_url: str = "",
        clock: Callable[[], float] | None = None,
        **limits: Any,
    ) -> Bench:
        slept: list[float] = []
        pace = Pace(sleep=slept.append, now=lambda: NOW, jitter=lambda: 0.0)
        if clock is not None:
            pace = Pace(clock, slept.append, lambda: NOW, lambda: 0.0)
        folder = tmp_path / "replies"
        writer = OpenAIWriter(
            Endpoint(base_url or server.base_url, key),
            models,
            RawStore(folder, now=lambda: NOW),
            Limits(**{"total_s": 20.0, "idle_s": 5.0, **limits}),
            pace=pace,
        )
        return Bench(writer, folder, slept=slept)

    return make
