"""The desk: takes an order, runs the road in a session of its own, and closes the session when it is done."""

from dataclasses import dataclass

from pipeline.engine.journal import Journal, Order, Session
from pipeline.errors import DraftError, Interrupted, SongpipeError
from pipeline.studio import Studio
from pipeline.track import Track
from pipeline.workflow import make_track, play_draft, write_words

__all__ = ["Desk", "Order"]


@dataclass(frozen=True, slots=True)
class Desk:
    """Runs orders one at a time in one studio; `resume_command` is what the user types to go on."""

    journal: Journal
    studio: Studio
    resume_command: str = "songpipe resume"

    def make(self, order: Order) -> Track:
        """Run a new order. Raises what the road raises, with the command that goes on from there."""
        with self.journal.begin(order) as session:
            return self._run(session)

    def resume(self, session_id: str) -> Track:
        """Go on with an order that did not end."""
        with self.journal.reopen(session_id) as session:
            return self._run(session)

    def _run(self, session: Session) -> Track:
        go_on = f"what is done is kept; go on with: {self.resume_command} {session.id}"
        try:
            track = _road(session, self.studio)
        except KeyboardInterrupt as stop:
            raise Interrupted("stopped", hint=go_on) from stop
        except SongpipeError as error:
            if session.stage == "ordered":  # nothing was paid for, so there is nothing to go on with
                session.drop()
                raise
            if isinstance(error, DraftError):  # its own hint says what to do with the drafts
                raise
            raise type(error)(error.message, hint="; ".join(filter(None, [error.hint, go_on]))) from error
        session.close()
        return track


def _road(session: Session, studio: Studio) -> Track:
    order = session.order
    if order.words_only:
        return write_words(order.brief, studio, session)
    if order.draft is not None:
        return play_draft(order.draft, order.brief, studio, session)
    return make_track(order.brief, studio, session)
