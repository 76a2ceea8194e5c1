"""The reissue: a song read back out of its own tags, as a draft and the brief to play it by."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from pipeline.brief import LONGEST_BRIEF, Brief
from pipeline.errors import InputError
from pipeline.labels import Labels, language_of, parameters_of
from pipeline.song import Section, Song, clean_line
from pipeline.track import Author
from pipeline.writing import parse, render
from pipeline.writing.draft import NoSong

_NOTHING_SUNG = "zxx"
_INSTRUMENTAL = Section("Instrumental")
_LONGEST_WORDS = 200_000  # characters: a song has a few thousand; the tags of a file can hold megabytes
_LONGEST_PROMPT = 20_000
_LONGEST_TITLE = 200
_LONGEST_MODEL = 200
_TAG = re.compile(r"\[([^\[\]]+)\]")
# The parameters of a job that are settings; `_told` knows what each may be (see `Acestep` in the settings).
_SETTINGS = ("thinking", "inference_steps", "guidance_scale", "audio_format")
_SEED = re.compile("[0-9]{1,10}")
_HASH = re.compile("[0-9a-f]{64}")
_FORMATS = {"mp3", "flac", "wav", "ogg", "opus"}


def draft_of(labels: Labels) -> tuple[str, dict[str, Any]]:
    """Give the text of a draft, and the fields of the brief that has it played as it was.

    Nothing in the tags is trusted: what is too long, of the wrong type or out of range is left out as if it were
    not there. Raises InputError when the labels hold no song of songpipe's.
    """
    if not (labels.prompt and labels.song_id):
        raise InputError(
            "its tags tell no song of songpipe", hint="--from takes a file that songpipe has made"
        )
    if len(labels.lyrics) > _LONGEST_WORDS or len(labels.prompt) > _LONGEST_PROMPT:
        raise InputError("the words in its tags are too long for a song")
    if not labels.lyrics and labels.language != _NOTHING_SUNG:
        raise InputError("its lyrics are gone from the tags", hint="play a draft: songpipe render FILE")
    return render.draft(_song(labels)), _brief(labels)


def author_of(labels: Labels) -> Author:
    """Give who wrote the words, as far as the tags can be believed: played again they are still that one's."""
    prompts_hash = labels.templates if _HASH.fullmatch(labels.templates) else ""
    return Author(clean_line(labels.writer[:_LONGEST_MODEL]), prompts_hash)


def settings_of(labels: Labels) -> tuple[str, ...]:
    """Give the settings that the song was played with, as assignments such as "acestep.inference_steps=8"."""
    found = parameters_of(labels)
    return tuple(f"acestep.{name}={told}" for name in _SETTINGS if (told := _told(name, found.get(name))))


def _told(name: str, value: object) -> str:
    """Spell a setting; "" for a value that it cannot have."""
    match name, value:
        case "thinking", bool():
            return str(value).lower()
        case "inference_steps", int() if value is not True and 1 <= value <= 200:
            return str(value)
        case "guidance_scale", int() | float() if value is not True and 1 <= value <= 30:
            return str(value)
        case "audio_format", str() if value in _FORMATS:
            return value
    return ""


def _song(labels: Labels) -> Song:
    sections = _sections(labels.lyrics) or _read(labels.lyrics)
    try:
        return Song(clean_line(labels.prompt), sections, _title(labels))
    except ValueError as error:
        raise InputError(f"the words in its tags make no song: {error}") from error


def _sections(lyrics: str) -> tuple[Section, ...]:
    """Read the lyrics as `render.lyrics` writes them; nothing when someone has written them otherwise."""
    if not lyrics:
        return (_INSTRUMENTAL,)
    try:
        return tuple(_exact("\n".join(lyrics.splitlines())))
    except ValueError:
        return ()


def _exact(lyrics: str) -> Iterator[Section]:
    for block in lyrics.strip("\n").split("\n\n"):
        tag, *lines = block.split("\n")
        match = _TAG.fullmatch(tag)
        if match is None:
            raise ValueError
        name, _, hint = match[1].partition(" - ")
        yield Section(name, hint, tuple(lines))


def _read(lyrics: str) -> tuple[Section, ...]:
    """Read lyrics that were edited, as a draft is read."""
    try:
        return parse.song(f"PROMPT: a song\nLYRICS:\n{lyrics}").song.sections
    except NoSong as nothing:
        raise InputError("the lyrics in its tags make no song", hint=str(nothing)) from nothing


def _brief(labels: Labels) -> dict[str, Any]:
    """Give each field the first of its values that a brief can have: the job's, else what the tag says.

    Of the seeds the take's own goes before the job's.
    """
    job = parameters_of(labels)
    said: dict[str, tuple[object, ...]] = {
        "duration": (job.get("duration_s"),),
        "language": (job.get("language"), language_of(labels.language)),
        "seed": (int(labels.seed) if _SEED.fullmatch(labels.seed) else None, job.get("seed")),
        "bpm": (job.get("bpm"), labels.bpm),
        "key": (job.get("key"), labels.key),
        "time_signature": (job.get("time_signature"),),
        "instrumental": (not labels.lyrics or None,),
    }
    text = clean_line(labels.brief[:LONGEST_BRIEF]) or f"the song {_title(labels)!r}"
    fitting = {
        field: next((each for each in values if _fits(field, each)), None) for field, values in said.items()
    }
    return {"text": text, **{field: value for field, value in fitting.items() if value is not None}}


def _title(labels: Labels) -> str:
    return clean_line(labels.title[:_LONGEST_TITLE])


def _fits(field: str, value: object) -> bool:
    """Say whether a brief takes the value as it stands: no text for a number, no truth for one either."""
    if value is None or value == "" or (isinstance(value, bool) and field != "instrumental"):
        return False
    try:
        Brief.model_validate({"text": "a song", field: value}, strict=True)
    except ValidationError:
        return False
    return True
