"""The scripted image server is itself under test: what it promises, it reads and sends."""

import base64
import http.client
import json
import time
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.fakes.gallery import FORMAT_REFUSED, Gallery, draws, hangs, picture, points
from tests.fakes.scribe import Reply, fails

ASKED = {"model": "brush-1", "prompt": "a lamp"}


@pytest.fixture
def server() -> Iterator[Gallery]:
    with Gallery() as running:
        yield running


def visit(
    server: Gallery, method: str, path: str, asked: object = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
    try:
        connection.request(method, path, json.dumps(asked or {}), {"Authorization": "Bearer k"})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def ask(server: Gallery, **more: str) -> tuple[int, bytes, http.client.HTTPMessage]:
    return visit(server, "POST", "/v1/images/generations", ASKED | more)


def test_it_hands_a_picture_over_byte_for_byte(server: Gallery) -> None:
    server.script(draws(b"\x00\xff picture"))

    _, body, _ = ask(server)

    assert b"\x00\xff picture" == base64.b64decode(json.loads(body)["data"][0]["b64_json"])
    assert ([ASKED], "Bearer k") == (server.asked, server.visits[0].headers["authorization"])


def test_it_hangs_a_picture_up_and_says_where(server: Gallery) -> None:
    url = server.hang(hangs(b"first", status=500), hangs(b"second"))
    server.script(points(url))

    _, body, _ = ask(server)
    seen = [visit(server, "GET", urlsplit(url).path)[:2] for _ in range(3)]

    assert url == json.loads(body)["data"][0]["url"]
    assert [(500, b"first"), (200, b"second"), (200, b"second")] == seen


def test_a_plain_one_refuses_the_format_and_draws_without(server: Gallery) -> None:
    server.plain_only = True
    server.script(draws(b"drawn"))

    refused, drawn = ask(server, response_format="b64_json"), ask(server)

    assert (400, FORMAT_REFUSED) == (refused[0], json.loads(refused[1])["error"]["message"])
    assert 200 == drawn[0]


def test_its_picture_is_one() -> None:
    with Image.open(BytesIO(picture(64, "WEBP"))) as image:
        image.load()

        assert ("WEBP", (64, 64)) == (image.format, image.size)


def test_it_speaks_errors_and_sends_elsewhere(server: Gallery) -> None:
    server.script(fails(429, "slow down", retry_after="3"), Reply(b"", 302))

    hasty, elsewhere, over = (ask(server) for _ in range(3))

    assert (429, "3") == (hasty[0], hasty[2]["retry-after"])
    assert (302, f"{server.address}/kept/picture.png") == (elsewhere[0], elsewhere[2]["location"])
    assert b"nothing is scripted" in over[1]


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/chat/completions"), ("GET", "/kept/other.png")])
def test_it_knows_only_its_own_addresses(server: Gallery, method: str, path: str) -> None:
    assert 404 == visit(server, method, path)[0]


def test_it_hangs_up_in_the_middle_when_told_to(server: Gallery) -> None:
    server.script(Reply(b"x" * 100, hang_up=True))

    with pytest.raises(http.client.IncompleteRead):
        ask(server)


@pytest.mark.parametrize("slow", [Reply(b"{}", wait_s=60.0), Reply(b"x" * 60, trickle_s=1.0)])
def test_a_slow_answer_ends_with_the_server(slow: Reply) -> None:
    server = Gallery(slow)
    began = time.monotonic()
    with server:
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        connection.request("POST", "/v1/images/generations", "{}")
    connection.close()

    assert time.monotonic() - began < 5.0
