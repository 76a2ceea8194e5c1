"""What the commands that make songs share: load settings, open the studio, run an order, print the result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pipeline.cli.edge import error_document, print_json, tell
from pipeline.cli.watching import harmless, watching
from pipeline.engine.desk import Order
from pipeline.errors import Interrupted, SongpipeError
from pipeline.library.sidecar import document
from pipeline.settings import environment
from pipeline.settings.load import Loaded
from pipeline.settings.load import load as load_settings
from pipeline.track import Track
from pipeline.wiring import journal, open_desk

Given = Mapping[str, Any]


def load(given: Given, assignments: Sequence[str] = ()) -> Loaded:
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


def make(given: Given, order: Order, assignments: Sequence[str]) -> None:
    """Run a new order and print the path of the file, or the song document with --json."""
    rehearse = bool(given.get("rehearse"))
    loaded = load(given, assignments)
    with watching(given) as watch, open_desk(loaded, watch, rehearse=rehearse) as desk:
        track = desk.make(replace(order, rehearsal=rehearse))
        watch.note(_summary(track))
    if given.get("json"):
        print_json(document(track))
    else:
        click.echo(_result(track))


def resume(given: Given, songs: Sequence[str], assignments: Sequence[str]) -> int:
    """Finish unfinished songs, each in the studio it was begun in; one that fails does not stop the others.

    Returns the worst exit code of the songs.
    """
    loaded = load(given, assignments)
    kept = journal(loaded)
    tracks: list[Track] = []
    failures: dict[str, SongpipeError] = {}
    for song in songs or kept.unfinished():
        try:
            with (
                watching(given) as watch,
                open_desk(loaded, watch, rehearse=kept.order(song).rehearsal) as desk,
            ):
                tracks.append(desk.resume(song))
                watch.note(_summary(tracks[-1]))
        except Interrupted:
            raise
        except SongpipeError as error:
            failures[song] = error
            tell(error, prefix=f"{song}: ")
    _show_all(tracks, failures, given)
    return max((error.exit_code for error in failures.values()), default=0)


def list_unfinished(given: Given) -> None:
    """Print the id of every unfinished song, with its brief."""
    kept = journal(load(given))
    orders = {song: kept.order(song).brief.text for song in kept.unfinished()}
    if given.get("json"):
        songs = [{"id": song, "brief": text} for song, text in orders.items()]
        print_json({"schema": "songpipe.unfinished/1", "songs": songs})
        return
    for song, text in orders.items():
        click.echo(f"{song}  {harmless(text)}")


def _show_all(tracks: Sequence[Track], failures: Mapping[str, SongpipeError], given: Given) -> None:
    if given.get("json"):
        failed = [{"id": song, **error_document(error)} for song, error in failures.items()]
        songs = [*(document(track) for track in tracks), *failed]
        counts = {"done": len(tracks), "failed": len(failed), "skipped": 0}
        print_json({"schema": "songpipe.batch/1", "songs": songs, **counts})
        return
    for track in tracks:
        click.echo(_result(track))


def _result(track: Track) -> str:
    """Give the path of the finished file; of the draft, when only words were asked for."""
    return track.file or track.words.drafts[-1]


def _summary(track: Track) -> str:
    minutes, seconds = divmod(round(track.duration_s), 60)
    facts = [
        f"“{track.title}”",
        f"{minutes}:{seconds:02d}" if track.file else "words only",
        *([f"{track.words.song.bpm} bpm"] if track.words.song.bpm else []),
        *([track.words.song.key] if track.words.song.key else []),
        *([f"${track.words.cost_usd:.4f}"] if track.words.cost_usd else []),
        *(["a rehearsal, not a real take"] if track.rehearsal else []),
    ]
    return " · ".join(facts)
