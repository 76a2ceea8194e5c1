"""The rehearsal studio: writer and band on loopback, for as long as the `with` lasts."""

import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.rehearsal.band_server import BandServer
from pipeline.rehearsal.faults import FaultPlan
from pipeline.rehearsal.loopback import Loopback
from pipeline.rehearsal.tasks import TaskQueue
from pipeline.rehearsal.writer_server import WriterServer


class RehearsalStudio:
    """Two real HTTP servers: `with RehearsalStudio() as studio: studio.writer_url, studio.band_url`.

    Port 0 takes any free one. `speed` is the least number of seconds that the band spends on a task, `slow_s`
    how long slow faults last, `queue_size` how many tasks may wait, `key` what clients must
    send ("" for nothing). Raises InputError for an unknown fault or a port that is taken.
    """

    def __init__(
        self,
        writer_port: int = 0,
        band_port: int = 0,
        *,
        speed: float = 0.0,
        faults: Iterable[str] = (),
        slow_s: float = 20.0,
        queue_size: int = 200,
        key: str = "",
    ) -> None:
        self._ports = writer_port, band_port
        self._speed = speed
        self._slow_s = slow_s
        self._queue_size = queue_size
        self._key = key
        self._plan = FaultPlan(faults)
        self._open = ExitStack()
        self.writer_url = ""
        self.band_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            folder = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="songpipe-rehearsal-")))
            tasks = opening.enter_context(
                TaskQueue(folder, self._plan, least_s=self._speed, size=self._queue_size)
            )
            plan, key, slow_s = self._plan, self._key, self._slow_s
            writer = opening.enter_context(
                Loopback(lambda line: WriterServer(plan, line, key=key, slow_s=slow_s).app(), self._ports[0])
            )
            band = opening.enter_context(
                Loopback(
                    lambda line: BandServer(tasks, folder, plan, line, key=key, slow_s=slow_s).app(),
                    self._ports[1],
                )
            )
            opening.callback(writer.close_soon)  # so that both close at the same time
            self._open = opening.pop_all()
        self.writer_url, self.band_url = f"{writer.url}/v1", band.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
