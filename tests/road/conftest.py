"""The whole command against real servers: the rehearsal studio's, which can be told to misbehave."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.edge import run
from pipeline.rehearsal.studio import RehearsalStudio

QUICK = (
    "acestep.poll_interval=0.05",
    "acestep.start_deadline=0.5",
    "acestep.silent_deadline=2",
    "acestep.answer_deadline=2",
    "acestep.vocal_language=en",
)

DRAFT = """\
TITLE: Hall Light
PROMPT: Opens with a stark piano chord and a whispered vocal; the song must hook the listener in the first 10 \
seconds. Dark trip-hop, nocturnal and uneasy, dusty drum break, deep sub bass, breathy close female vocals, \
lo-fi tape production; sparse verses, the last chorus floods with strings.
LYRICS:
[Verse 1]
I buried your name beneath the kettle
The kitchen clock keeps biting metal
I count the stairs with open hands

[Chorus]
Leave the hall light on for the flood
Leave the hall light on in my blood
"""


@dataclass(frozen=True)
class Ran:
    """What a run of the command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def file(self) -> Path:
        """The one path that was printed."""
        (path,) = self.out.splitlines()
        return Path(path)


Songpipe = Callable[..., Ran]


def unfinished(songpipe: Songpipe) -> list[dict[str, Any]]:
    """Everything in the journal that is not done."""
    songs: list[dict[str, Any]] = songpipe("jobs", "--json").document["songs"]
    return [song for song in songs if song["state"] != "done"]


Servers = Callable[..., RehearsalStudio]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def songpipe(workspace: Path, capfd: pytest.CaptureFixture[str]) -> Songpipe:
    """Run a command line in this process and give what came of it."""

    def command(*arguments: str) -> Ran:
        extra = [part for assignment in QUICK for part in ("--set", assignment)]
        takes_settings = arguments[0] in {"write", "render", "resume", "batch", "daily", "worker"}
        capfd.readouterr()
        code = run([*arguments, *(extra if takes_settings else [])])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return command


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """Start a writer and a band that misbehave as told, and point the settings at them."""
    with ExitStack() as stack:

        def start(*faults: str, **options: Any) -> RehearsalStudio:
            studio = stack.enter_context(RehearsalStudio(faults=faults, **options))
            monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
            monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwriter")
            monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", studio.band_url)
            monkeypatch.setenv("NANOGPT_API_KEY", "sk-nano-not-a-real-key")
            return studio

        yield start
