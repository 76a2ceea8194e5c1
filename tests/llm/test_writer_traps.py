"""Every trap that a server can lay: none of them ever becomes a song."""

from typing import Any

import pytest

from pipeline.errors import WriterError
from tests.fakes.nanogpt import (
    Answer,
    NanoGPT,
    Scripted,
    asked_models,
    fails,
    frame,
    packed,
    page,
    replies,
    says,
    streams,
)
from tests.llm.conftest import Build

SONG = "[Verse]\nrust on the rail"
HALF = frame({"content": "[Verse]\nrust"})
ERROR_FRAME = {
    "choices": [{"delta": {}, "finish_reason": "error"}],
    "error": {"status": 503, "message": "provider gone", "code": "service_unavailable"},
}


@pytest.mark.parametrize(
    ("trap", "outcome"),
    [
        pytest.param(streams(HALF, done=False), "truncated", id="end without a finish reason"),
        pytest.param(streams(HALF), "truncated", id="[DONE] without a finish reason"),
        pytest.param(streams(HALF, done=False, hang_up=True), "connection lost", id="dropped socket"),
        pytest.param(streams(HALF, b"data: {oops\n\n"), "garbled reply", id="bad JSON in a frame"),
        pytest.param(streams(HALF, b'data: "text"\n\n'), "garbled reply", id="a frame that is a string"),
        pytest.param(streams(HALF, b"data: \xff\xfe\n\n"), "garbled reply", id="bytes that are no text"),
        pytest.param(
            streams(HALF, b"data: " + b"[" * 90_000 + b"\n\n"), "garbled reply", id="endless nesting"
        ),
        pytest.param(
            streams(HALF, b'data: {"a": ' + b"9" * 5000 + b"}\n\n"), "garbled reply", id="huge number"
        ),
        pytest.param(streams(HALF, ERROR_FRAME), "server error", id="error frame in the middle"),
        pytest.param(streams(HALF, frame({}, "error")), "server error", id="finish reason error"),
        pytest.param(
            streams(HALF, frame({}, "tool_calls")), "server error", id="a tool call instead of words"
        ),
        pytest.param(streams({"choices": None}), "truncated", id="choices null"),
        pytest.param(streams({"choices": []}), "truncated", id="choices empty"),
        pytest.param(streams({"choices": {"a": 1}}), "truncated", id="choices of the wrong type"),
        pytest.param(replies({"choices": None}), "truncated", id="200 with choices null"),
        pytest.param(
            replies({"error": {"message": "overloaded", "code": 503}}), "server error", id="error in 200"
        ),
        pytest.param(replies([1, 2]), "garbled reply", id="200 with a list"),
        pytest.param(
            Scripted((b"{nope",), content_type="application/json"), "garbled reply", id="200, bad JSON"
        ),
        pytest.param(page(), "web page", id="HTML with 200"),
        pytest.param(page(502), "server error", id="HTML with 502"),
        pytest.param(says("", reasoning="hm"), "empty reply", id="reasoning without words"),
        pytest.param(says(" \n"), "empty reply", id="blank content"),
        pytest.param(fails(400, "nothing came", "empty_response"), "empty reply", id="empty_response"),
        pytest.param(fails(503, code="all_fallbacks_failed"), "server error", id="503"),
        pytest.param(fails(529), "server error", id="529"),
        pytest.param(fails(408), "server error", id="408"),
        pytest.param(packed(b"data: x\n\n"), "server error", id="a packed reply"),
        pytest.param(fails(429), "rate limited", id="429 without a Retry-After"),
    ],
)
def test_a_trap_is_seen_and_the_model_is_asked_again(
    server: NanoGPT, build: Build, trap: Answer, outcome: str
) -> None:
    server.script(trap, says(SONG))
    bench = build()

    reply = bench.ask()

    assert reply.text == SONG
    assert bench.outcomes == [outcome, "ok"]
    assert bench.slept == [1.0]


def test_a_trap_that_stays_ends_in_an_error_and_never_in_words(server: NanoGPT, build: Build) -> None:
    server.script(*[streams(HALF, done=False)] * 3)
    bench = build()

    with pytest.raises(
        WriterError, match=r"model/one: the reply ended without a finish reason \(3 attempts\)"
    ):
        bench.ask()

    assert bench.slept == [1.0, 2.0]
    assert [line["raw"].endswith(".txt.part") for line in bench.journal] == [True] * 3


