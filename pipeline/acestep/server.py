"""One server: what is known of it, and the questions that songpipe asks it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipeline.acestep import answers, knowledge, reasons, request
from pipeline.acestep.answers import Report, State
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.dialects import SUBMIT_PATH, Dialect, of_service, query
from pipeline.acestep.envelope import WRONG_PORT_HINT
from pipeline.acestep.faults import (
    Ailing,
    Answered,
    Busy,
    KeyRefused,
    NotAceStep,
    NotReached,
    Refused,
    Silent,
)
from pipeline.acestep.forecast import Speed
from pipeline.acestep.knowledge import Health, Stats
from pipeline.acestep.wire import Wire, is_missing
from pipeline.errors import BandError
from pipeline.take import Job, Trouble

_TRY_AGAIN_S = 3.0
_PROBE = {"prompt": "piano", "lyrics": "[Instrumental]"}


@dataclass(frozen=True, slots=True)
class Books:
    """What a server said of its jobs, and when: seconds of the clock."""

    stats: Stats
    at: float


class Server:
    """Knows one server's dialect once it was told, and remembers it. Safe to use from several threads."""

    def __init__(
        self, wire: Wire, deadlines: Deadlines, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.wire = wire
        self.url = wire.server
        self._deadlines = deadlines
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._dialect = Dialect.CURRENT
        self._is_sure = False
        self.speed = Speed()
        self.books: Books | None = None
        self._language_model: bool | None = None
        self._asked_for_model = False

    def health(self) -> Health | None:
        """Ask /health. None when a server is there that has no such page; raises the wire's faults."""
        try:
            data = self.wire.get("/health")
        except Refused as fault:
            if is_missing(fault.status):
                return None
            raise
        found = knowledge.health(data)
        if found is None:
            raise NotAceStep(f"{self.url} is no ACE-Step server", hint=WRONG_PORT_HINT)
        return found

    @property
    def dialect(self) -> Dialect:
        """What it speaks, as far as it is known: the current one until `recognise` or a job has told."""
        return self._dialect

    def recognise(self, when_down: Callable[[float], None]) -> None:
        """Find out the dialect, once; a server that refuses connections may still be starting.

        `when_down` hears how many seconds more it is waited for, each time before it is tried again. A server
        too busy to say, which loads its models or plays inside its Gradio app, is asked again the next time.
        Raises BandError when nothing can be reached in time, or something that cannot play.
        """
        with self._lock:
            if self._is_sure:
                return
            try:
                health = self._health_when_started(when_down)
            except (Silent, Ailing, Busy):
                return
            self._dialect, self._is_sure = self._recognised(health), True

    def _recognised(self, health: Health | None) -> Dialect:
        dialect = of_service(health.service) if health is not None else Dialect.CURRENT
        if dialect is Dialect.OPENROUTER:
            raise BandError(
                f"{self.url} speaks only the OpenRouter dialect, which can neither set a seed nor a format",
                hint="start ACE-Step's own API server (acestep-api) and give its address",
            )
        if health is not None and health.language_model is not None:
            self._language_model = health.language_model
        return dialect

    def _health_when_started(self, when_down: Callable[[float], None]) -> Health | None:
        end = self._clock() + self._deadlines.start_s
        while True:
            try:
                return self.health()
            except NotReached as fault:
                left_s = end - self._clock()
                if fault.unknown_host or left_s < _TRY_AGAIN_S:
                    raise
                when_down(left_s)
            self._sleep(_TRY_AGAIN_S)

    def post(self, job: Job) -> Any:
        """Hand in a job and give the answer, as it came. Raises the wire's faults; nothing is sent twice.

        A server that has not said what it is may play the job before it answers.
        """
        dialect = self._dialect
        blocks = dialect is Dialect.GRADIO or not self._is_sure
        answer_s = self._deadlines.blocking_s if blocks else self._deadlines.submit_s
        try:
            return self.wire.post(SUBMIT_PATH[dialect], request.body(job), answer_s=answer_s)
        except Refused as fault:
            if dialect is not Dialect.CURRENT or not is_missing(fault.status):
                raise
        answer = self._post_the_old_way(job, answer_s)
        with self._lock:
            self._dialect, self._is_sure = Dialect.JOBS, True
        return answer

    def _post_the_old_way(self, job: Job, answer_s: float) -> Any:
        try:
            return self.wire.post(SUBMIT_PATH[Dialect.JOBS], request.body(job), answer_s=answer_s)
        except Refused as fault:
            if is_missing(fault.status):
                raise NotAceStep(f"{self.url} is no ACE-Step server", hint=WRONG_PORT_HINT) from fault
            raise

    def ask(self, task_ids: Sequence[str], dialect: Dialect) -> dict[str, Report]:
        """Ask how tasks stand, in one request; where each job has a page of its own, about the first only."""
        if dialect is Dialect.JOBS:
            return {task_ids[0]: self._page(task_ids[0])}
        return answers.reports(self.wire.post("/query_result", query(list(task_ids))), task_ids)

    def _page(self, task_id: str) -> Report:
        try:
            data = self.wire.get(f"/v1/jobs/{quote(task_id, safe='')}")
        except Refused as fault:
            if fault.status == 404:
                return Report(State.UNKNOWN)
            raise
        return answers.reports(data, [task_id])[task_id]

    def look(self) -> Stats | None:
        """Ask how busy the server is; None when it has no page for that. Raises the wire's faults."""
        self.books = None
        try:
            stats = knowledge.stats(self.wire.get("/v1/stats"))
        except Refused as fault:
            if is_missing(fault.status):
                return None
            raise
        if stats is not None:
            self.books = Books(stats, self._clock())
            self.speed.mean_s = stats.average_s or self.speed.mean_s
        return stats

    def stats(self) -> Stats | None:
        """Ask how busy the server is; None when it does not tell, for whatever reason but a refused key."""
        try:
            return self.look()
        except KeyRefused:
            raise
        except BandError:
            return None

    def fresh_stats(self) -> Stats | None:
        """Give what it last said of its jobs if that still holds, within a gap of polling; None without that."""
        books = self.books
        is_fresh = books is not None and self._clock() - books.at <= self._deadlines.gap_s
        return books.stats if books is not None and is_fresh else None

    def lacks_language_model(self) -> bool:
        """Find out, once, whether the server has no language model: a failed job may not give the reason.

        False when there is one, and when nobody can tell.
        """
        with self._lock:
            if self._language_model is None and not self._asked_for_model:
                self._asked_for_model = True
                self._language_model = self._asked_language_model()
            return self._language_model is False

    def _asked_language_model(self) -> bool | None:
        try:
            self.wire.post("/format_input", _PROBE)
        except Answered as fault:
            return False if _names_no_model(fault) else None
        except BandError:
            return None
        return True


def _names_no_model(fault: Answered) -> bool:
    """Say whether an error is the one of a server without its language model."""
    return reasons.trouble(fault.reason) is Trouble.NO_LANGUAGE_MODEL
