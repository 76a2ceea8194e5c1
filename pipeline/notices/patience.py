"""Patience with strangers: work that gets so long and no longer."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Give what the work gives; raise what it raises, and TimeoutError when it takes longer.

    Work that hangs is left behind on a daemon thread: it keeps neither the caller nor the process.
    """
    outcome: Future[Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 -- it is raised again where somebody listens
            outcome.set_exception(error)

    threading.Thread(target=run, name="notice", daemon=True).start()
    return outcome.result(timeout=seconds)