@pytest.mark.parametrize("choices", [None, [], {"a": 1}])
def test_a_reply_without_choices_is_told_as_that(server: NanoGPT, build: Build, choices: object) -> None:
    server.script(streams({"choices": choices}))

    with pytest.raises(WriterError, match=r"model/one: the reply had no choices \(1 attempt\)"):
        build(attempts=1).ask()


def test_what_came_of_a_truncated_reply_is_kept(server: NanoGPT, build: Build) -> None:
    server.script(streams(HALF, done=False), says(SONG))
    bench = build()

    bench.ask()

    (part,) = bench.folder.glob("*.part")
    assert part.read_text("utf-8") == "[Verse]\nrust"


@pytest.mark.parametrize("empty", [streams(), Scripted((b"data: x",), content_type="application/json")])
def test_an_empty_stream_is_asked_for_once_without_streaming(
    server: NanoGPT, build: Build, empty: Scripted
) -> None:
    server.script(empty, says(SONG))
    bench = build()

    reply = bench.ask()

    assert reply.text == SONG
    assert [chat.get("stream", False) for chat in server.chats] == [True, False]
    assert "stream_options" not in server.chats[1]


@pytest.mark.parametrize("empty", [Scripted(), Scripted(status=204)])
def test_a_stream_that_stays_empty_is_no_reply(server: NanoGPT, build: Build, empty: Scripted) -> None:
    server.script(empty, empty)
    bench = build()

    with pytest.raises(WriterError, match="no model answered"):
        bench.ask()

    assert bench.outcomes == ["no stream", "no stream"]


def test_a_server_that_ignores_stream_is_understood_without_paying_twice(
    server: NanoGPT, build: Build
) -> None:
    message = {"role": "assistant", "content": SONG}
    server.script(replies({"choices": [{"message": message, "finish_reason": "stop"}]}))
    bench = build()

    reply = bench.ask()

    assert reply.text == SONG
    assert "".join(bench.onlooker.heard) == SONG
    assert len(server.chats) == 1


def test_a_reply_cut_by_its_length_gets_twice_the_room_once(server: NanoGPT, build: Build) -> None:
    server.script(says("half a", finish="length"), says(SONG))
    bench = build(max_tokens=3000)

    reply = bench.ask()

    assert reply.text == SONG
    assert [chat["max_tokens"] for chat in server.chats] == [3000, 6000]
    assert bench.outcomes == ["length", "ok"]
    assert "reasoning_effort" not in server.chats[1]


def test_a_reply_that_is_cut_twice_is_given_up(server: NanoGPT, build: Build) -> None:
    server.script(*[says("half a", finish="length")] * 2)
    bench = build()

    with pytest.raises(WriterError, match="token limit"):
        bench.ask()

    assert bench.outcomes == ["length", "length"]


@pytest.mark.parametrize(("before", "after"), [(None, "low"), ("high", "low"), ("low", "minimal")])
def test_a_model_that_only_thought_is_told_to_think_less(
    server: NanoGPT, build: Build, before: str | None, after: str
) -> None:
    server.script(says("", reasoning="hm", finish="length"), says(SONG))

    build(reasoning_effort=before).ask()

    assert server.chats[1]["reasoning_effort"] == after


def test_a_model_that_stopped_after_thinking_is_told_to_think_less_too(server: NanoGPT, build: Build) -> None:
    server.script(says("", reasoning="hm"), says(SONG))

    build().ask()

    assert server.chats[1]["reasoning_effort"] == "low"


def test_the_second_empty_reply_ends_the_turn(server: NanoGPT, build: Build) -> None:
    server.script(says(""), says(""))
    bench = build()

    with pytest.raises(WriterError, match="holds no words"):
        bench.ask()

    assert bench.slept == [1.0]


def refuses(param: str, message: str = "") -> Answer:
    return fails(
        400, message or f"Unsupported value: '{param}' is not for this model", "unsupported_value", param
    )


@pytest.mark.parametrize("param", ["temperature", "seed", "reasoning_effort", "stream_options"])
def test_a_parameter_that_a_model_refuses_is_dropped_once_and_remembered(
    server: NanoGPT, build: Build, param: str
) -> None:
    server.script(refuses(param), says(SONG), says(SONG))
    bench = build(temperature=0.8, reasoning_effort="low")

    bench.ask(seed=1)
    bench.ask(seed=1)

    assert [param in chat for chat in server.chats] == [True, False, False]
    assert bench.outcomes == ["parameter refused", "ok", "ok"]
    assert bench.slept == []


