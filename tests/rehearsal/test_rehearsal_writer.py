"""The writer on the wire, as the `openai` package meets it."""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import openai
import pytest

from pipeline.brief import Brief
from pipeline.rehearsal.order import Order
from pipeline.rehearsal.songwriter import compose
from pipeline.rehearsal.studio import RehearsalStudio
from pipeline.rehearsal.writer_faults import BAD_DRAFT
from pipeline.settings import packaged
from pipeline.settings.taste import load_taste
from pipeline.settings.templates import load_templates
from pipeline.track import REHEARSAL_WRITER
from pipeline.writing import prompt

Open = Callable[..., AbstractContextManager[openai.OpenAI]]
BRIEF: Any = [
    {"role": "system", "content": "You write songs."},
    {"role": "user", "content": "a ferry, 60 seconds"},
]
SONG = compose(Order("a ferry, 60 seconds", duration_s=60.0), 5)


def asked(client: openai.OpenAI, **changes: Any) -> Any:
    """Ask for a song in one piece."""
    wanted: dict[str, Any] = {"model": REHEARSAL_WRITER, "messages": BRIEF, "seed": 5, **changes}
    return client.chat.completions.create(**wanted)


def streamed(client: openai.OpenAI, **changes: Any) -> list[Any]:
    """Ask for a song as a stream, and give its chunks."""
    return list(asked(client, stream=True, **changes))


def text(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def finish(chunks: list[Any]) -> str | None:
    return next((chunk.choices[0].finish_reason for chunk in reversed(chunks) if chunk.choices), None)


def test_a_song_comes_in_one_piece(writer: Open) -> None:
    with writer() as client:
        answer = asked(client)

    assert SONG == answer.choices[0].message.content
    assert "stop" == answer.choices[0].finish_reason
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 100
    assert 0 == answer.model_extra["x_nanogpt_pricing"]["cost"]


def test_a_stream_brings_the_same_song_in_pieces(writer: Open) -> None:
    with writer() as client:
        chunks = streamed(client)

    assert SONG == text(chunks)
    assert len(chunks) > 20
    assert "stop" == finish(chunks)
    assert all(chunk.usage is None for chunk in chunks)


def test_a_stream_tells_the_usage_when_it_is_asked_to(writer: Open) -> None:
    with writer() as client:
        chunks = streamed(client, stream_options={"include_usage": True})

    assert [] == chunks[-1].choices
    assert chunks[-1].usage.completion_tokens > 50
    assert 0 == chunks[-1].model_extra["x_nanogpt_pricing"]["cost"]


def test_another_seed_brings_another_song(writer: Open) -> None:
    with writer() as client:
        songs = {asked(client, seed=seed).choices[0].message.content for seed in (1, 2, 2)}

    assert 2 == len(songs)


def test_the_one_model_is_listed_and_is_free(writer: Open) -> None:
    with writer() as client:
        (model,) = client.models.list()
        answer = asked(client, model=model.id)

    assert ("rehearsal/songwriter",) * 2 == (model.id, answer.model)
    pricing = (model.model_extra or {})["pricing"]
    assert (0, 0) == (pricing["prompt"], pricing["completion"])


@pytest.mark.parametrize("name", ["anthropic/claude-opus-4.6", "Rehearsal/Songwriter"])
def test_no_other_model_is_impersonated(writer: Open, name: str) -> None:
    with writer() as client, pytest.raises(openai.NotFoundError) as caught:
        asked(client, model=name)

    assert ("model_not_found", "model") == (caught.value.code, caught.value.param)


def order(language: str, *, instrumental: bool = False) -> Any:
    """Ask the way songpipe does."""
    brief = Brief(text="a ferry", instrumental=instrumental)
    taste = load_taste("default", [packaged.folder("configs") / "taste"])
    asked_ = prompt.opening(brief, taste, load_templates(None), 60, language)
    return [{"role": turn.role, "content": turn.content} for turn in asked_]


@pytest.mark.parametrize("language", ["de", "ja", "yue"])
def test_a_song_in_a_language_it_does_not_know_is_refused(plain: RehearsalStudio, language: str) -> None:
    body = {"model": REHEARSAL_WRITER, "messages": order(language)}

    answer = httpx.post(f"{plain.writer_url}/chat/completions", json=body, trust_env=False)

    error = answer.json()["error"]
    assert (400, "unsupported_language") == (answer.status_code, error["code"])
    assert "sings English only; leave --language out" in error["message"]


@pytest.mark.parametrize(
    ("language", "instrumental"), [("en", False), ("unknown", False), ("ja", True), ("en", True)]
)
def test_english_and_what_needs_no_language_is_written(
    writer: Open, language: str, instrumental: bool
) -> None:
    with writer() as client:
        answer = asked(client, messages=order(language, instrumental=instrumental))

    assert "LYRICS:" in answer.choices[0].message.content


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"messages": [{"role": "user", "content": "x"}]}', 400),
        (b'{"model": "rehearsal/songwriter", "messages": []}', 400),
        (b'{"model": "rehearsal/songwriter", "messages": ["x"]}', 400),
        (b'{"model": "nobody", "messages": [{"role": "user", "content": "x"}]}', 404),
    ],
)
def test_a_bad_request_is_refused_in_openai_s_shape(plain: RehearsalStudio, body: bytes, status: int) -> None:
    answer = httpx.post(f"{plain.writer_url}/chat/completions", content=body, trust_env=False)

    assert status == answer.status_code
    assert {"message", "type", "param", "code"} == set(answer.json()["error"])


