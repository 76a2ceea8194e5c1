"""Foreign exceptions have one translator, and it knows them all."""

import importlib
import inspect
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.llm import complaint, faults
from pipeline.llm.answer import Answer
from pipeline.llm.faults import Fault, Kind, of_status, retry_after, translate

NOW = datetime(2026, 2, 14, 10, 0, tzinfo=UTC)
REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
# They belong to parts of the package that songpipe does not use: webhooks, websockets, workload identity.
ELSEWHERE = {
    "InvalidWebhookSignatureError",
    "SubjectTokenProviderError",
    "WebSocketConnectionClosedError",
    "WebSocketQueueFullError",
}

WIRE_WORDS = (
    *("choices", "delta", "message", "content", "index", "finish_reason", "refusal", "reasoning", "model"),
    *("error", "code", "param", "type", "status", "detail", "requiredBalance", "text"),
    *("usage", "prompt_tokens", "completion_tokens_details", "x_nanogpt_pricing", "cost", "currency"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(WIRE_WORDS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def exceptions_of_openai() -> Iterator[type[BaseException]]:
    module = importlib.import_module("openai._exceptions")
    for _, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, Exception) and found.__module__.startswith("openai"):
            yield found


def test_every_exception_of_openai_is_mapped_by_name() -> None:
    unknown = {found.__name__ for found in exceptions_of_openai() if found not in faults.MEANINGS} - ELSEWHERE

    assert unknown == set()


def test_every_exception_that_openai_exports_was_looked_at() -> None:
    exported = {
        name
        for name in openai.__all__
        if inspect.isclass(found := getattr(openai, name)) and issubclass(found, Exception)
    }

    assert exported <= {found.__name__ for found in exceptions_of_openai()}


def test_every_exception_of_httpx2_has_a_meaning() -> None:
    unused = {"CookieConflict", "HTTPStatusError", "SSEError"}
    found = {
        name: kind
        for name, kind in inspect.getmembers(httpx2, inspect.isclass)
        if issubclass(kind, Exception) and name not in unused
    }

    assert {
        name for name, kind in found.items() if not any(parent in faults.MEANINGS for parent in kind.__mro__)
    } == set()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (openai.APITimeoutError(REQUEST), Kind.LOST),
        (openai.OpenAIError("no"), Kind.REJECTED),
        (openai.APIResponseValidationError(httpx2.Response(200, request=REQUEST), None), Kind.GARBLED),
        (openai.ContentFilterFinishReasonError(), Kind.REFUSED),
        (
            openai.LengthFinishReasonError(completion=openai.types.chat.ChatCompletion.construct(usage=None)),
            Kind.LENGTH,
        ),
        (openai.APIError("boom", REQUEST, body=None), Kind.SERVER),
        (httpx2.ReadTimeout("slow"), Kind.STALLED),
        (httpx2.ConnectTimeout("slow"), Kind.UNREACHABLE),
        (httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] nope"), Kind.ADDRESS),
        (httpx2.RemoteProtocolError("bad"), Kind.LOST),
        (httpx2.UnsupportedProtocol("ftp"), Kind.ADDRESS),
        (ssl.SSLError("eof"), Kind.LOST),
        (ConnectionResetError(), Kind.LOST),
    ],
)
def test_what_an_exception_means(failure: BaseException, kind: Kind) -> None:
    fault = translate(failure, NOW)

    assert fault is not None
    assert fault.kind is kind


def test_a_timeout_of_the_package_is_known_by_its_cause() -> None:
    failure = openai.APITimeoutError(REQUEST)
    failure.__cause__ = httpx2.ReadTimeout("slow")

    assert getattr(translate(failure, NOW), "kind", None) is Kind.STALLED


def test_a_fault_stays_itself_and_a_bug_is_none() -> None:
    fault = Fault(Kind.EMPTY)

    assert translate(fault, NOW) is fault
    assert translate(KeyboardInterrupt(), NOW) is None
    assert translate(ZeroDivisionError(), NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sat, 14 Feb 2026 10:01:00 GMT"}, 60.0),
        ({"retry-after": "Sat, 14 Feb 2026 10:01:00 -0000"}, 60.0),
        ({"retry-after": "Sat, 14 Feb 2015 10:01:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_how_long_a_server_asks_us_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx2.Headers(headers), NOW) == seconds


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ('{"error": "Insufficient balance", "status": 402}', "Insufficient balance", ""),
        ('{"error": {"message": "no", "code": "X"}}', "no", "x"),
        ('{"code": "rate_limited"}', "", "rate_limited"),
        ('{"error": {"code": 503, "type": null}}', "", "503"),
        ('{"detail": "Not Found"}', "Not Found", ""),
        (r'{"error": {"code": "a\ud800\u0000\u202eb"}}', "", "a\ufffd b"),
        ('{"error": {"message": {"deep": 1}}}', '{"deep": 1}', ""),
        ('"just a string"', "just a string", ""),
        ("  <html>Bad gateway</html>", "", ""),
        ("upstream\n timed   out", "upstream timed out", ""),
        ("[1, 2]", "", ""),
        ("[" * 50_000, "[" * 300, ""),
    ],
)
def test_a_complaint_is_read_in_every_shape(body: str, message: str, code: str) -> None:
    said = complaint.read(body)

    assert (said.message, said.code) == (message, code)


def test_what_a_complaint_asks_for_is_read() -> None:
    said = complaint.read('{"error": "no money", "requiredBalance": "0.0035", "status": 402}')

    assert (said.needed, said.status, said.structured) == (0.0035, 402, True)


@given(JSON, st.integers(300, 599))
def test_no_error_body_crashes_the_reader(body: object, status: int) -> None:
    fault = of_status(status, complaint.of(body))

    assert isinstance(fault.kind, Kind)
    assert "\n" not in str(fault)


never = "no reply contains this".__eq__


@given(st.lists(JSON, max_size=4))
def test_no_frame_crashes_the_answer_and_none_makes_a_song_without_a_finish(frames: list[object]) -> None:
    answer = Answer()

    try:
        shown = "".join(answer.take(frame) for frame in frames)
        answer.verify(never)
    except Fault:
        return
    assert answer.finish in {"stop", "eos", "eos_token", "end_turn", "stop_sequence"}
    assert shown.strip()


@given(st.lists(JSON, max_size=3))
def test_the_numbers_of_an_answer_are_numbers(frames: list[object]) -> None:
    answer = Answer()
    for frame in frames:
        try:
            answer.take(frame)
        except Fault:
            continue

    assert min(answer.prompt_tokens, answer.completion_tokens, answer.reasoning_tokens) >= 0
    assert answer.cost_usd is None or answer.cost_usd >= 0
