"""The illustrator: an image model behind any OpenAI-compatible server draws a picture for a song.

Importing this module imports the openai package (about half a second): only songs that are given a drawn cover do.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2

from pipeline.errors import WriterError
from pipeline.llm import complaint
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.errand import Errand, address_hint, barred, plain, sdk
from pipeline.llm.faults import Fault, Kind, of_status
from pipeline.llm.pace import Pace
from pipeline.llm.wire import Line

DEADLINE_S = 180.0  # the slow models of 2026 need one to two minutes at their best quality
MOST_BYTES = 20_000_000  # a PNG of 1024 × 1024 pixels of noise has 4 MB

_SETTING = "finish.cover"
_SIZE = "1024x1024"  # the one size that every model with sizes knows
_LONGEST_URL = 8000  # characters; signed addresses have 2,000
# How servers name a parameter that they do not take. The gpt-image models refuse `response_format` (and send base64).
_FORMAT_REFUSED = re.compile(
    r"(?i)response_format|b64_json|\bparameters?\b|\barguments?\b|\bextra (input|field)s?\b"
)


class Illustrator:
    """Draws with OpenAI, NanoGPT, LocalAI and every server with `/images/generations`.

    `deadline_s` is all the time one picture gets, in seconds, with everything that is tried again. Safe to share
    between threads.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        *,
        deadline_s: float = DEADLINE_S,
        pace: Pace | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._model = model
        self._deadline_s = deadline_s
        self._pace = pace or Pace()
        self._transport = transport

    def draw(self, wish: str) -> bytes:
        """Have a picture drawn and give its file, whatever it is: nobody has looked at it yet.

        Raises `WriterError` (and its children) when the server cannot be reached, refuses or sends no picture of at
        most `MOST_BYTES`. That is no fault of the song.
        """
        self._endpoint.demand_key()
        errand = Errand(self._endpoint, self._deadline_s, self._pace, self._transport)
        try:
            picture = self._drawn(wish, errand)
            return picture if isinstance(picture, bytes) else self._fetched(picture, errand)
        except Fault as fault:
            raise self._told(fault) from fault

    def _drawn(self, wish: str, errand: Errand) -> bytes | str:
        """Ask for the picture as base64, and by what it likes where a server does not take that wish."""
        try:
            return errand.run(partial(self._ask, wish, {"response_format": "b64_json"}), again=_DRAW_AGAIN)
        except Fault as fault:
            if fault.kind not in _REFUSALS or not _FORMAT_REFUSED.search(fault.said.message):
                raise
        return errand.run(partial(self._ask, wish, {}), again=_DRAW_AGAIN)

    def _ask(self, wish: str, more: Mapping[str, Any], line: Line) -> bytes | str:
        answer: object = sdk(line, self._endpoint).images.generate(
            model=self._model, prompt=wish, n=1, size=_SIZE, **more
        )
        return _read(plain(answer))

    def _fetched(self, url: str, errand: Errand) -> bytes:
        """Fetch what has been drawn; what goes wrong now is no matter of the model or its address."""
        try:
            return errand.run(partial(_fetch, url), again=_FETCH_AGAIN, at=self._keeper(url))
        except Fault as fault:
            raise Fault(Kind.LOST, f"the picture was drawn, but {fault}") from None

    def _keeper(self, url: str) -> Endpoint:
        """Give the server that keeps the picture; ours is told the key, another one is not.

        A model on the internet sends nobody to look around in the house: an address in there is refused, and
        so is everything but the web.
        """
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
            usable = usable and "@" not in parts.netloc and url.isprintable() and len(url) <= _LONGEST_URL
        except ValueError:
            usable = False
        if not usable:
            raise Fault(Kind.GARBLED, "it lies at no address of the web")
        if parts.netloc == self._endpoint.host and self._endpoint.base_url.startswith(f"{parts.scheme}:"):
            return self._endpoint
        if _is_inside(parts.hostname or "") and not _is_inside(
            urlsplit(self._endpoint.base_url).hostname or ""
        ):
            raise Fault(Kind.GARBLED, "it is said to lie on a machine of this network")
        return Endpoint(f"{parts.scheme}://{parts.netloc}", "", self._endpoint.key_name)

    def _told(self, fault: Fault) -> WriterError:
        """Make the user's error of a fault, with what to do about it."""
        refusal = barred(fault, self._endpoint, _SETTING)
        return refusal or WriterError(
            f"{self._endpoint.host} gave no picture: {fault}", hint=self._hint(fault)
        )

    def _hint(self, fault: Fault) -> str:
        if hint := address_hint(fault, self._endpoint, _SETTING):
            return hint
        if fault.kind in _OTHER_MODEL:
            return f"set {_SETTING}.model to an image model of {self._endpoint.host}, not {self._model!r}"
        return "the song itself is not affected: it can have the cover that songpipe draws by itself"


