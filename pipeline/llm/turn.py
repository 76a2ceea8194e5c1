"""One model's turn in the chain: attempts, pauses, and what is changed between them."""

from collections.abc import MutableMapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from pipeline.llm.answer import Answer
from pipeline.llm.attempt import Desk, attempt
from pipeline.llm.faults import ONCE_MORE, PASSING, UNBILLED, Fault, Kind
from pipeline.llm.manner import LEAST_TOKENS, Manner, too_large
from pipeline.llm.offers import Offers
from pipeline.llm.pace import spoken
from pipeline.llm.purse import Purse, prompt_tokens
from pipeline.llm.raw import Page, RawStore
from pipeline.llm.redact import Redactor
from pipeline.track import Attempt

if TYPE_CHECKING:
    from pipeline.studio import Watch
    from pipeline.writing.prompt import Message

_LOWER = {"minimal": "minimal", "none": "none", "low": "minimal"}


@dataclass(slots=True)
class Errand:
    """One ask on its way: what is asked, what it may cost, and every attempt made for it so far."""

    messages: "Sequence[Message]"
    seed: int | None
    key: str
    purse: Purse
    offers: Offers
    store: RawStore
    watch: "Watch"
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def counted_usd(self) -> float:
        """What all attempts count against the limit, at most."""
        return sum(attempt.counted_usd for attempt in self.attempts)


