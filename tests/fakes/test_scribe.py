"""The scripted transcription server is itself under test: what it promises, it reads and sends."""

import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.fakes.scribe import (
    LINE_S,
    WORD_S,
    Reply,
    Scribe,
    fails,
    hears,
    hears_lines,
    hears_tokens,
    huge,
    page,
    says,
    sung,
)

EVERY_BYTE = bytes(range(256)) + b"\r\n\r\r\n--part\n" + b"\x00" * 10
BODY = (
    b'--cut\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="take.mp3"\r\n'
    b"Content-Type: audio/mpeg\r\n\r\n" + EVERY_BYTE + b"\r\n--cut--\r\n"
)


@pytest.fixture
def server() -> Iterator[Scribe]:
    with Scribe() as running:
        yield running


def post(
    server: Scribe, path: str = "/v1/audio/transcriptions"
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
    try:
        head = {"Content-Type": "multipart/form-data; boundary=cut", "Authorization": "Bearer k"}
        connection.request("POST", path, BODY, head)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def test_it_reads_the_upload_byte_for_byte(server: Scribe) -> None:
    post(server)

    (upload,) = server.uploads
    assert ("take.mp3", "audio/mpeg", EVERY_BYTE) == (upload.file_name, upload.file_type, upload.file)
    assert {"model": "whisper-1"} == upload.form
    assert "Bearer k" == upload.headers["authorization"]


def test_it_sings_lines_at_the_times_it_is_told() -> None:
    words = sung(["one two", "three"], at_s=5.0, shift_s=1.0)

    assert [("one", 6.0), ("two", 6.0 + WORD_S), ("three", 6.0 + LINE_S)] == [
        (word["word"], word["start"]) for word in words
    ]


def test_it_answers_in_order_and_then_says_that_it_is_over(server: Scribe) -> None:
    server.script(hears(sung(["la"])), says("la"))

    bodies = [json.loads(post(server)[1]) for _ in range(3)]

    assert [["la"], None, None] == [
        [word["word"] for word in body["words"]] if "words" in body else None for body in bodies
    ]
    assert "nothing is scripted" in bodies[2]["error"]["message"]


def test_it_tells_times_of_segments_or_of_tokens_inside_them(server: Scribe) -> None:
    server.script(hears_lines(["one two"], 4.0), hears_tokens([(" That", 0.1, 0.3), ("'s", 0.3, 0.5)]))

    lines, tokens = (json.loads(post(server)[1]) for _ in range(2))

    assert (None, 4.0, 4.0 + LINE_S) == (
        lines["words"],
        lines["segments"][0]["start"],
        lines["segments"][0]["end"],
    )
    assert ("words" in tokens, "'s") == (False, tokens["segments"][0]["words"][1]["word"])


def test_it_speaks_errors_pages_and_floods(server: Scribe) -> None:
    server.script(fails(429, "slow down", "rate", retry_after="3"), page(), huge(100_000))

    hasty, lost, flood = (post(server) for _ in range(3))

    assert (429, "3") == (hasty[0], hasty[2]["retry-after"])
    assert "text/html" == lost[2]["content-type"]
    assert 99_990 < len(json.loads(flood[1])["text"]) <= 100_000


def test_it_knows_only_its_own_address(server: Scribe) -> None:
    assert 404 == post(server, "/v1/chat/completions")[0]


def test_it_hangs_up_in_the_middle_when_told_to(server: Scribe) -> None:
    server.script(Reply(b"x" * 100, hang_up=True))

    with pytest.raises(http.client.IncompleteRead):
        post(server)


@pytest.mark.parametrize("slow", [Reply(b"{}", wait_s=60.0), Reply(b"x" * 60, trickle_s=1.0)])
def test_a_slow_answer_ends_with_the_server(slow: Reply) -> None:
    server = Scribe(slow)
    began = time.monotonic()
    with server:
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        connection.request("POST", "/v1/audio/transcriptions", "")
    connection.close()

    assert time.monotonic() - began < 5.0
