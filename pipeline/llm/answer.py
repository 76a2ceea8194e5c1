"""A model's answer, put together from frames of any shape, and the question whether it is one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.llm import characters, complaint
from pipeline.llm.faults import Fault, Kind, of_status

# A song with all its reasoning is a tenth of this; more is a model that cannot stop.
LONGEST = 2_000_000  # characters
_DONE = frozenset({"stop", "eos", "eos_token", "end_turn", "stop_sequence"})
_CUT = frozenset({"length", "max_tokens"})
_FILTERED = frozenset({"content_filter", "safety", "recitation", "prohibited_content", "blocklist"})


@dataclass(slots=True)
class Answer:
    """What has come so far. `pieces` is content only; reasoning is kept apart and never sung."""

    pieces: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    finish: str = ""
    refusal: str = ""
    served: str = ""
    request_id: str = ""
    frames: int = 0
    chosen: bool = False  # whether any frame held a choice
    usage: Mapping[str, Any] = field(default_factory=dict)
    pricing: Mapping[str, Any] = field(default_factory=dict)
    _size: int = 0

    @property
    def text(self) -> str:
        """The content so far; halves of a character that came in two pieces are joined."""
        return characters.whole("".join(self.pieces))

    @property
    def prompt_tokens(self) -> int:
        """How many tokens the server counted in what was asked; 0 when it does not say."""
        return self._count("prompt_tokens", "inputTokens")

    @property
    def completion_tokens(self) -> int:
        """How many tokens the server counted in its answer, reasoning included; 0 when it does not say."""
        return self._count("completion_tokens", "outputTokens")

    @property
    def reasoning_tokens(self) -> int:
        """How many of the completion tokens were reasoning; 0 when the server does not say."""
        details = _mapping(self.usage.get("completion_tokens_details"))
        return int(complaint.number(details.get("reasoning_tokens")) or 0)

    @property
    def cost_usd(self) -> float | None:
        """What the server says it charged (`x_nanogpt_pricing`); None when it does not say, or not in USD."""
        if str(self.pricing.get("currency", "USD")).upper() != "USD":
            return None
        cost = complaint.number(self.pricing.get("cost"))
        return complaint.number(self.pricing.get("amount")) if cost is None else cost

    def take(self, frame: object) -> str:
        """Take in a frame (a chunk or a whole completion) and give the new content in it.

        Raises `Fault` for a frame that is an error or no frame at all.
        """
        if not isinstance(frame, Mapping):
            raise Fault(Kind.GARBLED, "the reply is not what the API promises")
        if frame.get("error"):
            said = complaint.of(frame)
            raise of_status(said.status or 500, said)
        self.frames += 1
        self.served = _text(frame.get("model")) or self.served
        self.usage = _mapping(frame.get("usage")) or self.usage
        self.pricing = _mapping(frame.get("x_nanogpt_pricing")) or self.pricing
        choice = _first(frame.get("choices"))
        self.chosen = self.chosen or bool(choice)
        piece = self._said(_mapping(choice.get("delta")) or _mapping(choice.get("message")))
        self.finish = _text(choice.get("finish_reason")).lower() or self.finish
        return piece

    def verify(self, refuses: Callable[[str], bool]) -> None:
        """Raise the `Fault` that makes this answer no song; a finish reason is demanded, not assumed."""
        text = self.text
        if not self.frames:
            raise Fault(Kind.NO_STREAM, "the reply held nothing at all")
        if not self.finish:
            how = "ended without a finish reason" if self.chosen else "had no choices"
            raise Fault(Kind.TRUNCATED, f"the reply {how}")
        if self.refusal or self.finish in _FILTERED:
            said = characters.one_line(self.refusal) or "content filter"
            raise Fault(Kind.REFUSED, f"the model refused: {said}")
        if self.finish in _CUT:
            raise Fault(Kind.LENGTH, "the reply ran into its token limit")
        if self.finish not in _DONE:
            raise Fault(Kind.SERVER, f"the reply ended with {self.finish[:40]!r}")
        if not text.strip():
            where = "reasoning and no words" if self.thoughts else "no words"
            raise Fault(Kind.EMPTY, f"the reply holds {where}")
        if refuses(text):
            raise Fault(Kind.REFUSED, "the model refused in words")

    def _said(self, said: Mapping[str, Any]) -> str:
        piece = _content(said.get("content"))
        thought = _content(said.get("reasoning")) or _content(said.get("reasoning_content"))
        self.refusal += _content(said.get("refusal"))
        self._size += len(piece) + len(thought)
        if self._size > LONGEST:
            raise Fault(Kind.GARBLED, f"the reply is longer than {LONGEST:,} characters")
        if piece:
            self.pieces.append(piece)
        if thought:
            self.thoughts.append(thought)
        return piece

    def _count(self, key: str, priced: str) -> int:
        counted = complaint.number(self.usage.get(key))
        return int(complaint.number(self.pricing.get(priced)) or 0 if counted is None else counted)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _first(choices: object) -> Mapping[str, Any]:
    """Give the first choice; `null`, `[]` and strangers count as none, other alternatives are ignored."""
    if not isinstance(choices, list):
        return {}
    found = (choice for choice in choices if isinstance(choice, Mapping) and choice.get("index") in (0, None))
    return next(found, {})


def _content(value: object) -> str:
    """Read content as a string or as a list of parts, of which only text counts."""
    if isinstance(value, str):
        return value
    parts = value if isinstance(value, list) else ()
    return "".join(
        part if isinstance(part, str) else _text(_mapping(part).get("text"))
        for part in parts
        if isinstance(part, str) or _mapping(part).get("type", "text") == "text"
    )
