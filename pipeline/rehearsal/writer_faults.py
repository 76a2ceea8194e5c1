"""How the writer misbehaves: each fault turns a good reply into the bad answer its name says. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from pipeline.rehearsal import writer_wire as wire
from pipeline.rehearsal.writer_wire import Answer, Ask, HangUp, Pause, Speech, Step

FOREVER = 3600.0  # seconds; the line is freed when the client leaves or the server closes

BAD_DRAFT = """TITLE: Tuesday
BPM: 500
PROMPT: nice song at 90 BPM in A minor
LYRICS:
[Intro]

[Chorus, loud, fast]
I woke up on a Tuesday morning
I'm feeling sad today
"""
_CHATTER = (
    "What a lovely idea! Before I start I would like to know a little more: who is singing, and to whom? "
    "Tell me more and I will get to work."
)
_REFUSAL = "I'm sorry, but I can't help with writing this song."
_THOUGHT = "The listener wants a song. [Chorus] I could start with the weather, but no. Verses first."


def _half(text: str) -> str:
    return text[: len(text) // 2]


def _thinking_aloud(speech: Speech) -> Speech:
    return Speech(f"<think>\n{_THOUGHT}\n</think>\n\n{speech.content}", reasoning=_THOUGHT)


# What the model says instead; everything around it stays in order.
SPEECHES: Mapping[str, Callable[[Speech], Speech]] = {
    "truncated-stream": lambda speech: Speech(_half(speech.content), finish=None),
    "length": lambda speech: Speech(_half(speech.content), finish="length"),
    "reasoning-only": lambda speech: Speech("", reasoning=speech.content),
    "thinks-aloud": _thinking_aloud,
    "refusal": lambda _: Speech(_REFUSAL),
    "content-filter": lambda _: Speech("", finish="content_filter"),
    "empty": lambda _: Speech(""),
    "no-song": lambda _: Speech(_CHATTER),
    "bad-draft": lambda _: Speech(BAD_DRAFT),
}

LEFT_USD = 0.0012  # on the account, as /check-balance tells it
_EMPTY_ACCOUNT = {
    "error": "Insufficient balance",
    "requiredBalance": 0.0351,
    "balance": LEFT_USD,
    "status": 402,
}
_DAILY = "Daily spending limit of this key reached"
_POLICY = "The request was rejected by the content policy"
_NO_TEMPERATURE = (
    "Unsupported value: 'temperature' is not supported with this model. Only the default (1) is."
)

# What is answered instead of any completion.
REFUSALS: Mapping[str, Callable[[], Answer]] = {
    "html-200": partial(wire.page, 200),
    "503-html": partial(wire.page, 503),
    "error-in-200": lambda: replace(wire.error(503, "upstream failed", "all_fallbacks_failed"), status=200),
    "refuses-temperature": partial(
        wire.error, 400, _NO_TEMPERATURE, "unsupported_value", param="temperature"
    ),
    "unknown-model": partial(wire.error, 404, "The model does not exist", "model_not_found", param="model"),
    "content-policy": partial(wire.error, 400, _POLICY, "content_policy_violation"),
    "401": partial(wire.error, 401, "Incorrect API key provided", "invalid_api_key"),
    "402": lambda: Answer((wire.packed(_EMPTY_ACCOUNT),), 402),
    "402-quota": partial(wire.error, 402, "You exceeded your current quota", "insufficient_quota"),
    "403": partial(wire.error, 403, "This key may not use the model", "model_not_allowed"),
    "408": partial(wire.error, 408, "The request timed out", "timeout"),
    "429-short": partial(wire.error, 429, "Too many requests", "rate_limited", retry_after=1),
    "429-long": partial(wire.error, 429, _DAILY, "daily_usd_limit_exceeded", retry_after=86_400),
    "500": partial(wire.error, 500, "The server had an error", "server_error"),
    "choices-null": lambda: Answer((wire.packed({"id": "x", "object": "chat.completion", "choices": None}),)),
    "choices-empty": lambda: Answer((wire.packed({"id": "x", "object": "chat.completion", "choices": []}),)),
}


def _middle(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Give the first half of a stream; nothing of an answer that comes in one piece."""
    return steps[: len(steps) // 2]


def _mid_stream_error(answer: Answer) -> Answer:
    told = {"status": 503, "message": "the provider went away", "code": "service_unavailable"}
    frame = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "x", "error": told}
    last = wire.frame(frame | {"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]})
    return replace(answer, steps=(*_middle(answer.steps), last, wire.DONE))


def _bad_json(answer: Answer) -> Answer:
    broken = b'data: {"id": "x", "choices": [{"delta": {"cont\n\n'
    if len(answer.steps) == 1:
        return replace(answer, steps=(b'{"id": "x", "choices": [{"message": {"cont',))
    return replace(answer, steps=(*_middle(answer.steps), broken, *answer.steps[len(answer.steps) // 2 :]))


# What happens to the frames on their way.
TRANSPORTS: Mapping[str, Callable[[Answer], Answer]] = {
    "bad-json": _bad_json,
    "mid-stream-error": _mid_stream_error,
    "stall": lambda answer: replace(answer, steps=(*_middle(answer.steps), Pause(FOREVER))),
    "disconnect": lambda answer: replace(answer, steps=(*_middle(answer.steps), HangUp())),
}


def slowed(answer: Answer, seconds: float) -> Answer:
    """Spread an answer over so many seconds."""
    pause = Pause(seconds / len(answer.steps))
    return replace(answer, steps=tuple(step for frame in answer.steps for step in (pause, frame)))


def in_parts(ask: Ask, speech: Speech, created: int) -> Answer:
    """Give the content as a list of parts, which no stream can do."""
    told = wire.completion(ask, speech, created)
    told["choices"][0]["message"]["content"] = [{"type": "text", "text": speech.content}]
    return Answer((wire.packed(told),))


def misbehave(fault: str, ask: Ask, speech: Speech, created: int, slow_s: float) -> Answer:
    """Answer as a fault would have it; "" answers as it should be."""
    if fault in REFUSALS:
        return REFUSALS[fault]()
    if fault in SPEECHES:
        return wire.answer(ask, SPEECHES[fault](speech), created)
    if fault == "content-parts":
        return in_parts(ask, speech, created)
    answer = wire.answer(replace(ask, stream=False) if fault == "ignores-stream" else ask, speech, created)
    if fault == "slow":
        return slowed(answer, slow_s)
    return TRANSPORTS[fault](answer) if fault in TRANSPORTS else answer
