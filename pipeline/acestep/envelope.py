"""The envelope of an answer: what HTTP, the wrapper and an error page say, opened or raised. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from pipeline.acestep import reasons
from pipeline.acestep.faults import KEY_HINT, Ailing, Busy, KeyRefused, NotAceStep, Refused

WRONG_PORT_HINT = "check host and port: an ACE-Step API answers JSON (usually on port 8000 or 8001)"
_KEY = (401, 403)
_FINE = (0, 200, "0", "200", None)  # a tuple: the code may be of any type
_LONGEST_PAUSE_S = 3600.0
_CODES = range(300, 1000)


@dataclass(frozen=True, slots=True)
class Letter:
    """An answer as it came: `server` is for messages, `retry_after` the header or ""."""

    server: str
    status: int
    text: str
    retry_after: str = ""


def opened(letter: Letter) -> Any:
    """Give the data inside an answer, without its wrapper.

    Raises the fault that the status, or a failure wrapped into a 200, stands for, and `NotAceStep` for
    anything that is not JSON.
    """
    if letter.status in _KEY:
        raise _key_refused(letter.server, letter.status, _reason(letter.text), f"HTTP {letter.status}")
    if letter.status == 429:
        raise _busy(letter)
    if letter.status >= 500:
        raise _ailing(letter.server, letter.status, _reason(letter.text), f"HTTP {letter.status}")
    if letter.status >= 400:
        raise _refused(letter)
    if letter.status >= 300:
        message = f"the music server {letter.server} redirects (HTTP {letter.status}) instead of answering"
        raise NotAceStep(message, hint="use the address that it redirects to")
    return _unwrapped(letter)


def decoded(text: str) -> Any:
    """Read JSON; raises ValueError for anything else, however deep or long."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unwrapped(letter: Letter) -> Any:
    try:
        data = decoded(letter.text)
    except ValueError as exc:
        what = "a web page" if letter.text.lstrip()[:1] == "<" else "something that is not JSON"
        raise NotAceStep(f"{letter.server} answered with {what}", hint=WRONG_PORT_HINT) from exc
    if not isinstance(data, dict) or "data" not in data:
        return data
    code = data.get("code", 200)
    if code in _FINE and (data["data"] is not None or not data.get("error")):
        return data["data"]
    reason = reasons.last_words(str(data.get("error") or ""))
    status = code if isinstance(code, int) and code in _CODES else 500
    how = f"HTTP {letter.status} with {f'code {code}' if status == code else 'an error'} in it"
    if status in _KEY:
        raise _key_refused(letter.server, status, reason, how)
    raise _ailing(letter.server, status, reason, how)


def _reason(text: str) -> str:
    """Find the server's own words in an error's body; a web page has none."""
    try:
        data = decoded(text)
    except ValueError:
        return "" if text.lstrip()[:1] == "<" else reasons.last_words(text)
    words = data
    if isinstance(data, dict):
        words = next((data[key] for key in ("detail", "error", "message") if data.get(key)), "")
    if isinstance(words, list) and words and isinstance(words[0], dict):  # FastAPI's 422
        words = f"{words[0].get('msg', '')} ({words[0].get('loc', '')})"
    if isinstance(words, dict):
        words = words.get("message", "")
    return reasons.last_words(str(words))


def _said(reason: str) -> str:
    return f": {reason}" if reason else ""


def _key_refused(server: str, status: int, reason: str, how: str) -> KeyRefused:
    message = f"the music server {server} refuses the key ({how}){_said(reason)}"
    return KeyRefused(message, hint=KEY_HINT, status=status, reason=reason)


def _busy(letter: Letter) -> Busy:
    reason = _reason(letter.text)
    message = f"the queue of the music server {letter.server} is full{_said(reason)}"
    fault = Busy(message, hint="try again when it has played some of its jobs", status=429, reason=reason)
    if letter.retry_after.isascii() and letter.retry_after.strip().isdigit():
        fault.retry_after_s = min(float(letter.retry_after), _LONGEST_PAUSE_S)
    return fault


def _ailing(server: str, status: int, reason: str, how: str) -> Ailing | KeyRefused:
    if "api key is not configured" in reason.lower():
        message = f"the music server {server} has no key of its own and therefore serves nobody"
        return KeyRefused(
            message, hint="start the server with ACESTEP_API_KEY set", status=status, reason=reason
        )
    message = f"the music server {server} failed ({how}){_said(reason)}"
    return Ailing(message, hint="look at the server's console", status=status, reason=reason)


def _refused(letter: Letter) -> Refused:
    reason = _reason(letter.text)
    message = f"the music server {letter.server} refused the request (HTTP {letter.status}){_said(reason)}"
    return Refused(message, hint=WRONG_PORT_HINT, status=letter.status, reason=reason)
