"""The performance: one song on the road, from its order to how it ended."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pipeline.engine import order as orders
from pipeline.engine.budget import Budget
from pipeline.engine.herald import FILE as NEWS
from pipeline.engine.herald import Herald
from pipeline.engine.order import Order
from pipeline.engine.session import Session
from pipeline.errors import DraftError, Interrupted, SongpipeError
from pipeline.studio import Studio, Watch
from pipeline.track import Track
from pipeline.workflow import make_track, play_again, play_draft, write_words

CANCELLED = "cancelled"  # what an Interrupted says when someone gave up this very song
Notes = Sequence[tuple[str, str]]
NoteDown = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a song ended: the track when it is done, the error when it failed.

    `result` is what remains known of a song that is done: title, file, sidecar, cost; of one that another
    process made it is all there is. `was_begun` is False when nothing was done that could be lost.
    """

    id: str
    how: Literal["done", "failed", "stopped", "cancelled"]
    track: Track | None = None
    error: Exception | None = None
    result: dict[str, Any] = field(default_factory=dict)
    was_begun: bool = True


@dataclass(frozen=True, slots=True)
class Performer:
    """Makes songs whose folders lie in `home`; many threads may use one.

    `studio_for` gives the studio of an order, `watch_for` whoever follows it, `heed` raises Interrupted when
    that song was called off, `budget` is what the songs may cost together, `resume_command` what the user
    types to go on with one.
    """

    home: Path
    studio_for: Callable[[Order], Studio]
    watch_for: Callable[[str, Order], Watch]
    heed: Callable[[str], None]
    budget: Budget | None = None
    resume_command: str = "songpipe resume"

    def perform(self, song_id: str, order: str, notes: Notes, note: NoteDown) -> Ended:
        """Run the road, and tell how it ended; a bug is a failure like any other."""
        session: Session | None = None
        try:
            session = self._session(song_id, orders.read(order), notes, note)
            return self._within_budget(session)
        except Interrupted as error:
            if error.message == CANCELLED:
                return Ended(song_id, "cancelled", error=error)
            return Ended(song_id, "stopped", error=Interrupted(error.message, hint=self._way_on(song_id)))
        except SongpipeError as error:
            return self._failed(song_id, session, error)
        except Exception as bug:  # noqa: BLE001 -- whoever waits for the song tells it
            return Ended(song_id, "failed", error=bug)

    def _failed(self, song_id: str, session: Session | None, error: SongpipeError) -> Ended:
        if session is None or session.is_fresh:  # nothing was paid for: there is nothing to go on with
            return Ended(song_id, "failed", error=error, was_begun=False)
        if isinstance(error, DraftError):  # its own hint says what to do with the drafts
            return Ended(song_id, "failed", error=error)
        hint = "; ".join(filter(None, [error.hint, self._way_on(song_id)]))
        return Ended(song_id, "failed", error=type(error)(error.message, hint=hint))

    def _session(self, song_id: str, order: Order, notes: Notes, note: NoteDown) -> Session:
        share = None if self.budget is None else self.budget.deal(song_id)
        return Session(
            song_id,
            self.home / song_id,
            order,
            notes,
            note,
            heed=lambda: self.heed(song_id),
            most_usd=share,
        )

    def _within_budget(self, session: Session) -> Ended:
        before = session.spent_usd
        try:
            track = self._on_the_road(session)
        finally:
            if self.budget is not None:
                self.budget.settle(session.id, session.spent_usd - before)
        shutil.rmtree(session.folder / "takes", ignore_errors=True)  # they are on the shelf by now
        (session.folder / NEWS).unlink(missing_ok=True)
        return Ended(session.id, "done", track, result=result(track, session.spent_usd))

    def _on_the_road(self, session: Session) -> Track:
        order = session.order
        watch = Herald(self.watch_for(session.id, order), session.folder, lambda: self.heed(session.id))
        studio = replace(self.studio_for(order), watch=watch)
        if order.words_only:
            return write_words(order.brief, studio, session)
        if order.again:
            return play_again(order.again, order.brief, studio, session)
        if order.draft is not None:
            return play_draft(order.draft, order.author, order.brief, studio, session)
        return make_track(order.brief, studio, session)

    def _way_on(self, song_id: str) -> str:
        return f"what is done is kept; go on with: {self.resume_command} {song_id}"


def result(track: Track, spent_usd: float) -> dict[str, Any]:
    """Keep of a finished song what later runs tell of it."""
    draft = track.words.drafts[-1] if track.words.drafts else ""
    return {
        "title": track.title,
        "file": track.file,
        "sidecar": track.sidecar,
        "draft": draft,
        "duration_s": track.duration_s,
        "cost_usd": spent_usd,
        "timings": track.timings,
    }
