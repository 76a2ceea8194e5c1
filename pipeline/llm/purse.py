"""What an ask may cost: prices, the worst case before each attempt, and what was spent so far."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline.errors import CostLimit
from pipeline.llm.catalogue import ModelInfo
from pipeline.llm.limits import Limits, Price
from pipeline.llm.manner import LEAST_TOKENS

if TYPE_CHECKING:
    from pipeline.writing.prompt import Message

# English is about 4 characters a token; 3 and the frame of each message keep the estimate above the truth.
_CHARACTERS_PER_TOKEN = 3
_TOKENS_PER_MESSAGE = 8


def prompt_tokens(messages: "Sequence[Message]") -> int:
    """Estimate, on the high side, how many tokens the messages are."""
    size = sum(len(message.content.encode("utf-8", "replace")) for message in messages)
    return size // _CHARACTERS_PER_TOKEN + 1 + _TOKENS_PER_MESSAGE * len(messages)


class Purse:
    """The money of one ask. Without `max_cost_usd` it only counts; with it, it refuses to go over.

    `charges` says whether the server is one that takes money: only then, or when a limit has to be kept, is
    its catalogue worth asking for a price.
    """

    def __init__(
        self,
        limits: Limits,
        spent_usd: float,
        catalogue: Callable[[], Iterable[ModelInfo]],
        *,
        charges: bool = True,
    ) -> None:
        self._most = limits.max_cost_usd
        self._prices = limits.prices
        self._catalogue = catalogue
        self._charges = charges
        self._spent = spent_usd

    def price(self, model: str) -> Price | None:
        """Give the price from the settings, else from the server's catalogue, else None."""
        if model in self._prices:
            return self._prices[model]
        offers = self._catalogue() if self._charges or self._most is not None else ()
        return next((info.price for info in offers if info.id == model), None)

    def allow(self, model: str, prompt: int, wanted: int) -> int:
        """Give how many tokens may be asked for. Raises `CostLimit` when too few can be paid for."""
        if self._most is None:
            return wanted
        price = self.price(model)
        if price is None:
            raise CostLimit(
                f"nobody says what {model!r} costs, so the limit of {self._most:g} USD cannot be kept",
                hint=f"set llm.prices for {model!r} (USD per million tokens), or drop --max-cost",
            )
        left = self._most - self._spent
        if price.of(prompt, wanted) <= left:
            return wanted
        rest = left - price.of(prompt, 0)
        affordable = int(rest * 1_000_000 / price.output) if price.output > 0 and rest > 0 else 0
        if affordable < LEAST_TOKENS:
            raise CostLimit(
                f"asking {model!r} could cost {price.of(prompt, wanted):.4f} USD; "
                f"{max(left, 0):.4f} of {self._most:g} USD are left",
                hint="raise --max-cost, lower llm.max_tokens or choose a cheaper model",
            )
        return affordable

    def cost(self, model: str, prompt: int, completion: int) -> float | None:
        """Give what counted tokens cost; None when nobody knows the price or nothing was counted."""
        price = self.price(model) if prompt or completion else None
        return price.of(prompt, completion) if price else None

    def spend(self, model: str, cost: float | None, prompt: int, asked: int) -> float:
        """Count an attempt and give what it counts, in USD.

        One that may have been billed without saying so counts with its worst case.
        """
        if cost is None and self._most is not None:
            price = self.price(model)
            cost = price.of(prompt, asked) if price else None
        counted = cost or 0.0
        self._spent += counted
        return counted
