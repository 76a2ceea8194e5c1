"""The chain: who is asked next, and what ends it at once."""

import pytest

from pipeline.errors import BalanceEmpty, KeyRejected, WriterError
from tests.fakes.nanogpt import (
    Answer,
    NanoGPT,
    Scripted,
    asked_models,
    broke,
    fails,
    frame,
    page,
    replies,
    says,
    streams,
)
from tests.llm.conftest import KEY, Build

SONG = "[Verse]\nsalt on the sill"
REFUSAL = "I'm sorry, but I can't help with writing that song."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(fails(404, "no such model", "model_not_found"), "unknown model", id="404"),
        pytest.param(fails(400, "The model `x` does not exist"), "unknown model", id="400 in words"),
        pytest.param(fails(503, "none", "model_not_available"), "unknown model", id="503 with the code"),
        pytest.param(
            fails(403, "not in your plan", "model_not_allowed"), "model not allowed", id="not in the plan"
        ),
        pytest.param(
            replies({"error": {"message": "Your input was flagged by moderation", "code": 403}}, 403),
            "refused",
            id="403 of a moderation",
        ),
        pytest.param(fails(403, "This violates our usage policy"), "refused", id="403 of a policy"),
        pytest.param(fails(403, "harmful content"), "refused", id="403 for its content"),
        pytest.param(fails(403, "Not available in your country"), "model not allowed", id="403 of a country"),
        pytest.param(fails(403, "no access to this model"), "model not allowed", id="403 of a model"),
        pytest.param(replies({"error": "model 'x' not found"}, 404), "unknown model", id="Ollama's words"),
        pytest.param(fails(400, "no", "content_policy_violation"), "refused", id="content policy"),
        pytest.param(says("I", finish="content_filter"), "refused", id="content filter"),
        pytest.param(streams(frame({"refusal": "No."}), frame({}, "stop")), "refused", id="message.refusal"),
        pytest.param(says(REFUSAL), "refused", id="refusal in words"),
        pytest.param(fails(400, "too long", "context_length_exceeded"), "prompt too long", id="context"),
        pytest.param(fails(413), "prompt too long", id="413"),
        pytest.param(fails(409), "request rejected", id="409"),
        pytest.param(fails(400, "malformed messages"), "request rejected", id="400"),
    ],
)
def test_the_next_model_is_asked_at_once(server: NanoGPT, build: Build, answer: Answer, reason: str) -> None:
    server.script(answer, says(SONG))
    bench = build(["first", "second"])

    reply = bench.ask()

    assert (reply.model, reply.text) == ("second", SONG)
    assert bench.outcomes == [reason, "ok"]
    assert [attempt.outcome for attempt in reply.attempts] == [reason, "ok"]
    assert bench.slept == []
    assert reply.fallbacks[0].startswith("first: ")


def test_a_song_that_says_sorry_is_a_song(server: NanoGPT, build: Build) -> None:
    song = "PROMPT: slow soul\nLYRICS:\n[Verse]\nI'm sorry, I can't stay\n[Chorus]\nSorry, I can't"
    server.script(says(song))

    assert build().ask().text == song


def test_repeated_server_errors_bring_the_next_model(server: NanoGPT, build: Build) -> None:
    server.script(*[fails(503)] * 3, says(SONG))
    bench = build(["first", "second"])

    reply = bench.ask()

    assert asked_models(server.chats) == ["first"] * 3 + ["second"]
    assert bench.slept == [1.0, 2.0]
    assert "3 attempts" in reply.fallbacks[0]


OFFERED = {"data": [{"id": name} for name in ("anthropic/claude-opus-4.6", "openai/gpt-5.2", None)]}


def test_an_unknown_model_is_told_with_the_nearest_known_ones(server: NanoGPT, build: Build) -> None:
    server.offer(OFFERED)
    server.script(fails(404, "no", "model_not_found"), says(SONG))
    bench = build(["claude-opus-4.5", "openai/gpt-5.2"])

    bench.ask()

    assert bench.onlooker.notes[-1] == "'claude-opus-4.5' may mean anthropic/claude-opus-4.6"


def test_when_every_model_is_unknown_the_error_names_the_nearest(server: NanoGPT, build: Build) -> None:
    server.offer(OFFERED)
    server.script(fails(404, "no", "model_not_found"), fails(404, "no", "model_not_found"))

    with pytest.raises(WriterError) as told:
        build(["gpt-5.3", "zzz"]).ask()

    assert told.value.hint.startswith("'gpt-5.3' may mean openai/gpt-5.2; choose other models")


def test_a_model_that_is_listed_and_unknown_is_not_said_to_mean_itself(server: NanoGPT, build: Build) -> None:
    server.offer(OFFERED)
    server.script(fails(404, "no", "model_not_found"))

    with pytest.raises(WriterError) as told:
        build(["openai/gpt-5.2"]).ask()

    assert told.value.hint.startswith("choose other models")


