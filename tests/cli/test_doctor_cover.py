"""The doctor and the model that draws covers: it is looked for, and no song waits for it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.edge import run
from pipeline.rehearsal.studio import RehearsalStudio
from tests.acestep.sshd import free_port
from tests.fakes.nanogpt import NanoGPT

WRITERS, COVERS = "sk-writer-not-a-real-key", "sk-cover-not-a-real-key"

Look = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def studio() -> Iterator[RehearsalStudio]:
    """A writer and a band that a song could be made with."""
    with RehearsalStudio() as running:
        yield running


@pytest.fixture
def server() -> Iterator[NanoGPT]:
    """An OpenAI-compatible server with a model that draws in its list."""
    with NanoGPT() as running:
        running.offer({"data": [{"id": "brush-1"}]})
        yield running


@pytest.fixture
def look(
    studio: RehearsalStudio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Look:
    """Run the doctor, which must find that a song can be made, and give its check of the model of these settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
    monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwriter")
    monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", studio.band_url)
    monkeypatch.setenv("NANOGPT_API_KEY", WRITERS)
    monkeypatch.setenv("SONGPIPE_COVER_KEY", COVERS)

    def check(**cover: str) -> dict[str, Any]:
        Path("songpipe.yaml").write_text(json.dumps({"finish": {"cover": cover}}))
        capfd.readouterr()
        assert 0 == run(["doctor", "--json"])
        checks = json.loads(capfd.readouterr().out)["checks"]
        (found,) = [one for one in checks if one["name"] == "cover"]
        return dict(found)

    return check


def test_a_model_of_the_writers_server_needs_no_address_of_its_own(
    look: Look, studio: RehearsalStudio
) -> None:
    found = look(model="rehearsal/songwriter")

    host = studio.writer_url.split("/")[2]
    assert (True, f"{host} lists rehearsal/songwriter") == (found["ok"], found["detail"])


def test_another_server_is_told_its_own_key_and_never_the_writers(look: Look, server: NanoGPT) -> None:
    found = look(model="brush-1", base_url=server.base_url)

    assert found["ok"]
    assert [f"Bearer {COVERS}"] == [asked.headers["authorization"] for asked in server.asked]


def test_a_model_that_is_in_no_list_may_be_there_all_the_same(look: Look, server: NanoGPT) -> None:
    found = look(model="brush-2", base_url=server.base_url)

    assert found["ok"]
    assert "does not list brush-2: whether it has it cannot be told" in found["detail"]


def test_a_server_that_is_away_is_told_with_the_name_of_its_setting(look: Look) -> None:
    found = look(model="brush-1", base_url=f"http://127.0.0.1:{free_port()}/v1")

    assert (False, 0) == (found["ok"], found["exit_code"])
    assert "finish.cover.base_url" in found["hint"]