_REFUSALS = frozenset({Kind.REJECTED, Kind.PARAMETER})
# What broke off may have been drawn and billed: that is not asked for again. Fetching costs nothing.
_DRAW_AGAIN = frozenset({Kind.BUSY, Kind.SERVER})
_FETCH_AGAIN = _DRAW_AGAIN | {Kind.LOST, Kind.UNREACHABLE}
_OTHER_MODEL = frozenset(
    {Kind.UNKNOWN_MODEL, Kind.FORBIDDEN_MODEL, Kind.REJECTED, Kind.PARAMETER, Kind.GARBLED, Kind.EMPTY}
)


def _read(answer: object) -> bytes | str:
    """Read the picture out of an answer, or the address where it lies. Raises `Fault` when there is neither."""
    if not isinstance(answer, Mapping):
        raise Fault(Kind.GARBLED, "the answer is not what the API promises")
    if answer.get("error"):
        said = complaint.of(answer)
        raise of_status(said.status or 500, said)
    rows = answer.get("data")
    row = rows[0] if isinstance(rows, list) and rows else None
    row = row if isinstance(row, Mapping) else {}
    inline, url = row.get("b64_json"), row.get("url")
    if isinstance(inline, str) and inline.strip():
        return _decoded(inline)
    if not isinstance(url, str) or not url.strip():
        raise Fault(Kind.EMPTY, "the answer holds no picture")
    return _decoded(url) if url.lstrip()[:5].lower() == "data:" else url.strip()


def _decoded(text: str) -> bytes:
    """Decode base64, with or without the head of a data address before it."""
    if text.lstrip()[:5].lower() == "data:":
        text = text.partition(",")[2]
    if len(text) > MOST_BYTES * 3 // 2:  # a third more than the file, and line ends
        raise _too_large()
    try:
        picture = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Fault(Kind.GARBLED, "the picture is not written in base64") from None
    return _demanded(picture)


def _fetch(url: str, line: Line) -> bytes:
    """Fetch a picture. Its address may hold a secret, so it is never repeated."""
    with line.http.stream("GET", url) as response:
        if 300 <= response.status_code < 400:
            raise Fault(Kind.GARBLED, "it does not lie where it is said to lie")
        if not response.is_success:
            raise Fault(
                Kind.SERVER if response.status_code >= 500 else Kind.EMPTY,
                f"it cannot be fetched ({response.status_code})",
            )
        picture = bytearray()
        for chunk in response.iter_bytes():
            picture += chunk
            if len(picture) > MOST_BYTES:
                raise _too_large()
    return _demanded(bytes(picture))


def _demanded(picture: bytes) -> bytes:
    """See that there is something, and no web page."""
    if len(picture) > MOST_BYTES:
        raise _too_large()
    if not picture:
        raise Fault(Kind.EMPTY, "the picture is empty")
    if picture.lstrip()[:1] == b"<":
        raise Fault(Kind.GARBLED, "a web page came instead of a picture")
    return picture


def _too_large() -> Fault:
    return Fault(Kind.GARBLED, f"the picture is larger than {MOST_BYTES // 1_000_000} MB")


def _is_inside(host: str) -> bool:
    """Say whether a name or number means this machine or its network, as far as it can be told by looking at it."""
    name = host.rstrip(".")
    try:
        return not ip_address(name).is_global
    except ValueError:
        inside = (".localhost", ".local", ".lan", ".home.arpa", ".internal")
        # "127.1" and "0x7f000001" are numbers too, to whoever looks them up.
        return "." not in name or name.endswith(inside) or name.rsplit(".", 1)[-1][:1].isdigit()
