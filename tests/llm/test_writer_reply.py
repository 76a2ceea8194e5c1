"""A whole reply: what comes back, what is shown, what is kept."""

import json
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, ShelfError
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.raw import RawStore
from pipeline.llm.writer import OpenAIWriter
from tests.fakes.nanogpt import PRICING, NanoGPT, frame, says, streams
from tests.llm.conftest import ASKED, KEY, NOW, Build, Onlooker


def test_the_words_come_back_whole_and_are_shown_as_they_come(server: NanoGPT, build: Build) -> None:
    server.script(says("PROMPT: ", "slow\n", "LYRICS:\n[Verse]\nrust"))
    bench = build()

    reply = bench.ask()

    assert reply.text == "PROMPT: slow\nLYRICS:\n[Verse]\nrust"
    assert bench.onlooker.heard == ["PROMPT: ", "slow\n", "LYRICS:\n[Verse]\nrust"]
    assert (reply.model, reply.fallbacks) == ("model/one", ())


def test_the_request_says_no_more_than_it_must(server: NanoGPT, build: Build) -> None:
    server.script(says("x"))

    build(max_tokens=5000).ask()

    assert server.chats[0] == {
        "model": "model/one",
        "messages": [{"role": message.role, "content": message.content} for message in ASKED],
        "max_tokens": 5000,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_what_the_user_set_is_sent(server: NanoGPT, build: Build) -> None:
    server.script(says("x"))

    build(temperature=0.7, reasoning_effort="high").ask(seed=11)

    sent = server.chats[0]
    assert (0.7, "high", 11) == (
        sent["temperature"],
        sent["reasoning_effort"],
        sent["seed"],
    )


def test_nothing_of_this_machine_is_sent_along(
    server: NanoGPT, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-private")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses-key-0000")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Private: yes")
    server.script(says("x"))

    build().ask()

    assert set(server.asked[0].headers) == {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "user-agent",
        "authorization",
    }
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_local_server_without_a_key_gets_none(server: NanoGPT, build: Build) -> None:
    server.script(says("x"))

    build(key="").ask()

    assert "authorization" not in server.asked[0].headers


def test_the_attempt_tells_tokens_cost_time_and_where_the_reply_lies(server: NanoGPT, build: Build) -> None:
    server.script(says("x", pricing=PRICING))
    ticks = iter(range(100))
    bench = build(clock=lambda: float(next(ticks)), total_s=1000.0)

    (attempt,) = bench.ask().attempts

    assert (41, 61, 7) == (attempt.prompt_tokens, attempt.completion_tokens, attempt.reasoning_tokens)
    assert (attempt.outcome, attempt.cost_usd, attempt.request_id) == ("ok", 0.0123, "req-1")
    assert attempt.seconds > 0
    assert Path(attempt.raw).read_text("utf-8") == "x"


def test_the_metadata_lie_beside_the_raw_reply(server: NanoGPT, build: Build) -> None:
    server.script(says("x", reasoning="think first", pricing=PRICING))
    bench = build()

    (attempt,) = bench.ask().attempts

    facts = json.loads(Path(attempt.raw).with_suffix(".json").read_text("utf-8"))
    assert (facts["schema"], facts["served_model"], facts["finish_reason"]) == (
        "songpipe.reply/1",
        "served/model",
        "stop",
    )
    assert facts["reasoning"] == "think first"
    assert facts["attempt"]["request_id"] == "req-1"
    assert facts["pricing"]["cost"] == 0.0123
    assert facts["usage"]["completion_tokens_details"] == {"reasoning_tokens": 7}
    assert not list(bench.folder.glob("*.part"))


def test_reasoning_is_never_sung(server: NanoGPT, build: Build) -> None:
    server.script(says("the song", reasoning="let me think of rhymes"))
    bench = build()

    reply = bench.ask()

    assert reply.text == "the song"
    assert "rhymes" not in "".join(bench.onlooker.heard) + Path(reply.attempts[0].raw).read_text("utf-8")


def test_content_in_parts_is_joined(server: NanoGPT, build: Build) -> None:
    parts = [{"type": "text", "text": "one "}, {"type": "image_url", "text": "no"}, "two", None, 7]
    server.script(streams(frame({"content": parts}), frame(None), frame({"content": None}, "stop")))

    assert build().ask().text == "one two"


def test_a_reply_that_finished_is_taken_even_when_its_bill_never_comes(server: NanoGPT, build: Build) -> None:
    server.script(streams(frame({"content": "a song"}, "stop"), done=False, hang_up=True))

    reply = build().ask()

    assert reply.text == "a song"
    assert [attempt.outcome for attempt in reply.attempts] == ["ok"]


def test_halves_of_a_character_in_two_pieces_are_joined_again(server: NanoGPT, build: Build) -> None:
    halves = [
        b'data: {"choices":[{"index":0,"delta":{"content":"\\u%s"}}]}\n\n' % half
        for half in (b"d83d", b"de00")
    ]
    server.script(streams(*halves, frame({}, "stop")))
    bench = build()

    reply = bench.ask()

    assert reply.text == "😀"
    assert "".join(bench.onlooker.heard).isprintable()


def test_without_a_model_nothing_is_asked(server: NanoGPT, build: Build) -> None:
    with pytest.raises(SettingsError, match="no model is named"):
        build(()).ask()

    assert server.asked == []


def test_nothing_is_asked_that_cannot_be_kept(server: NanoGPT, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", "utf-8")
    writer = OpenAIWriter(Endpoint(server.base_url, KEY), ("m",), RawStore(blocked, now=lambda: NOW))

    with pytest.raises(ShelfError, match="cannot be saved"):
        writer.ask(ASKED, watch=Onlooker())

    assert server.chats == []


def test_half_a_character_alone_is_replaced_everywhere(server: NanoGPT, build: Build) -> None:
    half = b'data: {"choices":[{"index":0,"delta":{"content":"rust \\ud800"}}]}\n\n'
    odd = frame({"reasoning": "\udc00", "content": "x \ud83d"}, "stop", model="served\ud800")
    server.script(streams(half, odd))
    bench = build()

    reply = bench.ask()

    assert reply.text == "rust \ufffdx \ufffd" == "".join(bench.onlooker.heard)
    assert Path(reply.attempts[0].raw).read_text("utf-8") == reply.text
    facts = json.loads(Path(reply.attempts[0].raw).with_suffix(".json").read_text("utf-8"))
    assert (facts["served_model"], facts["reasoning"]) == ("served\ufffd", "\ufffd")


@pytest.mark.parametrize("finish", ["stop", "STOP", "eos", "eos_token", "end_turn", "stop_sequence"])
def test_every_word_for_an_end_is_an_end(server: NanoGPT, build: Build, finish: str) -> None:
    server.script(says("a song", finish=finish))

    assert build().ask().text == "a song"
