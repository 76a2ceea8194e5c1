"""The answers of every dialect in one form: what a server says about a task. Pure, and safe with any JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.acestep import reasons
from pipeline.acestep.envelope import decoded

LONGEST_ID = 200  # characters; the servers' own are UUIDs
_MOST_DECODINGS = 3  # a result may be JSON inside a JSON string inside one more
_IDS = ("task_id", "job_id", "id")
_ONE_FILE = ("url", "file", "audio_path", "path")
_FILE_LISTS = ("audio_paths", "raw_audio_paths")
_TWO_FILES = ("first_audio_path", "second_audio_path")


class State(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the server knows no such task; it says so by an empty result
    OVERDUE = "overdue"  # called failed for its age while its own entry still runs


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a server says when it takes a job; one that plays it at once says `DONE`."""

    task_id: str
    state: State


@dataclass(frozen=True, slots=True)
class Report:
    """What a server says about a task. `progress` 0…1; `reason` its words for a failure.

    `hearsay` is the last line of the server's log, which may be another task's: better than nothing, no
    proof.
    """

    state: State
    progress: float | None = None
    stage: str = ""
    audio: tuple[str, ...] = ()
    reason: str = ""
    hearsay: str = ""
    says: dict[str, Any] = field(default_factory=dict)


_WORDS = {
    State.QUEUED: ("queued", "pending", "waiting"),
    State.RUNNING: ("0", "running", "processing", "in_progress", "started"),
    State.DONE: ("1", "succeeded", "success", "completed", "complete", "done", "finished"),
    State.FAILED: ("2", "-1", "failed", "failure", "error", "cancelled", "canceled", "timeout"),
}
_STATES = {word: state for state, words in _WORDS.items() for word in words}


def receipt(data: Any) -> Receipt | None:
    """Read the answer to a job handed in; None when it names no task."""
    if isinstance(data, list) and data:
        data = data[0]
    if isinstance(data, str):
        data = {"task_id": data}
    task_id = _id(data) if isinstance(data, dict) else ""
    if not task_id:
        return None
    return Receipt(task_id, _state(data.get("status")) or State.QUEUED)


def reports(data: Any, asked: Sequence[str]) -> dict[str, Report]:
    """Read the answer to a poll: a report for each task asked about; what it does not mention is unknown."""
    items = [item for item in (data if isinstance(data, list) else [data]) if isinstance(item, dict)]
    named = {_id(item): item for item in items}
    if len(asked) == 1 and len(items) == 1 and (not _id(items[0])):
        named = {asked[0]: items[0]}
    return {
        task_id: _report(named[task_id]) if task_id in named else Report(State.UNKNOWN) for task_id in asked
    }


def _report(item: Mapping[str, Any]) -> Report:
    result = _result(item)
    entries = [entry for entry in result if isinstance(entry, dict)]
    state = _standing(item, result, entries)
    first = entries[0] if entries else {}
    stage = _text(first, "stage") or _text(item, "stage")
    queued = state is State.RUNNING and stage.lower() == "queued"
    return Report(
        State.QUEUED if queued else state,
        _fraction(first.get("progress", item.get("progress"))),
        stage,
        _files([*result, *([item] if "result" not in item else [])]) if state is State.DONE else (),
        _why(item, entries, result),
        reasons.last_words(_raw(item, "progress_text")),
        _says(first, item),
    )


def _standing(item: Mapping[str, Any], result: list[Any], entries: list[dict[str, Any]]) -> State:
    """Weigh the task's own status against those of its entries, which older and lazier servers contradict."""
    inner = [_state(entry.get("status")) for entry in entries]
    said = next((one for one in (_state(item.get("status")), *inner) if one is not None), State.RUNNING)
    if not result and _word(item.get("status")) == "0":
        return State.UNKNOWN
    if said is State.FAILED and inner and all(one in {State.RUNNING, State.QUEUED} for one in inner):
        return State.OVERDUE
    if said is State.DONE and inner and all(one is State.FAILED for one in inner):
        return State.FAILED
    return said


def _state(status: Any) -> State | None:
    return _STATES.get(_word(status))


def _word(status: Any) -> str:
    """Spell a status as a word: 1, 1.0, "1" and " Succeeded " are said by servers, true is not."""
    if isinstance(status, bool) or not isinstance(status, int | float | str):
        return ""
    if isinstance(status, float) and status.is_integer():
        status = int(status)
    return str(status).strip().lower()


def _result(item: Mapping[str, Any]) -> list[Any]:
    """Give the result as a list, whatever it came as: nothing, JSON in a string (or twice), list, object."""
    result = item.get("result")
    for _ in range(_MOST_DECODINGS):
        if not isinstance(result, str):
            break
        try:
            result = decoded(result)
        except ValueError:
            break
    if result is None or result in ("", {}):
        return []
    return result if isinstance(result, list) else [result]


def _files(result: list[Any]) -> tuple[str, ...]:
    """Collect the audio files named anywhere in a result, each once, in order."""
    found: list[str] = []
    for entry in result:
        if isinstance(entry, str) and ("/" in entry or "\\" in entry):  # a path, and no remark
            found.append(entry)
        elif isinstance(entry, dict):
            found += _files_of(entry)
    return tuple(dict.fromkeys(name for name in (one.strip() for one in found) if name))


def _files_of(entry: Mapping[str, Any]) -> list[str]:
    """An entry names one file in several spellings, or several files in one list: count no file twice."""
    for key in _FILE_LISTS:
        names = [name for name in _list(entry.get(key)) if isinstance(name, str) and name.strip()]
        if names:
            return names
    pair = [_raw(entry, key) for key in _TWO_FILES if _raw(entry, key).strip()]
    single = next((_raw(entry, key) for key in _ONE_FILE if _raw(entry, key).strip()), "")
    return pair or [single]


def _why(item: Mapping[str, Any], entries: list[dict[str, Any]], result: list[Any]) -> str:
    """Look in all the places where a failure's reason hides; "" when there is none."""
    inner = entries[0] if entries else {}
    places = [_raw(item, "error"), _raw(inner, "error")]
    places += [_raw(one, key) for one in (item, inner) for key in ("message", "detail", "status_message")]
    places += [one for one in result if isinstance(one, str)]
    stage = _raw(inner, "stage")
    places.append("" if stage.lower() in {"failed", "queued", "succeeded", "running"} else stage)
    return next((text for text in places if text.strip()), "")


def _says(first: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what is worth knowing about how it was played: short plain values only."""
    metas = first.get("metas") if isinstance(first.get("metas"), dict) else item.get("metas")
    wanted = ("dit_model", "lm_model", "seed_value", "generation_info")
    said = {key: first.get(key) for key in wanted}
    if isinstance(metas, dict):
        said |= {key: metas.get(key) for key in ("bpm", "duration", "genres", "keyscale", "timesignature")}
    return {key: plain for key, value in said.items() if (plain := _plain(value)) is not None}


def _plain(value: Any) -> str | int | float | None:
    if isinstance(value, str):
        return None if value in {"", "N/A"} else reasons.clean(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 1e15 else None  # neither NaN nor infinite


def _fraction(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 -- NaN
        return None
    return float(min(max(value, 0), 1))


def _id(item: Mapping[str, Any]) -> str:
    """Give the task's id, "" when there is none that can be asked for again."""
    for key in _IDS:
        value = item.get(key)
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(text, str) and text.strip(". ") and text.isprintable() and len(text) <= LONGEST_ID:
            return text
    return ""


def _text(item: Mapping[str, Any], key: str) -> str:
    return reasons.clean(_raw(item, key), 120)


def _raw(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
