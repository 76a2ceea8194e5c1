"""The key: it goes to its server and nowhere else, whatever the server does with it."""

import traceback

import pytest

from pipeline.errors import KeyRejected, WriterError
from pipeline.llm.balance import balance
from pipeline.llm.catalogue import models
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.redact import Redactor
from pipeline.llm.wire import Line
from tests.fakes.nanogpt import Answer, NanoGPT, Scripted, fails, frame, replies, says, streams
from tests.llm.conftest import KEY, Build

HALVES = (KEY[:9], KEY[9:20], KEY[20:])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(fails(401, f"key {KEY} is revoked"), id="401"),
        pytest.param(fails(400, f"Bearer {KEY} is odd"), id="400"),
        pytest.param(fails(503, "sorry", f"code-{KEY}"), id="as a code"),
        pytest.param(replies({"error": f"no money for {KEY}"}, 402), id="402"),
        pytest.param(Scripted((KEY.encode(),), 500, {"X-Request-ID": KEY}), id="as plain text and as the id"),
        pytest.param(streams({"error": {"message": f"who is {KEY}"}}), id="error frame"),
        pytest.param(streams(frame({"refusal": f"not for {KEY}"}), frame({}, "stop")), id="refusal"),
        pytest.param(streams(frame({"content": "x"}, f"odd {KEY}")), id="finish reason"),
        pytest.param(streams(frame({"content": KEY}), done=False), id="half a reply"),
    ],
)
def test_a_server_that_shouts_the_key_is_not_repeated(server: NanoGPT, build: Build, answer: Answer) -> None:
    server.script(*[answer] * 3)
    bench = build()

    with pytest.raises(WriterError) as told:
        bench.ask()

    assert KEY not in f"{told.value} {told.value.hint} {bench.written()}"


def test_a_reply_with_the_key_in_pieces_is_masked_everywhere(server: NanoGPT, build: Build) -> None:
    server.script(says("line ", *HALVES, " end", reasoning=KEY, usage={"prompt_tokens": 1, KEY: [KEY]}))
    bench = build()

    reply = bench.ask()

    assert reply.text == "line [key] end"
    assert "".join(bench.onlooker.heard) == "line [key] end"
    assert KEY not in bench.written()


def test_what_only_begins_like_the_key_is_passed_on(server: NanoGPT, build: Build) -> None:
    server.script(says("sk-", "nano", "tech ", KEY[:20]))
    bench = build()

    reply = bench.ask()

    assert "".join(bench.onlooker.heard) == reply.text == f"sk-nanotech {KEY[:20]}"


def test_a_short_placeholder_key_is_not_cut_out_of_the_song(server: NanoGPT, build: Build) -> None:
    server.script(says("none of the tides"))

    assert build(key="none").ask().text == "none of the tides"


def test_other_keys_in_an_error_are_masked_too() -> None:
    assert Redactor("").clean("Incorrect API key provided: sk-proj-abcdefghijklmnop") == (
        "Incorrect API key provided: [key]"
    )
    assert "Redactor()" == repr(Redactor(KEY))


@pytest.mark.parametrize("key", ["two words", "naïve-key-000000", "line\nbreak"])
def test_a_key_that_cannot_be_one_is_refused_without_repeating_it(build: Build, key: str) -> None:
    with pytest.raises(KeyRejected, match="NANOGPT_API_KEY") as told:
        build(key=key)

    assert key not in str(told.value)


def test_doctors_questions_do_not_repeat_the_key(server: NanoGPT) -> None:
    server.offer(f"hello {KEY}")
    with pytest.raises(WriterError) as told:
        models(Endpoint(server.base_url, KEY))

    assert KEY not in str(told.value)
    assert balance(Endpoint(server.base_url, KEY)) is None


def test_the_chain_of_causes_does_not_hold_the_key_either(server: NanoGPT, build: Build) -> None:
    server.script(fails(401, f"key {KEY} is revoked"))

    with pytest.raises(KeyRejected) as told:
        build().ask()

    assert KEY not in "".join(traceback.format_exception(told.value))


def test_a_bill_nested_without_end_is_cut_short() -> None:
    bill: object = KEY
    for _ in range(3000):
        bill = [bill]

    assert "[[[[[[None]]]]]]" == str(Redactor(KEY).deep(bill))


def test_a_server_that_wants_a_key_is_not_asked_without_one() -> None:
    endpoint = Endpoint("https://models.example/v1", key_name="NANOGPT_API_KEY", wants_key=True)

    with pytest.raises(KeyRejected, match=r"no key for models\.example") as caught:
        endpoint.demand_key()

    assert "export NANOGPT_API_KEY" in caught.value.hint


def test_the_key_is_not_sent_to_another_origin(server: NanoGPT) -> None:
    with NanoGPT() as other:
        line = Line(Endpoint(server.base_url, KEY), 5.0)
        list(line.fetch("GET", f"{other.base_url}/models"))
        list(line.fetch("GET", f"{server.base_url}/models"))
        line.close()

    assert "authorization" not in other.asked[0].headers
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("far", [True, False])
def test_a_proxy_of_the_environment_is_for_far_servers_only(
    server: NanoGPT, monkeypatch: pytest.MonkeyPatch, far: bool
) -> None:
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with NanoGPT() as proxy:
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.base_url.removesuffix("/api/v1"))
        models(Endpoint("http://models.example/v1" if far else server.base_url, KEY))

    assert (len(proxy.asked), len(server.asked)) == ((1, 0) if far else (0, 1))