def test_a_key_is_checked_when_the_studio_has_one(writer: Open) -> None:
    with writer(key="secret") as client:
        with pytest.raises(openai.AuthenticationError):
            asked(client)
        answer = asked(client.with_options(api_key="secret"))

    assert "stop" == answer.choices[0].finish_reason


# Statuses ------------------------------------------------------------------------------------------------

STATUSES: dict[str, tuple[int, str | None]] = {
    "unknown-model": (404, "model_not_found"),
    "content-policy": (400, "content_policy_violation"),
    "401": (401, "invalid_api_key"),
    "402": (402, None),
    "402-quota": (402, "insufficient_quota"),
    "403": (403, "model_not_allowed"),
    "408": (408, "timeout"),
    "429-short": (429, "rate_limited"),
    "429-long": (429, "daily_usd_limit_exceeded"),
    "500": (500, "server_error"),
    "503-html": (503, None),
}


@pytest.mark.parametrize("stream", [False, True])
def test_faults_with_a_status_answer_with_it_and_its_code(writer: Open, stream: bool) -> None:
    told: dict[str, tuple[int, str | None]] = {}

    with writer(*(f"{fault}:1" for fault in STATUSES)) as client:
        for fault in STATUSES:
            with pytest.raises(openai.APIStatusError) as caught:
                asked(client, stream=stream)
            told[fault] = (caught.value.status_code, caught.value.code)
        recovered = asked(client)

    assert STATUSES == told
    assert SONG == recovered.choices[0].message.content


def test_an_empty_account_says_how_much_is_needed_and_what_is_left(writer: Open) -> None:
    with writer("402") as client:
        with pytest.raises(openai.APIStatusError) as caught:
            asked(client)
        account = httpx.post(str(client.base_url.join("/check-balance")), trust_env=False).json()

    told = json.loads(caught.value.response.content)
    assert ("Insufficient balance", 0.0351, 0.0012) == (
        told["error"],
        told["requiredBalance"],
        told["balance"],
    )
    assert 0.0012 == float(account["usd_balance"])


def test_rate_limits_say_when_to_come_back(writer: Open) -> None:
    waits = []

    with writer("429-short:1", "429-long:1") as client:
        for _ in range(2):
            with pytest.raises(openai.RateLimitError) as caught:
                asked(client)
            waits.append(caught.value.response.headers["retry-after"])

    assert ["1", "86400"] == waits


def test_the_temperature_is_refused_by_name_and_only_when_it_is_sent(writer: Open) -> None:
    with writer("refuses-temperature") as client:
        with pytest.raises(openai.BadRequestError) as caught:
            asked(client, temperature=0.8)
        answer = asked(client)

    assert ("unsupported_value", "temperature") == (caught.value.code, caught.value.param)
    assert SONG == answer.choices[0].message.content


# Replies that are no good ----------------------------------------------------------------------------------


def test_a_truncated_stream_ends_cleanly_without_a_finish_reason(writer: Open) -> None:
    with writer("truncated-stream") as client:
        chunks = streamed(client)
        whole = asked(client)

    assert SONG.startswith(text(chunks))
    assert len(text(chunks)) < len(SONG)
    assert finish(chunks) is None
    assert whole.choices[0].finish_reason is None


