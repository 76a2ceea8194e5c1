"""Messages to people, through any of apprise's services. An address is a secret: no sentence here holds one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.notices.patience import within

_GAP = re.compile(r"[\s,]*\s[\s,]*|,(?=[A-Za-z][\w+.-]*://)")  # a comma inside an address stays
_DEADLINE_S = 60.0  # a service may first look up a host, then take an attachment of megabytes


@dataclass(frozen=True, slots=True)
class Message:
    """What a person reads, and the files that come with it where a service takes files."""

    kind: Literal["success", "failure"]
    title: str
    body: str
    attachments: Sequence[Path] = ()


def addresses(text: str) -> tuple[str, ...]:
    """Take apart the addresses of an environment variable: spaces, line ends or commas lie between them."""
    return tuple(filter(None, (part.strip(",") for part in _GAP.split(text.strip()))))


def send(address: str, message: Message, deadline_s: float = _DEADLINE_S) -> str:
    """Send a message to one address; give "" when it was taken, else why not, as the end of a sentence."""
    try:
        return within(deadline_s, lambda: _deliver(address, message))
    except TimeoutError:
        return f"was not taken within {deadline_s:g} s"
    except Exception as error:  # noqa: BLE001 -- the services are plug-ins, and none of them may stop a song
        return f"could not be sent ({type(error).__name__})"


def _deliver(address: str, message: Message) -> str:
    import apprise  # noqa: PLC0415 -- 0.1 s, and another 0.2 s for its services; most runs send nothing

    # Each in this very thread and without apprise's own pool: the process would wait for one that hangs.
    asset = apprise.AppriseAsset(app_id="songpipe", app_desc="songpipe", async_mode=False, service_timeout=0)
    service = apprise.Apprise.instantiate(address, asset=asset)
    if service is None:
        return "has an address that apprise does not know"
    desk = apprise.Apprise(asset=asset)
    desk.add(service)
    files = [str(path) for path in message.attachments]
    # A message without its file is better than none: services differ in what they take.
    for attached in (files, None) if files else (None,):
        if desk.notify(
            title=" ".join(message.title.split()),
            body=message.body,
            notify_type=apprise.NotifyType(message.kind),
            body_format=apprise.NotifyFormat.TEXT,
            attach=attached,
        ):
            return ""
    return f"was not taken by {service.service_name}"
