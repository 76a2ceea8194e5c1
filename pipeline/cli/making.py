"""What the commands that make songs share: load settings, open the studio, run an order, print the result."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.brief import Brief, take_order
from pipeline.cli.edge import error_document, tell
from pipeline.cli.printing import say, say_json
from pipeline.cli.watching import harmless, watching
from pipeline.engine.desk import Order
from pipeline.engine.journal import Journal, Session
from pipeline.errors import Interrupted, ShelfError, SongpipeError
from pipeline.library.sidecar import document
from pipeline.settings import environment
from pipeline.settings.load import Assignment, Loaded
from pipeline.settings.load import load as load_settings
from pipeline.track import Track
from pipeline.wiring import journal, open_desk

Given = Mapping[str, Any]


def load(given: Given, assignments: Sequence[Assignment] = ()) -> Loaded:
    """Read the settings with the common options on top."""
    output = given.get("output")
    return load_settings(
        environ=environment.current(),
        home=Path.home(),
        cwd=Path.cwd(),
        config=given.get("config"),
        assignments=assignments,
        output=str(output) if output is not None else None,
    )


def make(given: Given, order: Order, assignments: Sequence[Assignment]) -> None:
    """Run a new order and print the path of the file, or the song document with --json."""
    rehearse = bool(given.get("rehearse"))
    loaded = load(given, assignments)
    with (
        watching(given) as watch,
        open_desk(loaded, watch, rehearse=rehearse, resume_command=_resume_command(given)) as desk,
    ):
        track = desk.make(replace(order, rehearsal=rehearse))
        watch.note(_summary(track))
    _show(track, given)


def brief_for(
    given: Given, draft: str, fields: Mapping[str, Any], assignments: Sequence[Assignment]
) -> Brief:
    """Give the brief to play a draft by: the one it was written for when it is known, `fields` on top of it."""
    before = journal(load(given, assignments)).ordered_as(Path(draft)) if draft != "-" else None
    name = "on standard input" if draft == "-" else Path(draft).name
    known = before.model_dump(exclude_none=True) if before is not None else {"text": f"the draft {name}"}
    return take_order(**{**known, **fields})


def resume(given: Given, songs: Sequence[str], assignments: Sequence[str]) -> int:
    """Finish unfinished songs, each in the studio it was begun in; one that fails does not stop the others.

    Returns the worst exit code of the songs.
    """
    loaded = load(given, assignments)
    kept = journal(loaded)
    documents: list[dict[str, Any]] = []
    code = 0
    for song in songs or kept.unfinished():
        try:
            track = _finish(song, given, loaded)
        except Interrupted:
            raise
        except SongpipeError as error:
            tell(error, prefix=f"{song}: ")
            documents.append({"id": song, **error_document(error)})
            code = max(code, error.exit_code)
        else:
            documents.append(document(track))
            if not given.get("json"):
                _show(track, given)
    if given.get("json"):
        done = sum("error" not in song for song in documents)
        counts = {"done": done, "failed": len(documents) - done, "skipped": 0}
        say_json({"schema": "songpipe.batch/1", "songs": documents, **counts})
    return code


def drop(given: Given, songs: Sequence[str]) -> None:
    """Take songs off the list of unfinished ones; their drafts and takes stay where they are."""
    kept = journal(load(given))
    for song in songs:
        with kept.reopen(song) as session:
            session.drop()


def list_unfinished(given: Given) -> None:
    """Print the id of every unfinished song, how far it has come, its age and its brief."""
    kept = journal(load(given))
    sessions = list(_readable(kept, kept.unfinished()))
    if given.get("json"):
        say_json({"schema": "songpipe.unfinished/1", "songs": [_standing(session) for session in sessions]})
        return
    for session in sessions:
        age, text = _spoken(session.age_s), harmless(session.order.brief.text)
        say(f"{session.id}  {session.stage:<8} {age:>7}  {text}")


def _readable(kept: Journal, songs: Sequence[str]) -> Iterator[Session]:
    """Look at every song; one whose order is damaged is told and passed over."""
    for song in songs:
        try:
            yield kept.look(song)
        except ShelfError as error:
            tell(error)


def _finish(song: str, given: Given, loaded: Loaded) -> Track:
    rehearsal, command = journal(loaded).look(song).order.rehearsal, _resume_command(given)
    with (
        watching(given) as watch,
        open_desk(loaded, watch, rehearse=rehearsal, resume_command=command) as desk,
    ):
        track = desk.resume(song)
        watch.note(_summary(track))
    return track


def _resume_command(given: Given) -> str:
    """Give what the user types to go on: with the same files as now, and it works as it stands."""
    flags = [
        part for name in ("config", "output") if given.get(name) for part in (f"--{name}", str(given[name]))
    ]
    return shlex.join(["songpipe", "resume", *flags])


def _show(track: Track, given: Given) -> None:
    path = track.file or track.words.drafts[-1]  # of the draft, when only words were asked for
    known = f"the song is finished: {path}"
    if given.get("json"):
        say_json(document(track), at_least=known)
    else:
        say(path, at_least=known)


def _standing(session: Session) -> dict[str, Any]:
    brief = session.order.brief.text
    return {"id": session.id, "brief": brief, "stage": session.stage, "age_s": round(session.age_s)}


def _spoken(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _summary(track: Track) -> str:
    minutes, seconds = divmod(round(track.duration_s), 60)
    song, brief = track.words.song, track.brief
    bpm, key = brief.bpm or song.bpm, brief.key or song.key
    facts = [
        f"“{track.title}”",
        f"{minutes}:{seconds:02d}" if track.file else "words only",
        *([f"{bpm} bpm"] if bpm else []),
        *([key] if key else []),
        *([f"${track.words.cost_usd:.4f}"] if track.words.cost_usd else []),
        *(["a rehearsal, not a real take"] if track.rehearsal else []),
    ]
    return " · ".join(facts)
