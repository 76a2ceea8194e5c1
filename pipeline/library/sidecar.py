"""The sidecar: a track as a song document, and back."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import ShelfError
from pipeline.library import names
from pipeline.library.document import MeasuresPart, SidecarDocument, SongDocument, TakePart
from pipeline.song import Finding, Song
from pipeline.take import Measures, Recording, Take
from pipeline.track import Track, Words
from pipeline.writing import render
from pipeline.writing.rules import hook

_DEEPEST = 30  # levels of nesting: the document itself has five, the rest is a server's metadata
_RECORDING = {field.name for field in fields(Recording)}


def document(track: Track) -> dict[str, Any]:
    """Give the document that `--json` prints, ready for `json.dumps`, its keys in the contract's order."""
    return SongDocument.model_validate(_fields(track)).model_dump(mode="json", by_alias=True)


def text(track: Track) -> str:
    """Write the sidecar: the document with hashes and versions, as JSON that ends in a newline."""
    return SidecarDocument.model_validate(_fields(track)).model_dump_json(by_alias=True, indent=2) + "\n"


def parse(content: str) -> Track:
    """Read what `text` wrote; paths stay as they stand. Raises ShelfError when it is no song document."""
    try:
        return _track(SidecarDocument.model_validate_json(content))
    except ValueError as error:
        raise ShelfError("it is no song document that this songpipe reads", hint=_complaint(error)) from error


def load(sidecar: Path) -> Track:
    """Read a sidecar file; the track's paths are absolute, wherever the library has been moved.

    Raises ShelfError when it cannot be read, is no song document or points out of its folder.
    """
    try:
        track = parse(sidecar.read_text(encoding="utf-8"))
        return moved(track, lambda name: str(names.inside(sidecar.parent.absolute(), name)))
    except (OSError, UnicodeDecodeError) as error:
        raise ShelfError(f"cannot read {str(sidecar)!r}: {error}", hint="is it a song's sidecar?") from error
    except ShelfError as error:
        raise ShelfError(f"cannot read {str(sidecar)!r}: {error}", hint=error.hint) from error


def moved(track: Track, move: Callable[[str], str]) -> Track:
    """Give the track with `move` applied to every path on the shelf: file, sidecar and takes."""
    takes = tuple(
        replace(take, recording=replace(take.recording, file=move(take.recording.file)))
        for take in track.takes
    )
    return replace(track, takes=takes, file=move(track.file), sidecar=move(track.sidecar))


def _fields(track: Track) -> dict[str, Any]:
    song = track.words.song
    plain: dict[str, Any] = _plain(
        {
            **asdict(track),
            "schema": "songpipe.song/1",
            "brief": track.brief.model_dump(mode="json"),
            "prompt": song.prompt,
            "lyrics": render.lyrics(song),
            "sections": [asdict(section) for section in song.sections],
            "hook": {"first_line": next(iter(song.lines), None), "opening": hook.opening_of(song.prompt)},
            "writer": _writer(track.words),
            "findings": [asdict(finding) for finding in track.words.findings],
            "repairs": track.words.repairs,
            "takes": [_take(take) for take in track.takes],
            "bpm": track.brief.bpm or song.bpm,
            "key": track.brief.key or song.key,
        }
    )
    return plain


def _writer(words: Words) -> dict[str, Any]:
    counted = ("prompt_tokens", "completion_tokens", "reasoning_tokens")
    return {
        "model": words.model,
        "attempts": len(words.attempts),
        "fallbacks": words.fallbacks,
        "usage": {name: sum(getattr(attempt, name) for attempt in words.attempts) for name in counted},
        "cost_usd": words.cost_usd,
        "requests": [asdict(attempt) for attempt in words.attempts],
        "drafts": words.drafts,
        "prompts_hash": words.prompts_hash,
        "title": words.song.title,
        "write_s": words.write_s,
    }


def _take(take: Take) -> dict[str, Any]:
    return {
        **asdict(take.recording),
        "duration_s": take.measures.duration_s if take.measures else None,
        "verdict": take.verdict,
        "reasons": take.reasons,
        "measures": asdict(take.measures) if take.measures else None,
        "score": take.score,
        "sung": asdict(take.sung) if take.sung else None,
        "parameters": take.parameters,
        "degraded": take.degraded,
    }


def _plain(value: Any, depth: int = 0) -> Any:
    """Make plain JSON of what servers sent: no infinity, no half characters, no bottomless nesting."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(_plain(str(key))): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, depth + 1) for each in value]
    return value


def _track(found: SidecarDocument) -> Track:
    return Track(
        id=found.id,
        brief=found.brief,
        words=_words(found),
        title=found.title,
        language=found.language,
        duration_s=found.duration_s,
        takes=tuple(_heard(take) for take in found.takes),
        chosen_take=found.chosen_take,
        degraded=found.degraded,
        made_at=found.made_at,
        rehearsal=found.rehearsal,
        parameters=found.parameters,
        timings=found.timings,
        versions=found.versions,
        file=found.file,
        sidecar=found.sidecar,
        hashes=found.hashes,
        rating=found.rating,
        picked=found.picked,
        painter=found.painter,
    )


def _words(found: SidecarDocument) -> Words:
    writer = found.writer
    return Words(
        song=Song(found.prompt, found.sections, writer.title, found.bpm, found.key),
        findings=tuple(Finding(**finding.model_dump()) for finding in found.findings),
        repairs=found.repairs,
        model=writer.model,
        attempts=writer.requests,
        fallbacks=writer.fallbacks,
        prompts_hash=writer.prompts_hash,
        drafts=writer.drafts,
        write_s=writer.write_s,
    )


def _heard(part: TakePart) -> Take:
    return Take(
        Recording(**part.model_dump(include=_RECORDING)),
        _measures(part.measures),
        part.verdict,
        part.reasons,
        part.score,
        part.sung,
        part.parameters,
        part.degraded,
    )


def _measures(part: MeasuresPart | None) -> Measures | None:
    if part is None:
        return None
    levels = {name: -math.inf for name in ("peak_dbfs", "rms_dbfs") if getattr(part, name) is None}
    return Measures(**(part.model_dump() | {"hook": part.hook} | levels))


def _complaint(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
    return str(error)
