"""The check-up of a music server."""

import socket
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from pipeline.acestep.checkup import ServerReport, probe
from pipeline.errors import SettingsError
from tests.fakes.acestep_server import FakeAceStep, Reply
from tests.fakes.acestep_world import QUICK

IDLE = {
    "jobs": {"queued": 2, "running": 1, "succeeded": 3, "failed": 0},
    "queue_size": 2,
    "avg_job_seconds": 31.5,
}
MODELS = {"models": [{"name": "acestep-v15-turbo", "is_default": True}], "llm_initialized": True}


def test_a_healthy_server_is_described(server: FakeAceStep) -> None:
    server.stats = IDLE
    server.reply("/v1/model_inventory", Reply(body={"data": MODELS, "code": 200}))

    found = probe(server.url)

    assert (
        ServerReport(
            url=server.url,
            can_play=True,
            dialect="release_task",
            service="ACE-Step API",
            version="1.0",
            models=("acestep-v15-turbo",),
            language_model=True,
            queued=2,
        )
        == found
    )


def test_looking_gives_the_server_no_work(server: FakeAceStep) -> None:
    probe(server.url)

    assert {"GET"} == {seen.method for seen in server.seen}


def test_what_an_older_server_does_not_tell_is_unknown(server: FakeAceStep) -> None:
    server.reply("/v1/models", Reply(body={"object": "list", "data": [{"id": "acestep/turbo"}]}))

    found = probe(server.url)

    assert found.can_play
    assert (None, None, ("turbo",)) == (found.language_model, found.queued, found.models)


def test_a_missing_language_model_is_told(server: FakeAceStep) -> None:
    server.health |= {"models_initialized": True, "llm_initialized": False}

    assert probe(server.url).language_model is False


@pytest.mark.parametrize(
    ("letter", "dialect"), [("A", "release_task"), ("G", "gradio"), ("N", "release_task")]
)
def test_every_dialect_is_recognised_as_far_as_looking_goes(letter: Any, dialect: str) -> None:
    with FakeAceStep(letter) as server:
        found = probe(server.url)

    assert (True, dialect) == (found.can_play, found.dialect)


def test_a_server_without_a_health_page_may_be_the_oldest(server: FakeAceStep) -> None:
    server.reply("/health", Reply(404, {"detail": "Not Found"}))

    assert "jobs" == probe(server.url).dialect


def test_a_server_that_is_down_is_told_at_once() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    begun = time.monotonic()

    found = probe(f"http://127.0.0.1:{port}")

    assert not found.can_play
    assert "cannot be reached" in found.problem
    assert found.hint
    assert 5 > time.monotonic() - begun


@pytest.mark.parametrize(
    ("health", "word"),
    [
        (Reply(body=b"<html>"), "web page"),
        (Reply(body={"status": "ok"}), "does not say that it is ACE-Step"),
        (Reply(body={"status": "broken", "service": "ACE-Step API"}), "not well"),
        (Reply(body={"status": "ok", "service": "ACE-Step OpenRouter API"}), "OpenRouter"),
        (Reply(delay_s=9), "in time"),
    ],
)
def test_a_server_that_cannot_play_says_why(server: FakeAceStep, health: Reply, word: str) -> None:
    server.reply("/health", health)

    found = probe(server.url, deadlines=replace(QUICK, answer_s=0.3))

    assert not found.can_play
    assert word in found.problem


def test_a_wrong_key_is_found_before_the_first_job() -> None:
    with FakeAceStep(key="right") as server:
        found = probe(server.url, "wrong")

    assert not found.can_play
    assert "ACESTEP_API_KEY" in found.hint


def test_a_key_wanted_for_the_models_only_is_found_too(server: FakeAceStep) -> None:
    server.reply("/v1/model_inventory", Reply(401, {"detail": "Missing Authorization header"}))

    assert not probe(server.url).can_play


def test_an_address_that_is_none_is_a_fault_of_the_settings() -> None:
    with pytest.raises(SettingsError):
        probe("http://")
