"""A glance at a server: is it up, loading or down, as far as one look at its health page tells."""

import time
from collections.abc import Callable
from enum import StrEnum

import httpx

from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.faults import Ailing, NotReached, Silent
from pipeline.acestep.wire import Wire
from pipeline.errors import BandError


class Glance(StrEnum):
    """What one look tells."""

    UP = "up"  # something answers, be it an ACE-Step server or not
    LOADING = "loading"  # a server is there, and cannot answer yet
    DOWN = "down"  # nobody takes connections


def glance(
    url: str,
    key: str = "",
    deadlines: Deadlines = Deadlines(),  # noqa: B008 -- frozen
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Glance:
    """Look at a server once. Raises SettingsError for an address or a key that cannot be one."""
    with Wire(url, key, deadlines, transport=None, clock=clock) as wire:
        try:
            wire.get("/health")
        except NotReached:
            return Glance.DOWN
        except Silent as fault:
            # ssh takes the connections of its tunnel itself, and hangs up when nobody is at the other end.
            return Glance.LOADING if _is_slow(fault) else Glance.DOWN
        except Ailing:
            return Glance.LOADING
        except BandError:
            return Glance.UP
        return Glance.UP


def _is_slow(fault: Silent) -> bool:
    return fault.__cause__ is None or isinstance(fault.__cause__, httpx.TimeoutException)
