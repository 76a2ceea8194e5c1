"""The band: ACE-Step behind the seam of `studio.Band`."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import httpx

from pipeline.acestep.collecting import ALONE, Collection, Company
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.download import Downloads
from pipeline.acestep.intake import Intake
from pipeline.acestep.knowledge import Stats
from pipeline.acestep.outcomes import Harvest
from pipeline.acestep.poller import Poller
from pipeline.acestep.server import Server
from pipeline.acestep.wire import Wire
from pipeline.errors import BandError, ShelfError
from pipeline.take import Job, Outcome, Ticket

if TYPE_CHECKING:
    from pipeline.studio import Watch


class AceStep:
    """One ACE-Step server. Safe to use from several threads; all of them share one poller.

    `key` is "" when the server wants none. `identity` is what tickets, recordings and keepsakes call the server:
    its address, if it has no other. `heard` is told how every poll went, a fault or None. `clock` is monotonic,
    `now` Unix time, both in seconds. Raises SettingsError for an address or a key that cannot be one.
    """

    def __init__(  # noqa: PLR0913 -- what a server is called by, and the world it lives in
        self,
        url: str,
        key: str = "",
        deadlines: Deadlines = Deadlines(),  # noqa: B008 -- frozen
        *,
        identity: str = "",
        heard: Callable[[BandError | None], None] = lambda _: None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._deadlines, self._clock, self._now = deadlines, clock, now
        self._wire = Wire(url, key, deadlines, transport=transport, clock=clock)
        self._server = Server(self._wire, deadlines, clock=clock, sleep=sleep)
        self.identity = identity or self._server.url
        self._intake = Intake(
            self._server, deadlines, identity=self.identity, clock=clock, sleep=sleep, now=now
        )
        self._poller = Poller(self._server, deadlines, clock=clock, sleep=sleep, heard=heard)
        downloads = Downloads(self._wire, deadlines, clock=clock, sleep=sleep)
        self._harvest = Harvest(self._server, downloads)

    def close(self) -> None:
        """Close what is open."""
        self._wire.close()

    def __enter__(self) -> "AceStep":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def ahead(self) -> int | None:
        """How many jobs stood before the latest one that was handed in; None when nobody can tell."""
        return self._intake.ahead

    def expected_s(self, job: Job) -> float | None:
        """Give the seconds that a job will take, None when neither we nor the server know."""
        return self._server.speed.expected_s(job)

    def look(self) -> Stats | None:
        """Ask once how busy the server is; None when it has no page for that. Raises BandError when it is down."""
        return self._server.look()

    def submit(self, job: Job, watch: "Watch") -> Ticket:
        """Hand in a job once, telling the watch of a server that keeps us waiting. Raises `BandError`."""
        return self._intake.submit(job, watch)

    def collect(
        self,
        tickets: Sequence[Ticket],
        folder: Path,
        watch: "Watch",
        company: Company = ALONE,
    ) -> tuple[Outcome, ...]:
        """Wait for every ticket and download what was played into `folder`, in the order of the tickets.

        Safe to call again, in another process too: files are named after their take and appear whole, and
        what is already there in full is not fetched again. Raises `BandError` when the server cannot be
        reached any more or is still playing when our time is over, `ShelfError` when the folder cannot be written
        to. Where other servers can play instead, a ticket of a server that is not reached fails with `GONE`.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise ShelfError(f"the folder {str(folder)!r} cannot be made: {exc.strerror or exc}") from exc
        collection = Collection(
            self._server,
            self._poller,
            self._harvest,
            self._deadlines,
            clock=self._clock,
            now=self._now,
        )
        return collection.run(tickets, folder, watch, company)