def test_max_tokens_gets_its_new_name_where_the_old_one_is_refused(server: NanoGPT, build: Build) -> None:
    message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    server.script(refuses("max_tokens", message), says(SONG))

    build(max_tokens=4000).ask()

    assert [chat.get("max_completion_tokens") for chat in server.chats] == [None, 4000]
    assert "max_tokens" not in server.chats[1]


@pytest.mark.parametrize(
    ("message", "param", "asked"),
    [
        ("max_tokens must be at most 8192", "max_tokens", 8192),
        ("max_tokens: 16000 > 8192, which is the most this model gives", "", 8192),
        ("max_tokens is too large: 16000. This model supports at most 8,192 completion tokens", "", 8192),
        ("max_tokens must be between 1 and 8192", "", 8192),
        ("Range of max_tokens should be [1, 8192]", "", 8192),
        ("max_tokens is too large", "max_tokens", 8000),
        ("max_tokens exceeds the maximum: 16000", "", 8000),
        ("This model's maximum context length is 8192 tokens, you asked for more", "", 8192 - 40),
    ],
)
def test_the_largest_budget_is_read_out_of_a_refusal(
    server: NanoGPT, build: Build, message: str, param: str, asked: int
) -> None:
    server.script(fails(400, message, param=param), says(SONG))

    build(max_tokens=16_000).ask()

    assert server.chats[1]["max_tokens"] == pytest.approx(asked, abs=10)


def test_a_lower_budget_is_asked_for_once_and_remembered(server: NanoGPT, build: Build) -> None:
    server.script(fails(400, "max_tokens is too large"), says(SONG), says(SONG))
    bench = build(max_tokens=16_000)

    bench.ask()
    bench.ask()

    assert [chat["max_tokens"] for chat in server.chats] == [16_000, 8000, 8000]


@pytest.mark.parametrize("first", ["max_tokens must be at most 9000", "max_tokens is too large"])
def test_a_server_that_haggles_about_the_budget_is_left(server: NanoGPT, build: Build, first: str) -> None:
    server.script(fails(400, first), fails(400, "max_tokens must be at most 4500"), says(SONG))

    assert build(["a", "b"], max_tokens=16_000).ask().model == "b"
    assert asked_models(server.chats) == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("message", "max_tokens", "sent"),
    [
        ("max_tokens is too large", 3000, [3000, 2000, 3000]),
        ("max_tokens is too large", 2000, [2000, 2000]),
        ("max_tokens must be at most 1024", 16_000, [16_000, 16_000]),
    ],
)
def test_a_budget_below_a_song_is_never_asked_for(
    server: NanoGPT, build: Build, message: str, max_tokens: int, sent: list[int]
) -> None:
    server.script(*[fails(400, message)] * (len(sent) - 1), says(SONG))

    assert build(["a", "b"], max_tokens=max_tokens).ask().model == "b"
    assert [chat["max_tokens"] for chat in server.chats] == sent


def test_a_new_name_and_a_lower_budget_go_together(server: NanoGPT, build: Build) -> None:
    new_name = (
        "Unsupported parameter: 'max_tokens'. Too many clients send it: use 'max_completion_tokens' instead."
    )
    server.script(
        fails(400, new_name), fails(400, "max_completion_tokens is too large, at most 8192"), says(SONG)
    )

    build(max_tokens=16_000).ask()

    assert server.chats[2]["max_completion_tokens"] == 8192


def test_a_rate_limit_in_tokens_is_waited_for_and_not_haggled_with(server: NanoGPT, build: Build) -> None:
    server.script(fails(429, "max_tokens exceeds your limit of 9000 tokens a minute"), says(SONG))
    bench = build(max_tokens=16_000)

    bench.ask()

    assert [chat["max_tokens"] for chat in server.chats] == [16_000, 16_000]
    assert bench.slept == [1.0]


@pytest.mark.parametrize(("most", "sent"), [(8192, 8192), (20_000, 16_000), (100, 16_000), (None, 16_000)])
def test_a_catalogue_that_is_here_caps_the_budget(
    server: NanoGPT, build: Build, most: int | None, sent: int
) -> None:
    pricing = {"prompt": 1, "completion": 1, "unit": "per_million_tokens"}
    server.offer({"data": [{"id": "model/one", "max_output_tokens": most, "pricing": pricing}]})
    server.script(says(SONG))

    build(max_tokens=16_000, max_cost_usd=5.0).ask()

    assert server.chats[0]["max_tokens"] == sent


