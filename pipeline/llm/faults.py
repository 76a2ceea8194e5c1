"""All that can go wrong with one request to a model; the one place that knows foreign exceptions."""

import re
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx2
import openai
from openai import OpenAIError

from pipeline.llm import complaint
from pipeline.llm.complaint import Complaint


class Kind(StrEnum):
    """What went wrong, in the words of the journal."""

    KEY = "key rejected"
    BALANCE = "balance empty"
    QUOTA = "quota used up"  # a rate limit that lasts longer than we wait
    ADDRESS = "wrong address"
    UNREACHABLE = "unreachable"
    UNKNOWN_MODEL = "unknown model"
    FORBIDDEN_MODEL = "model not allowed"  # it is there, but not for this key
    REFUSED = "refused"
    TOO_LONG = "prompt too long"
    REJECTED = "request rejected"
    PARAMETER = "parameter refused"
    BUSY = "rate limited"
    SERVER = "server error"
    LOST = "connection lost"
    STALLED = "stalled"
    LATE = "out of time"
    TRUNCATED = "truncated"
    LENGTH = "length"
    EMPTY = "empty reply"
    NO_STREAM = "no stream"
    GARBLED = "garbled reply"
    PAGE = "web page"


# The whole chain would meet the same wall.
FINAL = frozenset({Kind.KEY, Kind.BALANCE, Kind.QUOTA, Kind.ADDRESS, Kind.UNREACHABLE})
# The same request may well succeed a moment later.
PASSING = frozenset(
    {Kind.BUSY, Kind.SERVER, Kind.LOST, Kind.STALLED, Kind.TRUNCATED, Kind.GARBLED, Kind.UNREACHABLE}
)
# Worth one more try, no more: what comes twice is the model's habit or the wrong address.
ONCE_MORE = frozenset({Kind.EMPTY, Kind.PAGE})
# The server said no before any token was made, so nothing can have been billed.
UNBILLED = FINAL | {
    Kind.UNKNOWN_MODEL,
    Kind.FORBIDDEN_MODEL,
    Kind.TOO_LONG,
    Kind.REJECTED,
    Kind.PARAMETER,
    Kind.BUSY,
    Kind.PAGE,
}


class Fault(Exception):  # noqa: N818 -- a fault of one request; the user's error is made of it by the writer
    """One failed request. `wait_s` is what the server asks us to wait, `said` its own words."""

    def __init__(
        self, kind: Kind, message: str = "", *, wait_s: float | None = None, said: Complaint | None = None
    ) -> None:
        super().__init__(message or kind.value)
        self.kind = kind
        self.wait_s = wait_s
        self.said = said or Complaint()

    def cleaned(self, clean: Callable[[str], str]) -> "Fault":
        """Give this fault with every word of the server cleaned."""
        said = replace(self.said, message=clean(self.said.message), code=clean(self.said.code))
        return Fault(self.kind, clean(str(self)), wait_s=self.wait_s, said=said)


def translate(failure: Any, now: datetime) -> Fault | None:
    """Turn what a request raised into a Fault; None for what is no failure of the wire (a bug, Ctrl-C)."""
    if isinstance(failure, Fault):
        return failure
    for kind in type(failure).__mro__:
        if kind in MEANINGS:
            return MEANINGS[kind](failure, now)
    return None


def of_status(status: int, said: Complaint, wait_s: float | None = None) -> Fault:
    """Judge a failed answer by its code first, then by its status: gateways mix the statuses up."""
    kind = _by_code(said) or _by_status(status, said)
    what = "this key may not use this model" if kind is Kind.FORBIDDEN_MODEL else kind.value
    words = said.message or said.code or "no reason given"
    return Fault(kind, f"{what} ({status}): {words}", wait_s=wait_s, said=replace(said, status=status))


_CODES = (
    (Kind.BALANCE, re.compile(r"insufficient_(quota|balance|funds|credits?)")),
    (Kind.TOO_LONG, re.compile(r"context_length_exceeded|context_window")),
    (Kind.REFUSED, re.compile(r"content_policy|content_filter|moderation|safety")),
    (Kind.FORBIDDEN_MODEL, re.compile(r"model_not_allowed")),
    (Kind.UNKNOWN_MODEL, re.compile(r"model_not_(found|supported|available)|(unknown|invalid)_model")),
    (Kind.EMPTY, re.compile(r"empty_response")),
)
_NO_MODEL = re.compile(
    r"(?i)\bmodel\b.{0,120}\b(not found|does not exist|unknown|not (a )?(valid|supported|available))"
    r"|\b(unknown|invalid|no such) model\b"
)
_NO_ROOM = re.compile(
    r"(?i)context (length|window|size)|prompt is too long|exceeds? the (available )?context"
)

_BAD_KEY = re.compile(r"(?i)\b(invalid|incorrect|wrong|revoked|expired|disabled|missing)\b[^.]{0,40}\bkey\b")
_MODERATED = re.compile(r"(?i)moderat|\bflagged\b|\bpolic(y|ies)\b|\bcontent\b|\bsafety\b|\bharmful\b")
_ELSEWHERE = re.compile(r"(?i)\bmodels?\b|\bregions?\b|\bcountr(y|ies)\b|\blocation\b|\bterritor(y|ies)\b")


