"""The band: ACE-Step behind the seam of `studio.Band`."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import httpx

from pipeline.acestep.collecting import Collection
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.download import Downloads
from pipeline.acestep.forecast import Speed
from pipeline.acestep.intake import Intake
from pipeline.acestep.outcomes import Harvest
from pipeline.acestep.poller import Poller
from pipeline.acestep.server import Server
from pipeline.acestep.wire import Wire
from pipeline.errors import ShelfError
from pipeline.take import Job, Outcome, Ticket

if TYPE_CHECKING:
    from pipeline.studio import Watch


class AceStep:
    """One ACE-Step server. Safe to use from several threads; all of them share one poller.

    `key` is "" when the server wants none. `clock` is monotonic, `now` Unix time, both in seconds. Raises
    SettingsError for an address or a key that cannot be one.
    """

    def __init__(
        self,
        url: str,
        key: str = "",
        deadlines: Deadlines = Deadlines(),  # noqa: B008 -- frozen
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._deadlines, self._clock, self._now = deadlines, clock, now
        self._wire = Wire(url, key, deadlines, transport=transport, clock=clock)
        self._server = Server(self._wire, deadlines, clock=clock, sleep=sleep)
        self._intake = Intake(self._server, deadlines, clock=clock, sleep=sleep, now=now)
        self._poller = Poller(self._server, deadlines, clock=clock, sleep=sleep)
        self._speed = Speed()
        downloads = Downloads(self._wire, deadlines, clock=clock, sleep=sleep)
        self._harvest = Harvest(self._server, downloads, self._speed)

    def close(self) -> None:
        """Close what is open."""
        self._wire.close()

    def __enter__(self) -> "AceStep":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, job: Job, watch: "Watch") -> Ticket:
        """Hand in a job once, telling the watch of a server that keeps us waiting. Raises `BandError`."""
        return self._intake.submit(job, watch)

    def collect(self, tickets: Sequence[Ticket], folder: Path, watch: "Watch") -> tuple[Outcome, ...]:
        """Wait for every ticket and download what was played into `folder`, in the order of the tickets.

        Safe to call again, in another process too: files are named after their take and appear whole, and
        what is already there in full is not fetched again. Raises `BandError` when the server cannot be
        reached any more or is still playing when our time is over, `ShelfError` when the folder cannot be written to.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise ShelfError(f"the folder {str(folder)!r} cannot be made: {exc.strerror or exc}") from exc
        collection = Collection(
            self._server,
            self._poller,
            self._harvest,
            self._speed,
            self._deadlines,
            clock=self._clock,
            now=self._now,
        )
        return collection.run(tickets, folder, watch)
