"""What an OpenAI-compatible server says on the wire: completions, chunks, models, errors. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.track import REHEARSAL_WRITER

FREE = {"cost": 0.0, "currency": "USD"}
DONE = b"data: [DONE]\n\n"
_CHARACTERS_PER_TOKEN = 3.7
_PIECE = re.compile(r"(?:\S+\s*){1,4}|\s+")  # about five tokens, so that a song streams in some sixty frames

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request wants: `sent` are the names of the parameters that came with it."""

    model: str
    messages: tuple[Mapping[str, object], ...]
    seed: int | None
    stream: bool
    include_usage: bool
    sent: frozenset[str]


@dataclass(frozen=True, slots=True)
class Speech:
    """What the model says: `content` is for singing, `reasoning` is not."""

    content: str
    reasoning: str = ""
    finish: str | None = "stop"


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence on the line, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """The line is cut here."""


Step = bytes | Pause | HangUp


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer, as the steps it is sent in."""

    steps: tuple[Step, ...]
    status: int = 200
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def ask(body: object) -> Ask:
    """Understand a request body. Raises ValueError that says what is missing."""
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 -- all that is wrong is one kind
    model, messages = body.get("model"), body.get("messages")
    if not isinstance(model, str) or not model:
        raise ValueError("you must provide a model parameter")
    if not isinstance(messages, list) or not messages or not all(isinstance(turn, dict) for turn in messages):
        raise ValueError("Missing required parameter: 'messages'.")
    options = body.get("stream_options")
    seed = body.get("seed")
    return Ask(
        model=model,
        messages=tuple(messages),
        seed=seed if isinstance(seed, int) else None,
        stream=body.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
        sent=frozenset(name for name, value in body.items() if value is not None),
    )


def answer(ask: Ask, speech: Speech, created: int) -> Answer:
    """Say something, streamed or at once, as asked; `created` is Unix time."""
    if ask.stream:
        return Answer(_frames(ask, speech, created), media_type="text/event-stream")
    return Answer((packed(completion(ask, speech, created)),))


def completion(ask: Ask, speech: Speech, created: int) -> Json:
    """Give a whole completion."""
    message: Json = {"role": "assistant", "content": speech.content}
    if speech.reasoning:
        message["reasoning"] = speech.reasoning
    choice = {"index": 0, "message": message, "finish_reason": speech.finish}
    told = _head(ask, speech, created, "chat.completion") | {"choices": [choice]}
    return told | {"usage": _usage(ask, speech), "x_nanogpt_pricing": FREE}


def _frames(ask: Ask, speech: Speech, created: int) -> tuple[bytes, ...]:
    head = _head(ask, speech, created, "chat.completion.chunk")
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning": piece} for piece in _PIECE.findall(speech.reasoning)]
    deltas += [{"content": piece} for piece in _PIECE.findall(speech.content)]
    chunks: list[Json] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    if speech.finish:
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": speech.finish}]})
        if ask.include_usage:
            chunks.append({"choices": [], "usage": _usage(ask, speech), "x_nanogpt_pricing": FREE})
    return (*(frame(head | chunk) for chunk in chunks), *([DONE] if speech.finish else []))


def _head(ask: Ask, speech: Speech, created: int, kind: str) -> Json:
    name = hashlib.sha256(repr((ask.model, speech)).encode()).hexdigest()[:24]
    return {"id": f"chatcmpl-{name}", "object": kind, "created": created, "model": ask.model}


def _usage(ask: Ask, speech: Speech) -> Json:
    asked = _tokens("".join(str(turn.get("content")) for turn in ask.messages))
    thought = _tokens(speech.reasoning)
    said = _tokens(speech.content) + thought
    return {
        "prompt_tokens": asked,
        "completion_tokens": said,
        "total_tokens": asked + said,
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def _tokens(text: str) -> int:
    return round(len(text) / _CHARACTERS_PER_TOKEN)


def frame(value: object) -> bytes:
    """Give a server-sent event with a JSON value."""
    return b"data: " + packed(value) + b"\n\n"


def packed(value: object) -> bytes:
    """Give a JSON value as bytes."""
    return json.dumps(value, ensure_ascii=False).encode()


def error(status: int, message: str, code: str, *, param: str | None = None, retry_after: int = 0) -> Answer:
    """Refuse, in the shape that OpenAI uses."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    told = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    headers = (("retry-after", str(retry_after)),) if retry_after else ()
    return Answer((packed(told),), status, headers=headers)


def page(status: int) -> Answer:
    """Answer with a web page, as a proxy in between would."""
    html = (
        f"<!DOCTYPE html><html><body><h1>{'Welcome' if status == 200 else 'Unavailable'}</h1></body></html>"
    )
    return Answer((html.encode(),), status, "text/html")


def models() -> Json:
    """List the one model, the way both `/models` and `/models?detailed=true` are asked."""
    return {
        "object": "list",
        "data": [
            {
                "id": REHEARSAL_WRITER,
                "object": "model",
                "created": 0,
                "owned_by": "rehearsal",
                "context_length": 128_000,
                "max_output_tokens": 32_000,
                "pricing": {
                    "prompt": 0.0,
                    "completion": 0.0,
                    "currency": "USD",
                    "unit": "per_million_tokens",
                },
            }
        ],
    }
