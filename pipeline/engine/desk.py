"""The desk: takes an order, runs the road in a session of its own, and closes the session when it is done."""

from dataclasses import dataclass

from pipeline.engine.journal import Journal, Order, Session
from pipeline.errors import BandError, Interrupted, ShelfError, TakesError, WriterError
from pipeline.studio import Studio
from pipeline.track import Track
from pipeline.workflow import make_track, play_draft, write_words

__all__ = ["Desk", "Order"]

# After these, going on later can succeed without asking for anything twice.
_RESUMABLE = (WriterError, BandError, ShelfError, TakesError)


@dataclass(frozen=True, slots=True)
class Desk:
    """Runs orders one at a time in one studio."""

    journal: Journal
    studio: Studio

    def make(self, order: Order) -> Track:
        """Run a new order. Raises what the road raises, with the command that goes on from there."""
        with self.journal.begin(order) as session:
            return self._run(session)

    def resume(self, session_id: str) -> Track:
        """Go on with an order that did not end."""
        with self.journal.reopen(session_id) as session:
            return self._run(session)

    def _run(self, session: Session) -> Track:
        go_on = f"what is done is kept; go on with: songpipe resume {session.id}"
        try:
            track = _road(session, self.studio)
        except KeyboardInterrupt as stop:
            raise Interrupted("stopped", hint=go_on) from stop
        except _RESUMABLE as error:
            hint = "; ".join(filter(None, [error.hint, go_on]))
            raise type(error)(error.message, hint=hint) from error
        session.close()
        return track


def _road(session: Session, studio: Studio) -> Track:
    order = session.order
    if order.words_only:
        return write_words(order.brief, studio, session)
    if order.draft:
        return play_draft(order.draft, order.brief, studio, session)
    return make_track(order.brief, studio, session)
