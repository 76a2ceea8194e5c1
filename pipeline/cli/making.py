"""What the commands that make songs share: load settings, open the desk, run an order, print the result."""

import gc
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeline.brief import Brief, take_order
from pipeline.cli.loading import Given, kept_with_a_song, load, resume_command
from pipeline.cli.printing import say, say_json
from pipeline.cli.watching import watching
from pipeline.engine.desk import Desk, Order, Run
from pipeline.engine.drafts import ordered_as
from pipeline.errors import Interrupted
from pipeline.library.sidecar import document
from pipeline.settings.load import Assignment, Loaded
from pipeline.studio import Watch
from pipeline.track import Track
from pipeline.wiring.journal import database
from pipeline.wiring.studios import open_desk

_OBJECTS = 50_000  # new ones before they are looked through: songs for days must not let the process grow


class View(Protocol):
    """Who follows the songs of a run: `watch` what concerns no song in particular."""

    @property
    def watch(self) -> Watch:
        """The watch of no song in particular."""
        ...

    def watch_for(self, song_id: str, order: Order) -> Watch:
        """A song begins."""
        ...


@dataclass(frozen=True, slots=True)
class OneSong:
    """The view of a run that makes one song."""

    watch: Watch

    def watch_for(self, song_id: str, order: Order) -> Watch:  # noqa: ARG002 -- there is but one
        """The song begins."""
        return self.watch


@contextmanager
def at_the_desk(
    given: Given, loaded: Loaded, run: Run, assignments: Sequence[Assignment], view: View
) -> Iterator[Desk]:
    """Open the desk; the first Ctrl-C, or SIGTERM, calls the work off and leaves what can be gone on with."""

    def with_an_orders(its: Sequence[Assignment]) -> Loaded:
        return load(given, (*its, *assignments))

    watch = view.watch
    gc.freeze()  # what was loaded stays, and need not be looked through again
    gc.set_threshold(_OBJECTS)
    with (
        _terminated_like_interrupted(),
        open_desk(loaded, run, load=with_an_orders, watch=watch, watch_for=view.watch_for) as desk,
    ):
        try:
            yield desk
        except KeyboardInterrupt as stop:
            watch.note("stopping; what is done is kept (Ctrl-C again stops at once)")
            left = desk.stop()
            go_on = " ".join([resume_command(given), *(left if len(left) == 1 else [])])
            songs = f"{len(left)} songs are unfinished" if len(left) > 1 else "what is done is kept"
            hint = f"{songs}; go on with: {go_on}" if left else ""
            raise Interrupted("stopped", hint=hint) from stop


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM, by which systemd and its like stop a process, do what Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():  # others cannot be signalled
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def make(given: Given, order: Order, assignments: Sequence[Assignment]) -> None:
    """Run a new order and print the path of the file, or the song document with --json."""
    loaded = load(given, assignments)
    run = Run(rehearsing=order.rehearsal, resume_command=resume_command(given))
    with watching(given) as watch, at_the_desk(given, loaded, run, assignments, OneSong(watch)) as desk:
        track = desk.make(order)
        watch.note(summary(track))
    show(track, given)


def order_for(given: Given, brief: Brief, assignments: Sequence[Assignment], **more: Any) -> Order:
    """Make the order of a brief with what this run says about all its songs."""
    kept = kept_with_a_song(assignments)
    return Order(brief, rehearsal=bool(given.get("rehearse")), assignments=kept, **more)


def brief_for(
    given: Given, draft: str, fields: Mapping[str, Any], assignments: Sequence[Assignment]
) -> Brief:
    """Give the brief to play a draft by: the one it was written for when it is known, `fields` on top of it."""
    before = ordered_as(Path(draft), database(load(given, assignments))) if draft != "-" else None
    name = "on standard input" if draft == "-" else Path(draft).name
    known = before.model_dump(exclude_none=True) if before is not None else {"text": f"the draft {name}"}
    return take_order(command="render", **{**known, **fields})


def show(track: Track, given: Given) -> None:
    """Print the path of a finished song, or its document with --json."""
    path = track.file or track.words.drafts[-1]  # of the draft, when only words were asked for
    known = f"the song is finished: {path}"
    if given.get("json"):
        say_json(document(track), at_least=known)
    else:
        say(path, at_least=known)


def summary(track: Track) -> str:
    """Tell a finished song in a line."""
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