def test_length_stops_half_way_and_says_so(writer: Open) -> None:
    with writer("length") as client:
        chunks = streamed(client)

    assert ("length", SONG[: len(SONG) // 2]) == (finish(chunks), text(chunks))


@pytest.mark.parametrize(
    ("fault", "reason", "start"),
    [
        ("refusal", "stop", "I'm sorry"),
        ("content-filter", "content_filter", ""),
        ("empty", "stop", ""),
        ("no-song", "stop", "What a lovely idea!"),
        ("bad-draft", "stop", BAD_DRAFT),
        ("thinks-aloud", "stop", "<think>"),
    ],
)
def test_replies_that_hold_no_song(writer: Open, fault: str, reason: str, start: str) -> None:
    with writer(fault) as client:
        chunks, whole = streamed(client), asked(client)

    assert (reason, reason) == (finish(chunks), whole.choices[0].finish_reason)
    assert text(chunks) == whole.choices[0].message.content
    assert text(chunks).startswith(start)
    assert "thinks-aloud" == fault or SONG not in text(chunks)


def test_reasoning_only_leaves_the_content_empty(writer: Open) -> None:
    with writer("reasoning-only") as client:
        chunks, whole = streamed(client), asked(client)

    thought = "".join((chunk.choices[0].delta.model_extra or {}).get("reasoning", "") for chunk in chunks)
    assert ("", "") == (text(chunks), whole.choices[0].message.content)
    assert (SONG, SONG) == (thought, whole.choices[0].message.model_extra["reasoning"])
    assert whole.usage.completion_tokens_details.reasoning_tokens > 100


def test_a_count_lets_the_next_request_through(writer: Open) -> None:
    with writer("bad-draft:1") as client:
        texts = [asked(client).choices[0].message.content for _ in range(2)]

    assert [BAD_DRAFT, SONG] == texts


# Shapes that no client expects -----------------------------------------------------------------------------


def test_html_with_status_200(writer: Open) -> None:
    with writer("html-200") as client:
        whole, chunks = asked(client), streamed(client)

    assert isinstance(whole, str)
    assert whole.startswith("<!DOCTYPE html>")
    assert [] == chunks


def test_an_error_with_status_200(writer: Open) -> None:
    with writer("error-in-200") as client:
        whole = asked(client)

    assert whole.choices is None
    assert "all_fallbacks_failed" == whole.model_extra["error"]["code"]


@pytest.mark.parametrize(("fault", "choices"), [("choices-null", None), ("choices-empty", [])])
def test_a_reply_without_choices(writer: Open, fault: str, choices: list[Any] | None) -> None:
    with writer(fault) as client:
        assert choices == asked(client).choices


def test_bad_json_breaks_the_body_and_the_stream(writer: Open) -> None:
    with writer("bad-json") as client:
        with pytest.raises(json.JSONDecodeError):
            asked(client)
        with pytest.raises(json.JSONDecodeError):
            streamed(client)


def test_an_error_in_the_middle_of_a_stream(writer: Open) -> None:
    with writer("mid-stream-error") as client, pytest.raises(openai.APIError) as caught:
        streamed(client)

    assert "service_unavailable" == caught.value.code


def test_content_in_parts(writer: Open) -> None:
    with writer("content-parts") as client:
        content = asked(client).choices[0].message.content

    assert [{"type": "text", "text": SONG}] == content


def test_a_server_that_ignores_the_stream_answers_in_one_piece(writer: Open) -> None:
    with writer("ignores-stream") as client:
        chunks, whole = streamed(client), asked(client)

    assert [] == chunks
    assert SONG == whole.choices[0].message.content


# Lines that are slow, silent or cut ------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_a_disconnect_cuts_the_line(writer: Open, stream: bool) -> None:
    with writer("disconnect") as client, pytest.raises(openai.APIConnectionError) as caught:
        list(asked(client, stream=stream))

    assert not isinstance(caught.value, openai.APITimeoutError)


@pytest.mark.parametrize("fault", ["stall", "stall-start"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_stall_keeps_the_line_open_and_says_nothing(writer: Open, fault: str, stream: bool) -> None:
    heard: list[Any] = []

    with writer(fault) as client, pytest.raises(openai.APITimeoutError):
        heard.extend(asked(client.with_options(timeout=0.3), stream=stream))

    assert bool(heard) == (stream and fault == "stall")


def test_a_slow_reply_takes_its_time_and_is_whole(writer: Open) -> None:
    with writer("slow", slow_s=0.5) as client:
        started = time.monotonic()
        chunks = streamed(client)
        seconds = time.monotonic() - started

    assert SONG == text(chunks)
    assert 0.45 < seconds < 5
