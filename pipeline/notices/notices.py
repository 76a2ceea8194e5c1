"""Who hears how the song of the day went. What goes wrong here is a note, never the end of a song."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.notices.healthcheck import Event, ping
from pipeline.notices.messages import Message, send

Wanted = Literal["never", "failure", "success", "always"]

_TALKATIVE = ("apprise", "httpcore", "httpx", "urllib3")  # their log lines hold whole addresses


@dataclass(frozen=True, repr=False)
class Notices:
    """The people and the watchdog to tell. `note` hears of every notice that did not arrive.

    `addresses` are apprise's and `healthcheck` is a web address or ""; both are secrets and appear in no note.
    `notify` says when people are told; the watchdog hears of everything.
    """

    addresses: Sequence[str]
    healthcheck: str
    notify: Wanted
    note: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def started(self) -> None:
        """Tell the watchdog that a song is being made."""
        self._ping("start", "")

    def succeeded(self, title: str, body: str, attachments: Sequence[Path] = ()) -> None:
        """Tell of a finished song; the files go along where a service takes files."""
        self._ping("success", f"{title}\n{body}")
        if self.notify in {"success", "always"}:
            self._send(Message("success", title, body, attachments))

    def failed(self, title: str, body: str) -> None:
        """Tell that there is no song, and why."""
        self._ping("fail", f"{title}\n{body}")
        if self.notify in {"failure", "always"}:
            self._send(Message("failure", title, body))

    def _ping(self, event: Event, text: str) -> None:
        if self.healthcheck and (why := ping(self.healthcheck, event, text, self.sleep)):
            self.note(f"the healthcheck did not hear of the {_SPOKEN[event]}: {why}")

    def _send(self, message: Message) -> None:
        for number, address in enumerate(self.addresses, start=1):
            if why := send(address, message):
                self.note(f"notification {number} of {len(self.addresses)} {why}")


_SPOKEN: dict[Event, str] = {"start": "start", "success": "success", "fail": "failure"}
