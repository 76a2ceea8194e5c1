"""The writer: asks the models of a chain, in order, until one answers with a whole reply.

Importing this module imports the openai package (about half a second): only commands that ask a model do.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import httpx2

from pipeline.errors import SettingsError, WriterError
from pipeline.llm.attempt import Desk
from pipeline.llm.balance import balance
from pipeline.llm.catalogue import nearest
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import FINAL, Fault, Kind
from pipeline.llm.limits import Limits
from pipeline.llm.manner import Manner
from pipeline.llm.offers import Offers
from pipeline.llm.pace import Pace
from pipeline.llm.purse import Purse
from pipeline.llm.raw import RawStore
from pipeline.llm.stopping import stop
from pipeline.llm.turn import Errand, Turn
from pipeline.studio import Reply
from pipeline.writing.refusal import is_refusal

if TYPE_CHECKING:
    from pipeline.studio import Watch
    from pipeline.writing.prompt import Message


class OpenAIWriter:
    """A `studio.Writer` for NanoGPT, Ollama, llama.cpp and every other OpenAI-compatible server.

    It learns which parameters a model refuses and remembers them as long as it lives. Safe to share between
    threads.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        models: Sequence[str],
        store: RawStore,
        limits: Limits | None = None,
        *,
        pace: Pace | None = None,
        transport: httpx2.BaseTransport | None = None,
        refuses: Callable[[str], bool] = is_refusal,
    ) -> None:
        self._desk = Desk(endpoint, limits or Limits(), pace or Pace(), refuses, transport)
        self._models = tuple(models)
        self._store = store
        self._manners: dict[str, Manner] = {}
        self._offers = Offers(endpoint, transport)

    def ask(
        self,
        messages: "Sequence[Message]",
        *,
        models: Sequence[str] = (),
        seed: int | None = None,
        spent_usd: float = 0.0,
        most_usd: float | None = None,
        watch: "Watch",
    ) -> Reply:
        """Ask the first model of the chain that answers; `models` overrides the configured chain.

        `spent_usd` is what the song has cost so far, `most_usd` a limit beside that of the settings. Raises
        `KeyRejected`, `BalanceEmpty`, `CostLimit` or `WriterError` with what its attempts count in `spent_usd`;
        each is in the store's journal then.
        """
        self._desk.endpoint.demand_key()
        chain = tuple(dict.fromkeys(models or self._models))
        if not chain:
            raise SettingsError("no model is named", hint="set llm.models or pass --model")
        key = self._key(messages, chain, seed)
        charges = not self._desk.endpoint.loopback
        purse = Purse(self._desk.limits.within(most_usd), spent_usd, self._offers.listed, charges=charges)
        errand = Errand(messages, seed, key, purse, self._offers, self._store, watch)
        try:
            return self._through(chain, errand)
        except WriterError as error:
            error.spent_usd = errand.counted_usd
            raise

    def _through(self, chain: tuple[str, ...], errand: Errand) -> Reply:
        fallbacks: list[str] = []
        unknown: list[str] = []
        for model in chain:
            made = len(errand.attempts)
            try:
                text = Turn(self._desk, errand, model, self._manners).play()
            except Fault as fault:
                if fault.kind in FINAL:
                    raise self._stopped(fault) from fault
                unknown += [model] if fault.kind is Kind.UNKNOWN_MODEL else []
                tries = len(errand.attempts) - made
                fallbacks.append(f"{model}: {fault} ({_times(tries)})")
                errand.watch.note(fallbacks[-1])
            else:
                for advice in self._advise(unknown):
                    errand.watch.note(advice)
                return Reply(text, model, tuple(errand.attempts), tuple(fallbacks))
        raise self._nobody(fallbacks, unknown)

    def _nobody(self, fallbacks: Sequence[str], unknown: Sequence[str]) -> WriterError:
        """Make the user's error of a chain that failed; what came before its last model was told on the way."""
        tried = f" ({len(fallbacks)} tried); the last" if len(fallbacks) > 1 else ""
        other = f"choose other models with --model; every attempt is noted in {str(self._store.folder)!r}"
        return WriterError(
            f"no model answered{tried}: {fallbacks[-1]}", hint="; ".join([*self._advise(unknown), other])
        )

    def _advise(self, unknown: Sequence[str]) -> list[str]:
        """Name the models that the unknown ones may have meant; asked for last, when nothing waits for it."""
        ids = [info.id for info in self._offers.listed()] if unknown else []
        guesses = {model: nearest(model, ids) for model in unknown}
        return [f"{model!r} may mean {' or '.join(alike)}" for model, alike in guesses.items() if alike]

    def _stopped(self, fault: Fault) -> WriterError:
        return stop(fault, self._desk.endpoint, self._desk.pace.now(), self._left)

    def _left(self) -> float | None:
        endpoint = self._desk.endpoint
        try:
            return balance(endpoint, transport=self._desk.transport)
        except WriterError:
            return None

    def _key(self, messages: "Sequence[Message]", chain: tuple[str, ...], seed: int | None) -> str:
        """Give the name of a question: the same words to the same models with the same parameters."""
        limits = self._desk.limits
        asked = {
            "server": self._desk.endpoint.base_url,
            "models": chain,
            "messages": [(message.role, message.content) for message in messages],
            "seed": seed,
            "manner": (limits.temperature, limits.reasoning_effort),
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _times(count: int) -> str:
    return f"{count} attempt{'' if count == 1 else 's'}"
