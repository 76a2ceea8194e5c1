"""How far the writer may go: attempts, seconds, tokens and dollars, and what a token costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

NO_PRICES: Mapping[str, "Price"] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in USD per million tokens; reasoning is billed as output."""

    input: float
    output: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Give the cost of one request in USD."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one ask may take.

    `attempts` per model; `total_s` is all the time one model gets, its waits included; `idle_s` the longest
    silence between two pieces of a reply (the wait for the first one too), `bill_s` the same after its finish
    reason: then only the bill is to come. `max_tokens` holds the song
    (about 4,000) and the model's reasoning. `temperature` and `reasoning_effort` are sent only when set,
    because current models refuse them. `prices` (USD per million tokens, by model) win over the
    catalogue's; `max_cost_usd` counts the worst case of what was asked.
    """

    attempts: int = 3
    max_tokens: int = 16_000
    temperature: float | None = None
    reasoning_effort: str | None = None
    total_s: float = 600.0
    idle_s: float = 120.0
    bill_s: float = 5.0
    retry_after_max_s: float = 60.0
    max_cost_usd: float | None = None
    prices: Mapping[str, Price] = field(default_factory=lambda: NO_PRICES)

    def within(self, most_usd: float | None) -> "Limits":
        """Give the same with a lower limit of cost, when `most_usd` is one."""
        limits = [usd for usd in (self.max_cost_usd, most_usd) if usd is not None]
        return replace(self, max_cost_usd=min(limits, default=None))