def test_no_room_beyond_the_catalogues_is_asked_for(server: NanoGPT, build: Build) -> None:
    pricing = {"prompt": 1, "completion": 1, "unit": "per_million_tokens"}
    server.offer({"data": [{"id": "model/one", "max_output_tokens": 8192, "pricing": pricing}]})
    server.script(says("half", finish="length"))

    with pytest.raises(WriterError, match="token limit"):
        build(max_tokens=16_000, max_cost_usd=5.0).ask()

    assert len(server.chats) == 1


def test_what_was_learned_about_one_model_outlives_the_next(server: NanoGPT, build: Build) -> None:
    server.script(refuses("temperature"), says(SONG), refuses("seed"), says(SONG), says(SONG), says(SONG))
    bench = build(temperature=0.8)

    for model in ("a", "b", "a", "b"):
        bench.ask(models=[model], seed=1)

    sent = [(chat["model"], "temperature" in chat, "seed" in chat) for chat in server.chats]
    assert sent[-2:] == [("a", False, True), ("b", True, False)]
    assert len(sent) == 6


@pytest.mark.parametrize("finish", ["length", "max_tokens"])
def test_every_word_for_a_cut_is_a_cut(server: NanoGPT, build: Build, finish: str) -> None:
    server.script(says("half a", finish=finish), says(SONG))
    bench = build()

    bench.ask()

    assert bench.outcomes == ["length", "ok"]


@pytest.mark.parametrize(
    "finish", ["content_filter", "SAFETY", "recitation", "prohibited_content", "blocklist"]
)
def test_every_word_for_a_filter_brings_the_next_model(server: NanoGPT, build: Build, finish: str) -> None:
    server.script(says("half a", finish=finish), says(SONG))
    bench = build(["a", "b"])

    assert bench.ask().model == "b"
    assert bench.outcomes == ["refused", "ok"]


def test_a_server_that_always_packs_is_left_for_the_next_model(server: NanoGPT, build: Build) -> None:
    bomb = packed(b"data: " + b" " * 50_000_000)
    server.script(*[bomb] * 3, says(SONG))
    bench = build(["a", "b"])

    assert bench.ask().model == "b"
    assert bench.outcomes == ["server error"] * 3 + ["ok"]
    assert {asked.headers["accept-encoding"] for asked in server.asked} == {"identity"}


def test_the_same_refusal_twice_is_not_asked_a_third_time(server: NanoGPT, build: Build) -> None:
    server.script(refuses("temperature"), refuses("temperature"))
    bench = build(temperature=0.8)

    with pytest.raises(WriterError, match="no model answered"):
        bench.ask()

    assert len(server.chats) == 2


def test_what_one_model_refuses_the_next_one_still_gets(server: NanoGPT, build: Build) -> None:
    server.script(refuses("temperature"), fails(400, "no"), says(SONG))

    build(["a", "b"], temperature=0.8).ask()

    assert [(chat["model"], "temperature" in chat) for chat in server.chats] == [
        ("a", True),
        ("a", False),
        ("b", True),
    ]


def test_a_refusal_in_the_style_of_a_validator_is_understood(server: NanoGPT, build: Build) -> None:
    detail = [{"loc": ["body", "seed"], "msg": "extra inputs are not permitted", "type": "extra_forbidden"}]
    server.script(replies({"detail": detail}, 422), says(SONG))

    build().ask(seed=5)

    assert ["seed" in chat for chat in server.chats] == [True, False]


def test_a_model_that_cannot_stop_is_stopped(server: NanoGPT, build: Build) -> None:
    flood: list[dict[str, Any]] = [frame({"content": "la " * 100_000})] * 8
    server.script(streams(*flood), says(SONG))
    bench = build()

    reply = bench.ask()

    assert reply.text == SONG
    assert bench.outcomes == ["garbled reply", "ok"]


def test_several_choices_are_one_reply(server: NanoGPT, build: Build) -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "the other song"}, "finish_reason": None}]}
    server.script(streams(frame({"content": SONG}), other, frame({}, "stop")))

    assert build().ask().text == SONG
