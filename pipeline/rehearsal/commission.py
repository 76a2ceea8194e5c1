"""What a client asks of the band: the body of /release_task, read as ACE-Step 1.5 reads it."""

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import parse_qsl

from pipeline.brief import LONGEST_S
from pipeline.rehearsal.encode import FORMATS

Body = Mapping[str, object]

_MOST_TAKES = 8
_NESTED = ("param_obj", "metas", "meta", "metadata", "user_metadata", "userMetadata")
_NAMES = {
    "prompt": ("prompt", "caption"),
    "key_scale": ("key_scale", "keyscale", "keyScale", "key"),
    "time_signature": ("time_signature", "timesignature", "timeSignature"),
    "audio_duration": ("audio_duration", "duration", "audioDuration", "target_duration", "targetDuration"),
    "vocal_language": ("vocal_language", "vocalLanguage", "language"),
    "use_random_seed": ("use_random_seed", "useRandomSeed"),
}


@dataclass(frozen=True, slots=True)
class Commission:
    """One task as the server understood it; seconds, beats per minute (0 is open), "A minor"."""

    prompt: str
    lyrics: str
    duration_s: float
    bpm: int
    key_scale: str
    time_signature: str
    language: str
    thinking: bool
    takes: int
    seeds: tuple[int, ...]
    audio_format: str

    def file_name(self, take: int) -> str:
        """Name a take's file: the same parameters and seed give the same name, as on the real server."""
        digest = hashlib.sha256(repr((sorted(asdict(self).items()), take)).encode()).hexdigest()
        return (
            f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}.{self.audio_format}"
        )


def parse(raw: bytes, content_type: str) -> Body | None:
    """Read a body as JSON or as a form; the type is guessed from the content when the header does not help.

    Gives None when it is neither. Raises ValueError for JSON that is malformed or no object.
    """
    text = raw.decode("utf-8", "replace").strip()
    if "json" in content_type or text.startswith(("{", "[")):
        body = json.loads(text)
        if not isinstance(body, dict):
            raise ValueError("JSON payload must be an object")
        return body
    if "urlencoded" in content_type or "=" in text:
        return dict(parse_qsl(text))
    return None


def read(body: Body) -> Commission:
    """Understand a body; missing numbers and those that cannot be read silently become the defaults."""
    takes = min(max(1, int(_number(body, "batch_size", 2))), _MOST_TAKES)
    seeds = _seeds(body, takes)
    duration = _number(body, "audio_duration", 0.0)
    if duration <= 0:  # the real server rolls dice here when its language model is away
        duration = round(random.Random(seeds[0]).uniform(10, 120), 1)  # noqa: S311 -- music, not a secret
    audio_format = str(_found(body, "audio_format") or "mp3").lower()
    return Commission(
        prompt=_text(body, "prompt"),
        lyrics=_text(body, "lyrics"),
        duration_s=min(duration, LONGEST_S),
        bpm=int(_number(body, "bpm", 0)),
        key_scale=_text(body, "key_scale"),
        time_signature=_text(body, "time_signature").removesuffix("/4").removesuffix("/8"),
        language=_text(body, "vocal_language") or "en",
        thinking=_truth(body, "thinking", usual=False),
        takes=takes,
        seeds=seeds,
        audio_format=audio_format if audio_format in FORMATS else "flac",
    )


def _seeds(body: Body, takes: int) -> tuple[int, ...]:
    """Obey a seed only when random seeds are switched off, and for the first take only."""
    dice = random.SystemRandom()
    asked = int(_number(body, "seed", -1))
    first = dice.getrandbits(32) if _truth(body, "use_random_seed", usual=True) or asked < 0 else asked
    return first, *(dice.getrandbits(32) for _ in range(takes - 1))


def _found(body: Body, name: str) -> object:
    nested = [_opened(body.get(key)) for key in _NESTED]
    for place in (body, *nested):
        for alias in _NAMES.get(name, (name,)):
            if place.get(alias) is not None:
                return place[alias]
    return None


def _opened(value: object) -> Body:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _text(body: Body, name: str) -> str:
    value = _found(body, name)
    return "" if value is None else str(value)


def _number(body: Body, name: str, usual: float) -> float:
    try:
        value = float(str(_found(body, name)))
    except ValueError:
        return usual
    return value if abs(value) < 2**33 else usual  # also refuses NaN and the infinities


def _truth(body: Body, name: str, *, usual: bool) -> bool:
    value = _found(body, name)
    return usual if value is None else str(value).lower() in {"1", "true", "yes", "y", "on"}


def ids(body: Body) -> tuple[str, ...]:
    """Read `task_id_list`, a list or a JSON string of one; anything else asks for nothing."""
    asked = body.get("task_id_list")
    if isinstance(asked, str):
        try:
            asked = json.loads(asked)
        except ValueError:
            return ()
    return tuple(str(task_id) for task_id in asked) if isinstance(asked, list) else ()