def test_a_model_that_the_key_may_not_use_is_told_so(server: NanoGPT, build: Build) -> None:
    server.offer(OFFERED)
    server.script(fails(403, "not in your plan", "model_not_allowed"))

    with pytest.raises(WriterError) as told:
        build(["gpt-5.3"]).ask()

    assert str(told.value) == (
        "no model answered: gpt-5.3: this key may not use this model (403): not in your plan (1 attempt)"
    )
    assert "may mean" not in told.value.hint


def test_a_rejected_request_is_told_with_its_model_and_the_words_of_the_server(
    server: NanoGPT, build: Build
) -> None:
    server.script(fails(400, "messages must alternate"))

    with pytest.raises(WriterError, match=r": a: request rejected \(400\): messages must alternate \("):
        build(["a"]).ask()


def test_the_catalogue_is_not_asked_while_the_chain_is_at_work(server: NanoGPT, build: Build) -> None:
    server.script(fails(404, "no", "model_not_found"), says(SONG))

    build(["x", "y"]).ask()

    assert [asked.method for asked in server.asked] == ["POST", "POST", "GET"]


def test_without_a_catalogue_the_chain_goes_on_all_the_same(server: NanoGPT, build: Build) -> None:
    server.offer({"error": "down"})
    server.script(fails(404, "no", "model_not_found"), says(SONG))

    assert build(["x", "y"]).ask().model == "y"


def test_the_models_of_the_brief_replace_the_chain(server: NanoGPT, build: Build) -> None:
    server.script(fails(503), fails(503), fails(503), says(SONG))

    reply = build(["never"]).ask(models=["mine", "mine", "other"])

    assert reply.model == "other"
    assert asked_models(server.chats) == ["mine"] * 3 + ["other"]


def test_when_nobody_answers_one_line_tells_what_was_tried(server: NanoGPT, build: Build) -> None:
    server.script(fails(404, "gone", "model_not_found"), *[fails(503, "over\nloaded")] * 3, says(REFUSAL))
    bench = build(["a", "b", "c"])

    with pytest.raises(WriterError) as told:
        bench.ask()

    assert str(told.value) == (
        "no model answered (3 tried); the last: c: the model refused in words (1 attempt)"
    )
    assert [note for note in bench.onlooker.notes if note.endswith(("attempt)", "attempts)"))] == [
        "a: unknown model (404): gone (1 attempt)",
        "b: server error (503): over loaded (3 attempts)",
        "c: the model refused in words (1 attempt)",
    ]
    assert str(bench.folder) in told.value.hint
    assert bench.outcomes == ["unknown model", *["server error"] * 3, "refused"]


@pytest.mark.parametrize(
    "answer",
    [
        fails(401, "Invalid API key"),
        fails(401, "flagged by moderation"),
        fails(403, "Forbidden"),
        fails(403, "Invalid API key for this model"),
        page(403),
    ],
)
def test_a_bad_key_stops_the_chain_and_names_the_variable(
    server: NanoGPT, build: Build, answer: Answer
) -> None:
    server.script(answer)
    bench = build(["a", "b"])

    with pytest.raises(KeyRejected, match="does not accept the key in NANOGPT_API_KEY") as told:
        bench.ask()

    assert len(server.chats) == 1
    assert "NANOGPT_API_KEY" in told.value.hint
    assert bench.outcomes == ["key rejected"]


def test_a_missing_key_is_told_as_missing(server: NanoGPT, build: Build) -> None:
    server.script(fails(401, "Missing API key", "missing_api_key"))

    with pytest.raises(KeyRejected, match="NANOGPT_API_KEY is not set"):
        build(key="").ask()


def test_an_empty_balance_stops_and_says_what_is_needed_and_left(server: NanoGPT, build: Build) -> None:
    server.hold({"usd_balance": "0.00120000", "nano_balance": "0"})
    server.script(broke(0.0035))

    with pytest.raises(BalanceEmpty) as told:
        build(["a", "b"]).ask()

    assert "0.0035 USD needed, 0.0012 USD left" in str(told.value)
    assert "NANOGPT_API_KEY" in str(told.value)
    assert len(server.chats) == 1


@pytest.mark.parametrize(
    "answer",
    [
        fails(402, "pay first", "insufficient_quota"),
        fails(429, "You exceeded your current quota", "insufficient_quota"),
        replies({"error": "Insufficient balance", "status": 402}),
        streams({"error": {"status": 402, "message": "Insufficient balance", "code": "insufficient_quota"}}),
    ],
)
def test_an_empty_balance_is_known_in_every_shape(server: NanoGPT, build: Build, answer: Answer) -> None:
    server.script(answer)

    with pytest.raises(BalanceEmpty, match=r"holds too little$"):
        build(["a", "b"]).ask()

    assert server.asked[-1].path == "/api/check-balance"


def test_a_short_retry_after_is_obeyed(server: NanoGPT, build: Build) -> None:
    server.script(fails(429, retry_after="7"), fails(503, retry_after_ms="2500"), says(SONG))
    bench = build()

    bench.ask()

    assert bench.slept == [7.0, 2.5]


