"""The same writer against a server that is not ours: llmock judges how its faults are taken."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply as Scripted

from pipeline.errors import KeyRejected, WriterError
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.limits import Limits
from pipeline.llm.pace import Pace
from pipeline.llm.raw import RawStore
from pipeline.llm.writer import OpenAIWriter
from pipeline.studio import Reply
from tests.llm.conftest import ASKED, NOW, Onlooker

SONG = "PROMPT: dub techno, hushed\nLYRICS:\n[Verse]\ncranes over the wall\n[Chorus]\nlower the light"


Ask = Callable[..., Reply]


def shorter_sleep(seconds: float) -> None:
    """Sleep as long as the server asks, and a tenth of our own pauses."""
    time.sleep(seconds if seconds < 0.9 else seconds / 10)


@pytest.fixture
def ask(llmock: LLMock, tmp_path: Path) -> Ask:
    """Ask llmock; `idle_s` is the longest silence."""

    def asking(*models: str, idle_s: float = 5.0) -> Reply:
        writer = OpenAIWriter(
            Endpoint(llmock.base_url(), "llmock"),
            models or ("gpt-mock",),
            RawStore(tmp_path / "replies", now=lambda: NOW),
            Limits(total_s=20.0, idle_s=idle_s),
            pace=Pace(sleep=shorter_sleep),
        )
        return writer.ask(ASKED, watch=Onlooker())

    return asking


def outcomes(reply: Reply) -> list[str]:
    return [attempt.outcome for attempt in reply.attempts]


def test_a_plain_reply(llmock: LLMock, ask: Ask) -> None:
    llmock.reply(SONG)

    reply = ask()

    assert (reply.text, outcomes(reply)) == (SONG, ["ok"])
    assert reply.attempts[0].completion_tokens > 0
    llmock.assert_resilient(strict=True)


def test_a_truncated_stream_is_asked_for_again(llmock: LLMock, ask: Ask) -> None:
    llmock.reply(SONG).truncate(after_chunks=2).reply(SONG)

    reply = ask()

    assert (reply.text, outcomes(reply)) == (SONG, ["truncated", "ok"])
    llmock.assert_resilient(strict=True)


def test_a_rate_limit_is_waited_for(llmock: LLMock, ask: Ask) -> None:
    llmock.rate_limit(times=2, retry_after=0.3).reply(SONG)

    reply = ask()

    assert outcomes(reply) == ["rate limited", "rate limited", "ok"]
    llmock.assert_resilient(strict=True)


def test_a_malformed_chunk_is_not_sung(llmock: LLMock, ask: Ask) -> None:
    llmock.reply(SONG).corrupt(after_chunks=2).reply(SONG)

    reply = ask()

    assert (reply.text, outcomes(reply)) == (SONG, ["garbled reply", "ok"])
    llmock.assert_resilient()  # it warns when its whole stream was sent before we hung up


def test_a_stall_is_cut(llmock: LLMock, ask: Ask) -> None:
    llmock.reply(SONG).stall(after_chunks=2, seconds=1.5).reply(SONG)

    reply = ask(idle_s=0.3)

    assert (reply.text, outcomes(reply)) == (SONG, ["stalled", "ok"])
    llmock.assert_resilient(strict=True)


def test_a_dropped_connection_is_made_again(llmock: LLMock, ask: Ask) -> None:
    llmock.reply(SONG).disconnect(after_chunks=2).reply(SONG)

    reply = ask()

    assert (reply.text, outcomes(reply)) == (SONG, ["connection lost", "ok"])
    llmock.assert_resilient(strict=True)


def test_a_slow_first_token_is_waited_for(llmock: LLMock, ask: Ask) -> None:
    llmock.reply(SONG).slow_first_token(0.6)

    reply = ask()

    assert outcomes(reply) == ["ok"]
    llmock.assert_resilient(strict=True)


def test_a_length_is_not_taken_for_an_end(llmock: LLMock, ask: Ask) -> None:
    llmock.add(Scripted(text=SONG[:30], finish_reason="length")).reply(SONG)

    reply = ask()

    assert (reply.text, outcomes(reply)) == (SONG, ["length", "ok"])
    llmock.assert_resilient(strict=True)


def test_an_outage_is_given_up_in_good_order(llmock: LLMock, ask: Ask) -> None:
    llmock.fail(503, times=6, retry_after=0.2)

    with pytest.raises(WriterError, match=r"\(2 tried\); the last: second: server error"):
        ask("first", "second")

    assert len(llmock.requests) == 6
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_no_retry_can_mend_goes_to_the_next_model(llmock: LLMock, ask: Ask, status: int) -> None:
    llmock.fail(status, message="no", code="nope").reply(SONG)

    reply = ask("first", "second")

    assert (reply.model, reply.text) == ("second", SONG)
    llmock.assert_resilient(strict=True)


def test_a_bad_key_is_not_tried_again(llmock: LLMock, ask: Ask) -> None:
    llmock.fail(401)

    with pytest.raises(KeyRejected):
        ask("first", "second")

    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)
