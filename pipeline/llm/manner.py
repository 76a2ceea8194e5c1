"""How a model wants to be asked: which parameters it refused before, and what is sent instead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.llm.faults import Fault, Kind
from pipeline.llm.limits import Limits

if TYPE_CHECKING:
    from pipeline.writing.prompt import Message

# Below this a song does not fit, so a smaller answer is not worth paying for.
LEAST_TOKENS = 2_000


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

    def learn(self, fault: Fault, asked: int, prompt_tokens: int) -> "Manner | None":
        """Give the manner that avoids this fault; None when there is nothing left to give up."""
        ceiling = _ceiling(fault, prompt_tokens)
        if ceiling is not None and LEAST_TOKENS <= ceiling < asked:
            return replace(self, ceiling=ceiling)
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
            "top_p": limits.top_p,
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


def _ceiling(fault: Fault, prompt_tokens: int) -> int | None:
    """Read the largest budget out of a refusal; a context window has to hold the prompt as well."""
    said = fault.said
    if said.ceiling is None:
        return None
    if fault.kind is Kind.TOO_LONG or "context" in said.message.lower():
        return said.ceiling - prompt_tokens
    return said.ceiling if said.param in {"max_tokens", "max_completion_tokens"} else None
