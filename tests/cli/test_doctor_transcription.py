"""The doctor and the model that hears words: it is looked for, and no song waits for it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.edge import run
from pipeline.rehearsal.studio import RehearsalStudio
from tests.acestep.sshd import free_port
from tests.fakes import nanogpt
from tests.fakes.nanogpt import NanoGPT
from tests.fakes.scribe import Scribe

KEY = "sk-scribe-not-a-real-key"

Look = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def studio() -> Iterator[RehearsalStudio]:
    """A writer and a band that a song could be made with."""
    with RehearsalStudio() as running:
        yield running


@pytest.fixture
def server() -> Iterator[NanoGPT]:
    """An OpenAI-compatible server whose list of models is told by the test."""
    with NanoGPT() as running:
        yield running


@pytest.fixture
def doctor(
    studio: RehearsalStudio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """Run the doctor with a transcription model, whisper-1 at that address; it must find that a song can be made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
    monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwriter")
    monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", studio.band_url)

    def command(base_url: str | None, *flags: str) -> str:
        model = None if base_url is None else {"base_url": base_url, "model": "whisper-1"}
        Path("songpipe.yaml").write_text(json.dumps({"listening": {"transcription": model}}))
        capfd.readouterr()
        assert 0 == run(["doctor", *flags])
        return capfd.readouterr().out

    return command


@pytest.fixture
def look(doctor: Callable[..., str]) -> Look:
    """Give the one check of the transcription model out of the JSON document."""

    def check(base_url: str) -> dict[str, Any]:
        (found,) = [
            one for one in json.loads(doctor(base_url, "--json"))["checks"] if one["name"] == "transcription"
        ]
        return dict(found)

    return check


def test_a_model_that_is_listed_is_told_on_a_line(doctor: Callable[..., str], server: NanoGPT) -> None:
    server.offer({"data": [{"id": "whisper-1"}]})

    lines = doctor(server.base_url).splitlines()

    host = server.base_url.split("/")[2]
    assert f"ok   transcription {host} lists whisper-1" in lines


def test_the_key_goes_to_the_server_and_nowhere_else(
    doctor: Callable[..., str], server: NanoGPT, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONGPIPE_TRANSCRIPTION_KEY", KEY)
    server.models_answer = nanogpt.fails(500, f"who is {KEY}?")

    out = doctor(server.base_url, "--json")

    assert f"Bearer {KEY}" == server.asked[0].headers["authorization"]
    assert KEY not in out


def test_a_model_that_is_not_listed_is_a_warning_with_the_one_that_may_be_meant(
    look: Look, server: NanoGPT
) -> None:
    server.offer({"data": [{"id": "openai/whisper-2"}, {"id": "talker"}]})

    check = look(server.base_url)

    assert (False, 0) == (check["ok"], check["exit_code"])
    assert "does not list whisper-1: whether it has it cannot be told" in check["detail"]
    assert "set listening.transcription.model; near whisper-1: openai/whisper-2" == check["hint"]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_a_list_is_there_and_more_cannot_be_told(
    status: int, look: Look, server: NanoGPT
) -> None:
    server.models_answer = nanogpt.fails(status)

    check = look(server.base_url)

    assert (True, 0, "") == (check["ok"], check["exit_code"], check["hint"])
    assert "whether it has whisper-1 cannot be told" in check["detail"]


def test_a_server_that_does_nothing_but_transcribe_is_there(look: Look) -> None:
    with Scribe() as server:
        check = look(server.base_url)

    assert check["ok"]
    assert [] == server.uploads


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_fails_is_not_taken_for_one_without_a_list(
    status: int, look: Look, server: NanoGPT
) -> None:
    server.models_answer = nanogpt.fails(status)

    assert not look(server.base_url)["ok"]


def test_a_server_that_is_down_stops_no_song_and_the_setting_to_look_at_is_named(look: Look) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"

    check = look(url)

    assert (False, 0) == (check["ok"], check["exit_code"])
    assert (
        f"check that the server runs and that listening.transcription.base_url ({url}) is right"
        == check["hint"]
    )


def test_a_key_that_is_missing_is_told_before_anybody_is_asked(doctor: Callable[..., str]) -> None:
    out = doctor("https://ears.example/v1")

    assert "warn transcription there is no key for ears.example" in out
    assert "→ export SONGPIPE_TRANSCRIPTION_KEY=…" in out


def test_a_key_that_is_not_accepted_is_told(
    look: Look, server: NanoGPT, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONGPIPE_TRANSCRIPTION_KEY", KEY)
    server.models_answer = nanogpt.fails(401, "Incorrect API key")

    check = look(server.base_url)

    assert (False, 0) == (check["ok"], check["exit_code"])
    assert "does not accept the key in SONGPIPE_TRANSCRIPTION_KEY" in check["detail"]


@pytest.mark.parametrize("flags", [(), ("--rehearse",)], ids=["none is set", "rehearsal"])
def test_nothing_is_said_of_a_model_that_nobody_asks(
    flags: tuple[str, ...], doctor: Callable[..., str], server: NanoGPT
) -> None:
    out = doctor(server.base_url if flags else None, *flags)

    assert "transcription" not in out
    assert [] == server.asked
