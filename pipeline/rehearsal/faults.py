"""Every way the rehearsal studio can be told to misbehave, by name."""

import difflib
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pipeline.errors import InputError

Side = Literal["writer", "band"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to fail: on which server, and what a client meets there."""

    side: Side
    what: str


_WRITER = {
    "truncated-stream": "half the reply, then a clean end of stream without finish_reason",
    "length": "half the reply, finish_reason is length",
    "html-200": "an HTML page with status 200",
    "error-in-200": "a JSON error object with status 200",
    "choices-null": "a reply whose choices are null",
    "choices-empty": "a reply whose choices are an empty list",
    "bad-json": "a frame (or body) that is not JSON",
    "mid-stream-error": "some words, then an error frame with finish_reason error",
    "reasoning-only": "all the text in the reasoning field, none in the content",
    "thinks-aloud": "reasoning beside the content, and a <think> block inside it",
    "content-parts": "content as a list of parts instead of a string (not while streaming)",
    "ignores-stream": "one JSON body although a stream was asked for",
    "refuses-temperature": "status 400 naming the parameter temperature, whenever it is sent",
    "unknown-model": "status 404 model_not_found",
    "refusal": "a polite refusal instead of a song",
    "content-filter": "no content, finish_reason is content_filter",
    "content-policy": "status 400 content_policy_violation",
    "401": "status 401 invalid_api_key",
    "402": "status 402 with the error as a string, the way NanoGPT sends it",
    "402-quota": "status 402 with an error object, code insufficient_quota",
    "403": "status 403 model_not_allowed",
    "408": "status 408 timeout",
    "429-short": "status 429 with Retry-After: 1",
    "429-long": "status 429 daily_usd_limit_exceeded with Retry-After: 86400",
    "500": "status 500 server_error",
    "503-html": "status 503 with an HTML page",
    "stall": "some words, then nothing more while the connection stays open",
    "stall-start": "no answer at all while the connection stays open",
    "slow": "the whole reply, spread over the studio's slow_s seconds",
    "disconnect": "some words, then the connection is cut",
    "empty": "empty content, finish_reason is stop",
    "no-song": "friendly chatter without a song in it",
    "bad-draft": "a draft that breaks error-level rules",
}

_BAND = {
    "lost-task": "the task is forgotten: status 0 and an empty result for ever",
    "no-file": "status 1 with an empty file name",
    "silent-failure": "status 2 without a reason",
    "no-lm": "no language model: thinking fails the task, /format_input answers 503",
    "oom": "CUDA out of memory for every task as long as the first one that met it",
    "mp3-broken": "MP3 export gives status 1 without a file; other formats work",
    "band-401": "status 401 Invalid API key",
    "band-429": "status 429, the queue is full",
    "band-500": "status 500 for every request",
    "band-html": "an HTML page with status 200 for every request, as on a wrong port",
    "slow-start": "requests hang until slow_s seconds after the start, as while models load",
    "soft-error": "/release_task answers status 200 with code 500 and no data",
    "lost-receipt": "/release_task queues the task, then cuts the connection",
    "foreign-url": "the file is an absolute URL on another host",
    "hostile-path": "the file is a path that climbs out of every folder",
    "truncated-download": "half the audio, then the connection is cut",
    "html-download": "an HTML page with status 200 instead of audio",
    "wrong-type": "the file is called as asked, but holds WAV",
    "wrong-length": "half the asked duration",
    "silence": "digital silence of full length",
    "noise": "white noise of full length",
    "buried": "the music turned down by half, under white noise",
    "cut-short": "the music ends at 40 % of its length, digital silence fills the rest",
    "late": "digital silence for the first 7 seconds",
    "drop-out": "digital silence for 5 seconds in the middle",
    "small-gap": "digital silence for 2.5 seconds in the middle",
    "dead-channel": "the right channel is silent",
    "inverted": "the right channel is the left one upside down",
    "mono": "both channels are the same",
    "clipped": "peaks 9 dB beyond full scale, cut off there",
    "hot": "squeezed by 12 dB of saturation, then 1.6 dB beyond full scale, as masters can be",
    "dc": "an offset of 5 % of full scale on both channels",
    "looped": "the first 2 seconds over and over",
    "abrupt-end": "no outro and no fade: full length, broken off in the middle of a chorus",
    "off-key": "played six semitones away from the key, in the right tempo",
    "off-tempo": "played a quarter faster than the tempo, in full length",
    "slow-opening": "a soft chord alone for the first 20 seconds, then the band",
    "undecodable": "the head of an MP3, then rubbish; only when MP3 is asked for",
    "stuck": "the task stays at progress 0.5 for ever",
    "dies": "the connection is cut in the middle of a poll",
}

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {name: Fault("writer", what) for name, what in _WRITER.items()}
    | {name: Fault("band", what) for name, what in _BAND.items()}
)


def table() -> str:
    """Lay out every fault with its side and meaning, a line each, for help texts and docs."""
    return "\n".join(f"{name:<20}{fault.side:<8}{fault.what}" for name, fault in FAULTS.items())


class FaultPlan:
    """The faults that shall strike, in the order given; safe to ask from several threads.

    Each is written `NAME` (strikes always) or `NAME:K` (strikes the first K requests it fits).
    Raises `InputError` for an unknown name or a count that is no positive number.
    """

    def __init__(self, specs: Iterable[str] = ()) -> None:
        self._left: dict[str, int | None] = dict(_read(spec) for spec in specs)
        self._lock = threading.Lock()

    def names(self, name: str) -> bool:
        """Say whether a fault was ordered at all, spent or not."""
        return name in self._left

    def draw(self, fitting: Collection[str]) -> str:
        """Give the first ordered fault among `fitting` that still strikes, and count it; "" when none."""
        with self._lock:
            for name, left in self._left.items():
                if name in fitting and left != 0:
                    self._left[name] = None if left is None else left - 1
                    return name
        return ""


def _read(spec: str) -> tuple[str, int | None]:
    name, colon, count = spec.partition(":")
    if name not in FAULTS:
        near = difflib.get_close_matches(name, FAULTS, n=3, cutoff=0.4)
        near += [known for known in FAULTS if name and name in known and known not in near]
        hint = f"nearest: {', '.join(near)}" if near else "`songpipe rehearsal --list-faults` lists them all"
        raise InputError(f"there is no fault called {name!r}", hint=hint)
    if not colon:
        return name, None
    if not (count.isascii() and count.isdigit() and int(count) > 0):
        raise InputError(
            f"fault {name!r} cannot strike {count!r} times",
            hint=f"write {name} for always, {name}:2 for twice",
        )
    return name, int(count)