def _by_code(said: Complaint) -> Kind | None:
    return next((kind for kind, pattern in _CODES if pattern.search(said.code)), None)


def _by_status(status: int, said: Complaint) -> Kind:
    plain = {401: Kind.KEY, 402: Kind.BALANCE, 408: Kind.SERVER, 413: Kind.TOO_LONG}
    if status in plain:
        return plain[status]
    if status < 400:
        return Kind.ADDRESS
    if status == 403:
        return _forbidden(said.message)
    if status == 404:
        return Kind.UNKNOWN_MODEL if said.structured else Kind.ADDRESS
    if status == 429:
        return Kind.QUOTA if said.code.startswith("daily_") else Kind.BUSY
    return Kind.SERVER if status >= 500 or status == 425 else _rejected(said)


def _forbidden(words: str) -> Kind:
    """Tell a bad key from a server that minds only these words or this model (OpenRouter's moderation)."""
    if _BAD_KEY.search(words):
        return Kind.KEY
    if _MODERATED.search(words):
        return Kind.REFUSED
    return Kind.FORBIDDEN_MODEL if _ELSEWHERE.search(words) else Kind.KEY


def _rejected(said: Complaint) -> Kind:
    if _NO_MODEL.search(said.message):
        return Kind.UNKNOWN_MODEL
    if said.param:
        return Kind.PARAMETER
    return Kind.TOO_LONG if _NO_ROOM.search(said.message) else Kind.REJECTED


def retry_after(headers: httpx2.Headers, now: datetime) -> float | None:
    """Read how many seconds a server asks us to wait: milliseconds, seconds or a date."""
    milliseconds = complaint.number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    seconds = complaint.number(text)
    if seconds is not None:
        return seconds
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


Reader = Callable[[Any, datetime], Fault]


def _status_error(failure: Any, now: datetime) -> Fault:
    response: httpx2.Response = failure.response
    if 300 <= response.status_code < 400:
        return Fault(
            Kind.ADDRESS, f"the server sends us elsewhere ({response.status_code}) instead of answering"
        )
    return of_status(response.status_code, complaint.read(response.text), retry_after(response.headers, now))


def _frame_error(failure: Any, now: datetime) -> Fault:  # noqa: ARG001 -- one shape for all readers
    said = complaint.of(failure.body)
    status = said.status or 500
    return of_status(status, said if said.message else complaint.of({"error": str(failure)}))


def _connection(failure: Any, now: datetime) -> Fault:
    """Look behind the SDK's "Connection error." for what really happened."""
    cause = failure.__cause__
    found = translate(cause, now) if cause is not None else None
    return found or Fault(Kind.LOST, "the connection broke off")


def _connect(failure: Any, now: datetime) -> Fault:  # noqa: ARG001 -- every reader has this shape
    words = str(failure)
    if "CERTIFICATE_VERIFY_FAILED" in words:
        return Fault(Kind.ADDRESS, "the server's certificate cannot be verified")
    return Fault(Kind.UNREACHABLE, f"no connection ({words or type(failure).__name__})")


def _plain(kind: Kind, words: str) -> Reader:
    def read(failure: Any, now: datetime) -> Fault:  # noqa: ARG001 -- every reader has this shape
        return Fault(kind, words)

    return read


_STALLED = _plain(Kind.STALLED, "the server fell silent")
_LOST = _plain(Kind.LOST, "the connection broke off")
_GARBLED = _plain(Kind.GARBLED, "the reply is not what the API promises")
_MISUSED = _plain(Kind.REJECTED, "the request could not be made")
_ADDRESS = _plain(Kind.ADDRESS, "the address is not one that can be asked")

# Every exception class of openai by name (a test fails when it grows another), then the layers below it.
MEANINGS: dict[type[BaseException], Reader] = {
    openai.APIStatusError: _status_error,
    openai.BadRequestError: _status_error,
    openai.AuthenticationError: _status_error,
    openai.OAuthError: _status_error,
    openai.PermissionDeniedError: _status_error,
    openai.NotFoundError: _status_error,
    openai.ConflictError: _status_error,
    openai.UnprocessableEntityError: _status_error,
    openai.RateLimitError: _status_error,
    openai.InternalServerError: _status_error,
    openai.APIResponseValidationError: _GARBLED,
    openai.APIConnectionError: _connection,
    openai.APITimeoutError: _connection,
    openai.APIError: _frame_error,
    openai.LengthFinishReasonError: _plain(Kind.LENGTH, "the reply ran into its token limit"),
    openai.ContentFilterFinishReasonError: _plain(Kind.REFUSED, "the content filter stopped the reply"),
    OpenAIError: _MISUSED,
    httpx2.ConnectError: _connect,
    httpx2.ConnectTimeout: _connect,
    httpx2.ProxyError: _connect,
    httpx2.TimeoutException: _STALLED,
    httpx2.DecodingError: _GARBLED,
    httpx2.UnsupportedProtocol: _ADDRESS,
    httpx2.TooManyRedirects: _ADDRESS,
    httpx2.HTTPError: _LOST,
    httpx2.StreamError: _LOST,
    httpx2.InvalidURL: _ADDRESS,
    ssl.SSLError: _LOST,
    OSError: _LOST,
    ValueError: _GARBLED,  # bad JSON, bad UTF-8, a number of five thousand digits
    RecursionError: _GARBLED,
}