class Turn:
    """Asks one model until it answers or there is no point in asking it again."""

    def __init__(self, desk: Desk, errand: Errand, model: str, manners: MutableMapping[str, Manner]) -> None:
        self._desk = desk
        self._errand = errand
        self._model = model
        self._manners = manners
        self._prompt = prompt_tokens(errand.messages)
        self._wanted = desk.limits.max_tokens
        self._asked = 0
        self._effort = desk.limits.reasoning_effort
        self._streaming = True
        self._lowered = False
        self._failures = 0
        self._seen: set[Kind] = set()
        self._deadline = desk.pace.clock() + desk.limits.total_s

    def play(self) -> str:
        """Give the text of a whole answer. Raises the `Fault` that ended the turn, or `CostLimit`."""
        while True:
            answer = Answer()
            try:
                return self._ask(answer)
            except Fault as fault:
                self._mend(fault, answer)

    @property
    def _manner(self) -> Manner:
        return self._manners.get(self._model, Manner())

    def _ask(self, answer: Answer) -> str:
        desk, errand = self._desk, self._errand
        self._asked = self._room()
        request = self._manner.request(
            self._model,
            errand.messages,
            desk.limits,
            self._asked,
            errand.seed,
            effort=self._effort,
            streaming=self._streaming,
        )
        started = desk.pace.clock()
        failure: BaseException | None = None
        with errand.store.page(errand.key) as page:
            try:
                return attempt(
                    desk, request, self._deadline, page, answer, errand.watch, streaming=self._streaming
                )
            except BaseException as caught:
                failure = caught
                raise
            finally:
                page.close()
                self._record(answer, failure, page, desk.pace.clock() - started)

    def _room(self) -> int:
        """Give how many tokens to ask for: as wanted, affordable and possible. Raises `CostLimit`."""
        errand, wanted = self._errand, self._manner.budget(self._wanted)
        allowed = errand.purse.allow(self._model, self._prompt, wanted)
        most = errand.offers.most_tokens(self._model) or 0
        # A catalogue that leaves no room for a song is not believed: the model itself says what it takes.
        return min(allowed, most) if most >= LEAST_TOKENS else allowed

    def _record(self, answer: Answer, failure: BaseException | None, page: Page, seconds: float) -> None:
        """Count the attempt, write it into the journal and, for a whole reply, beside the reply."""
        errand, redactor = self._errand, Redactor(self._desk.endpoint.api_key)
        cost = answer.cost_usd
        if cost is None and answer.finish:  # what was counted in the middle of a reply is not the bill
            cost = errand.purse.cost(self._model, answer.prompt_tokens, answer.completion_tokens)
        free = cost is None and not answer.frames and _unbilled(failure)
        counted = errand.purse.spend(self._model, 0.0 if free else cost, self._prompt, self._asked)
        done = Attempt(
            model=self._model,
            outcome=_outcome(failure),
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            reasoning_tokens=answer.reasoning_tokens,
            cost_usd=cost,
            counted_usd=counted,
            request_id=answer.request_id,
            seconds=round(seconds, 3),
            raw=page.path,
        )
        errand.attempts.append(done)
        if answer.finish:
            page.describe(
                {
                    "key": errand.key,
                    "attempt": asdict(done),
                    "served_model": redactor.clean(answer.served),
                    "finish_reason": redactor.clean(answer.finish),
                    "usage": redactor.deep(answer.usage),
                    "pricing": redactor.deep(answer.pricing),
                    "refusal": redactor.clean(answer.refusal),
                    "reasoning": redactor.clean("".join(answer.thoughts)),
                }
            )
        errand.store.record(errand.key, done, str(failure) if isinstance(failure, Fault) else "")

    def _mend(self, fault: Fault, answer: Answer) -> None:
        """Change what the fault asks for and return to try again; raise the fault when nothing would help."""
        learned = self._learned(fault)
        if learned is not None:
            self._manners[self._model] = learned
            self._note(fault, "asking again without that")
        elif fault.kind is Kind.NO_STREAM and self._streaming:
            self._streaming = False
            self._note(fault, "asking again without streaming")
        elif fault.kind is Kind.LENGTH:
            self._make_room(fault, answer)
        elif fault.kind in PASSING | ONCE_MORE:
            self._pause(fault)
            if answer.thoughts and fault.kind is Kind.EMPTY:
                self._effort = _lower(self._effort)
        else:
            raise fault

    def _learned(self, fault: Fault) -> Manner | None:
        """Give the manner that avoids the fault; fewer tokens are asked for once, not as often as told."""
        manner = self._manner
        if not too_large(fault):
            return manner.without(fault)
        lower = manner if self._lowered else manner.lower(fault, self._asked, self._prompt)
        self._lowered = True
        return None if lower == manner else lower

    def _make_room(self, fault: Fault, answer: Answer) -> None:
        """Allow a longer reply once; a model that only thought is also told to think less."""
        if fault.kind in self._seen:
            raise fault
        self._seen.add(fault.kind)
        self._wanted = 2 * self._asked
        effort = self._effort if answer.text.strip() else _lower(self._effort)
        room = self._room()
        if room <= self._asked and effort == self._effort:
            raise fault
        self._effort = effort
        self._note(fault, f"asking again with room for {room:,} tokens")

    def _pause(self, fault: Fault) -> None:
        """Wait as long as the server asks, or 1, 2, 4 … s; raise the fault when that leads nowhere."""
        self._failures += 1
        limits, pace = self._desk.limits, self._desk.pace
        wait_s = pace.pause_s(self._failures) if fault.wait_s is None else fault.wait_s
        if wait_s > limits.retry_after_max_s and fault.kind is Kind.BUSY:
            raise Fault(Kind.QUOTA, str(fault), wait_s=wait_s, said=fault.said)
        repeated = fault.kind in ONCE_MORE and fault.kind in self._seen
        too_long = wait_s > limits.retry_after_max_s or pace.clock() + wait_s > self._deadline
        if self._failures >= limits.attempts or repeated or too_long:
            raise fault
        self._seen.add(fault.kind)
        self._note(fault, f"trying again in {spoken(wait_s)}")
        pace.sleep(wait_s)

    def _note(self, fault: Fault, plan: str) -> None:
        self._errand.watch.note(f"{self._model}: {fault}; {plan}")


def _outcome(failure: BaseException | None) -> str:
    if failure is None:
        return "ok"
    return failure.kind.value if isinstance(failure, Fault) else "interrupted"


def _unbilled(failure: BaseException | None) -> bool:
    return isinstance(failure, Fault) and (failure.kind in UNBILLED or failure.said.status is not None)


def _lower(effort: str | None) -> str:
    return _LOWER.get(effort or "", "low")
