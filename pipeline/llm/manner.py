"""How a model wants to be asked: which parameters it refused before, and what is sent instead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.llm.faults import Fault, Kind
from pipeline.llm.limits import Limits

if TYPE_CHECKING:
    from pipeline.writing.prompt import Message

# Below this a song does not fit, so a smaller answer is not worth paying for.
LEAST_TOKENS = 2_000
_BUDGETS = frozenset({"max_tokens", "max_completion_tokens"})
_TOO_LARGE = re.compile(
    r"(?i)\btoo (large|big|high|many|long)\b|\bexceed|\b(greater|larger|higher|more) than\b"
)
_NOT_KNOWN = re.compile(r"(?i)\bunsupported\b|\bnot supported\b|\bdeprecated\b|\binstead\b")
_ABOUT_SIZE = frozenset({Kind.PARAMETER, Kind.TOO_LONG, Kind.REJECTED, Kind.SERVER})


@dataclass(frozen=True, slots=True)
class Manner:
    """What was learned about one model. `ceiling` is the most tokens it may be asked for, None if unknown.

    GPT-5 takes only its own temperature and `max_completion_tokens`, Claude 4.7 no sampling at all, older
    local servers no `stream_options`: each is told by a 400 once, and kept in mind.
    """

    dropped: frozenset[str] = frozenset()
    ceiling: int | None = None

    @property
    def budget_name(self) -> str:
        """The name under which this model takes its token budget."""
        return "max_completion_tokens" if "max_tokens" in self.dropped else "max_tokens"

    def budget(self, wanted: int) -> int:
        """Give how many tokens to ask for when `wanted` would be best."""
        return wanted if self.ceiling is None else min(wanted, self.ceiling)

    def lower(self, fault: Fault, asked: int, prompt_tokens: int) -> "Manner":
        """Give the manner that asks for fewer tokens after a `too_large` fault, if a song still fits."""
        ceiling = _ceiling(fault, asked, prompt_tokens)
        return replace(self, ceiling=ceiling) if LEAST_TOKENS <= ceiling < asked else self

    def without(self, fault: Fault) -> "Manner | None":
        """Give the manner that leaves out what is refused; None when there is nothing left to give up."""
        param = fault.said.param
        if fault.kind is not Kind.PARAMETER or param in self.dropped or param == "max_completion_tokens":
            return None
        return replace(self, dropped=self.dropped | {param})

    def request(
        self,
        model: str,
        messages: "Sequence[Message]",
        limits: Limits,
        max_tokens: int,
        seed: int | None,
        *,
        effort: str | None,
        streaming: bool,
    ) -> dict[str, Any]:
        """Build the body of the request: the least that says what is wanted."""
        optional = {
            "temperature": limits.temperature,
            "seed": seed,
            "reasoning_effort": effort,
            "stream_options": {"include_usage": True} if streaming else None,
        }
        return {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            self.budget_name: max_tokens,
            **{
                name: value
                for name, value in optional.items()
                if value is not None and name not in self.dropped
            },
        }


def too_large(fault: Fault) -> bool:
    """Whether a refusal is about how many tokens were asked for, and not about the parameter as such."""
    said = fault.said
    if fault.kind not in _ABOUT_SIZE:
        return False
    if said.ceiling is not None:
        return said.param in _BUDGETS or _of_window(fault)
    large = _TOO_LARGE.search(said.message) and not _NOT_KNOWN.search(said.message)
    return said.param in _BUDGETS and bool(large)


def _of_window(fault: Fault) -> bool:
    return fault.kind is Kind.TOO_LONG or "context" in fault.said.message.lower()


def _ceiling(fault: Fault, asked: int, prompt_tokens: int) -> int:
    """Read the largest budget out of a refusal, or guess half; a context window holds the prompt as well."""
    named = fault.said.ceiling
    if named is not None and _of_window(fault):
        return named - prompt_tokens
    return named if named is not None and named < asked else max(asked // 2, LEAST_TOKENS)
