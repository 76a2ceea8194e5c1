"""The scripted server is itself under test: what it promises, it sends."""

import gzip
import http.client
import json

import pytest

from tests.fakes.nanogpt import (
    DONE,
    PING,
    NanoGPT,
    Scripted,
    asked_models,
    broke,
    fails,
    frame,
    packed,
    says,
    streams,
)


def post(server: NanoGPT, path: str = "/api/v1/chat/completions", **body: object) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", int(server.base_url.split(":")[2].split("/")[0]))
    try:
        connection.request("POST", path, json.dumps(body), {"Authorization": "Bearer k"})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers["x-request-id"]
    finally:
        connection.close()


def test_it_streams_when_it_is_asked_to_and_only_then() -> None:
    with NanoGPT(says("one ", "two"), says("one ", "two")) as server:
        streamed = post(server, stream=True)[1]
        whole = json.loads(post(server)[1])

    assert streamed.count(b"data: ") == 4
    assert streamed.endswith(DONE)
    assert whole["choices"][0]["message"]["content"] == "one two"


def test_it_remembers_what_it_was_asked_in_order() -> None:
    with NanoGPT(says("a"), says("b")) as server:
        post(server, model="first")
        post(server, model="second")

    assert asked_models(server.chats) == ["first", "second"]
    assert server.asked[0].headers["authorization"] == "Bearer k"


def test_it_sends_the_frames_as_they_are_scripted() -> None:
    with NanoGPT(streams(PING, frame({"content": "x"}), 0.01, done=False)) as server:
        body = post(server, stream=True)[1]

    assert body.startswith(PING + b'data: {"id": "chatcmpl-1"')
    assert DONE not in body


def test_it_hangs_up_in_the_middle_when_told_to() -> None:
    with (
        NanoGPT(streams(frame({"content": "x"}), hang_up=True)) as server,
        pytest.raises(http.client.IncompleteRead),
    ):
        post(server, stream=True)


def test_it_speaks_the_odd_errors() -> None:
    with NanoGPT(
        broke(0.5), fails(429, "slow down", "rate", retry_after="3"), Scripted(status=503)
    ) as server:
        poor, hasty, down = (post(server) for _ in range(3))

    assert (402, {"error": "Insufficient balance", "requiredBalance": 0.5, "status": 402}) == (
        poor[0],
        json.loads(poor[1]),
    )
    assert (429, "rate") == (hasty[0], json.loads(hasty[1])["error"]["code"])
    assert (503, b"", "req-1") == down


def test_without_a_script_it_says_so() -> None:
    with NanoGPT() as server:
        status, body, _ = post(server)

    assert status == 400
    assert b"nothing is scripted" in body


def test_a_pause_ends_with_the_server() -> None:
    server = NanoGPT(streams(60.0))
    with server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.base_url.split(":")[2].split("/")[0]))
        connection.request("POST", "/api/v1/chat/completions", "{}")
    connection.close()

    assert len(server.asked) <= 1


def test_it_packs_without_being_asked() -> None:
    with NanoGPT(packed(b"la " * 1000)) as server:
        body = post(server)[1]

    assert gzip.decompress(body) == b"la " * 1000
