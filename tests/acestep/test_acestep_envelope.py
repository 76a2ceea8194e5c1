"""The envelope of an answer."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acestep import faults
from pipeline.acestep.envelope import Letter, decoded, opened
from pipeline.errors import BandError

SERVER = "http://127.0.0.1:8000"


def letter(status: int, body: Any, retry_after: str = "") -> Letter:
    return Letter(SERVER, status, body if isinstance(body, str) else json.dumps(body), retry_after)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ({"data": {"task_id": "t"}, "code": 200, "error": None}, {"task_id": "t"}),
        ({"data": [1], "code": 0}, [1]),
        ({"data": [1]}, [1]),
        ({"data": None, "code": 200, "error": None}, None),
        ({"task_id": "t"}, {"task_id": "t"}),
        ([{"task_id": "t"}], [{"task_id": "t"}]),
        ({"object": "list", "data": [{"id": "m"}]}, [{"id": "m"}]),
    ],
)
def test_the_data_is_found_with_and_without_a_wrapper(body: Any, data: Any) -> None:
    assert data == opened(letter(200, body))


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (401, {"detail": "Invalid API key"}, faults.KeyRefused, "Invalid API key"),
        (403, {"detail": "Forbidden"}, faults.KeyRefused, "Forbidden"),
        (503, {"detail": "API key is not configured"}, faults.KeyRefused, "API key is not configured"),
        (503, {"detail": "LLM not initialized"}, faults.Ailing, "LLM not initialized"),
        (429, {"detail": "Server busy: queue is full"}, faults.Busy, "Server busy: queue is full"),
        (500, "Internal Server Error", faults.Ailing, "Internal Server Error"),
        (502, "<html>Bad Gateway</html>", faults.Ailing, ""),
        (404, {"detail": "Not Found"}, faults.Refused, "Not Found"),
        (
            422,
            {"detail": [{"msg": "field required", "loc": ["body"]}]},
            faults.Refused,
            "field required (['body'])",
        ),
        (400, {"error": {"message": "no"}}, faults.Refused, "no"),
        (415, {}, faults.Refused, ""),
        (200, {"data": None, "code": 500, "error": "LLM init failed"}, faults.Ailing, "LLM init failed"),
        (200, {"data": None, "code": 200, "error": "lost"}, faults.Ailing, "lost"),
        (200, {"data": [], "code": 401, "error": "who?"}, faults.KeyRefused, "who?"),
        (200, {"data": [], "code": [1], "error": None}, faults.Ailing, ""),
    ],
)
def test_an_error_becomes_the_fault_it_stands_for(
    status: int, body: Any, kind: type[faults.Answered], reason: str
) -> None:
    with pytest.raises(kind) as caught:
        opened(letter(status, body))

    assert kind is type(caught.value)
    assert reason == caught.value.reason
    assert SERVER in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, {"error": "boom"}, "failed (HTTP 500): boom"),
        (200, {"data": None, "code": 500, "error": "boom"}, "failed (HTTP 200 with code 500 in it): boom"),
        (200, {"data": None, "code": 200, "error": "boom"}, "failed (HTTP 200 with an error in it): boom"),
        (200, {"data": [], "code": True}, "failed (HTTP 200 with an error in it)"),
        (200, {"data": [], "code": 10**99}, "failed (HTTP 200 with an error in it)"),
        (
            200,
            {"data": [], "code": 401, "error": "who?"},
            "refuses the key (HTTP 200 with code 401 in it): who?",
        ),
    ],
)
def test_an_error_says_where_its_code_stood(status: int, body: Any, said: str) -> None:
    with pytest.raises(faults.Answered) as caught:
        opened(letter(status, body))

    assert f"the music server {SERVER} {said}" == caught.value.message


@pytest.mark.parametrize("text", ["<!doctype html><p>hi", "not json", "", "[" * 100_000, "1" * 5000])
def test_what_is_no_json_is_no_music_server(text: str) -> None:
    with pytest.raises(faults.NotAceStep) as caught:
        opened(letter(200, text))

    assert "port" in caught.value.hint


def test_a_web_page_is_called_one() -> None:
    with pytest.raises(faults.NotAceStep, match="a web page"):
        opened(letter(200, " \n<html>"))


def test_a_redirect_is_not_followed() -> None:
    with pytest.raises(faults.NotAceStep, match="redirects"):
        opened(letter(307, ""))


@pytest.mark.parametrize(
    ("header", "expected"), [("30", 30.0), ("999999", 3600.0), ("soon", 0.0), ("", 0.0), ("٣", 0.0)]
)
def test_a_full_queue_says_when_to_come_again(header: str, expected: float) -> None:
    with pytest.raises(faults.Busy) as caught:
        opened(letter(429, {"detail": "Server busy"}, header))

    assert expected == caught.value.retry_after_s


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["data", "code", "error", "detail", "message", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from([200, 307, 400, 401, 404, 422, 429, 500, 503]))
def test_no_answer_breaks_the_opener(body: Any, status: int) -> None:
    with suppress(BandError):
        opened(letter(status, json.dumps(body)))


def test_depth_is_an_error_of_the_text() -> None:
    with pytest.raises(ValueError, match="deep"):
        decoded("[" * 100_000)