def test_a_retry_after_may_be_a_date(server: NanoGPT, build: Build) -> None:
    server.script(fails(429, retry_after="Sat, 14 Feb 2026 10:15:09 GMT"), says(SONG))
    bench = build()

    bench.ask()

    assert bench.slept == [9.0]


def test_a_long_retry_after_stops_with_the_time_of_the_reset(server: NanoGPT, build: Build) -> None:
    server.script(fails(429, "daily limit", "daily_rpd_limit", retry_after="7500"))
    bench = build(["a", "b"])

    with pytest.raises(WriterError, match=r"next request at 2026-02-14 12:20 \(2 h 5 min\)") as told:
        bench.ask()

    assert told.value.hint == "wait until 2026-02-14 12:20"

    assert (len(server.chats), bench.slept) == (1, [])


def test_a_long_retry_after_stops_even_when_it_was_the_last_attempt(server: NanoGPT, build: Build) -> None:
    server.script(fails(429, retry_after="7500"))

    with pytest.raises(WriterError, match="next request at"):
        build(["a", "b"], attempts=1).ask()


def test_a_daily_limit_without_a_time_stops_as_well(server: NanoGPT, build: Build) -> None:
    server.script(fails(429, "spent", "daily_usd_limit_exceeded"))

    with pytest.raises(WriterError, match="allows no more requests for now"):
        build(["a", "b"]).ask()


@pytest.mark.parametrize(("seconds", "model", "slept"), [("60", "a", [60.0]), ("61", "b", [])])
def test_nobody_waits_for_a_broken_server_longer_than_allowed(
    server: NanoGPT, build: Build, seconds: str, model: str, slept: list[float]
) -> None:
    server.script(fails(503, retry_after=seconds), says(SONG))
    bench = build(["a", "b"], total_s=10_000.0)

    assert bench.ask().model == model
    assert bench.slept == slept


def test_a_server_that_is_down_for_long_brings_the_next_model(server: NanoGPT, build: Build) -> None:
    server.script(fails(503, retry_after="900"), says(SONG))
    bench = build(["a", "b"])

    assert bench.ask().model == "b"
    assert bench.slept == []


@pytest.mark.parametrize(
    "answer", [page(404), replies({"detail": "Not Found"}, 404), Scripted((), 301, {"Location": "http://[x"})]
)
def test_a_wrong_address_stops_at_once(server: NanoGPT, build: Build, answer: Answer) -> None:
    server.script(answer)

    with pytest.raises(WriterError) as told:
        build(["a", "b"]).ask()

    assert "llm.base_url" in told.value.hint
    assert len(server.chats) == 1


@pytest.mark.parametrize(("cut", "told_so"), [("", False), ("/v1", True)])
def test_a_path_that_the_server_does_not_know_may_lack_its_version(
    server: NanoGPT, build: Build, cut: str, told_so: bool
) -> None:
    server.script(page(404))

    with pytest.raises(WriterError) as told:
        build(base_url=server.base_url.removesuffix(cut)).ask()

    assert told_so is told.value.hint.endswith("most servers want /v1 at the end of llm.base_url")


def test_what_a_server_says_in_hidden_characters_is_told_in_plain_ones(server: NanoGPT, build: Build) -> None:
    words = "no \ud800\x1b[31m\u202e\x00way" + "!" * 5000
    server.script(fails(400, words, "odd\udc00"), streams(frame({"refusal": words}), frame({}, "stop")))
    bench = build(["a", "b"])

    with pytest.raises(WriterError) as told:
        bench.ask()

    said = [str(told.value), *bench.onlooker.notes, *(line["detail"] for line in bench.journal)]
    assert all(text.isprintable() and len(text) < 400 for text in said)
    assert "no \ufffd [31m way!" in said[0]


def test_a_redirect_is_not_followed_with_the_key(server: NanoGPT, build: Build) -> None:
    with NanoGPT() as elsewhere:
        server.script(Scripted((), 307, {"Location": f"{elsewhere.base_url}/chat/completions"}))

        with pytest.raises(WriterError, match="sends us elsewhere"):
            build().ask()

        assert elsewhere.asked == []


def test_a_server_that_is_not_there_stops_after_its_attempts(build: Build) -> None:
    with NanoGPT() as gone:
        base_url = gone.base_url
    bench = build(["a", "b"], base_url=base_url)

    with pytest.raises(WriterError, match="cannot be reached"):
        bench.ask()

    assert bench.outcomes == ["unreachable"] * 3
    assert bench.slept == [1.0, 2.0]


def test_a_writer_never_shows_its_key(build: Build) -> None:
    bench = build()

    assert KEY not in repr(bench.writer) + repr(vars(bench.writer))


def test_a_balance_that_cannot_be_asked_is_left_out(server: NanoGPT, build: Build) -> None:
    server.balance_answer = fails(401, "no")
    server.script(broke(0.0035))

    with pytest.raises(BalanceEmpty, match=r"0\.0035 USD needed$"):
        build().ask()
