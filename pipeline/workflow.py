"""The road: a brief becomes words, words become takes, the best take becomes a track on the shelf.

Read this file first. Every stage stands here in order; what a stage does is told in `stages/`, what it needs
from the world in `studio.py`, who does it in `wiring/`. `session.once` is the journal: whatever was paid for,
a reply, a task, a take, is noted there and read back, so a crash never pays for a song twice.
"""

from pipeline.brief import Brief
from pipeline.stages.finishing import describe, finish, join
from pipeline.stages.recording import record
from pipeline.stages.settling import settle
from pipeline.stages.writing import adopt, write
from pipeline.studio import Session, Studio
from pipeline.track import Author, Track


def make_track(brief: Brief, studio: Studio, session: Session) -> Track:
    """Turn a brief into a finished song on the shelf.

    Raises DraftError, WriterError, BandError, TakesError or ShelfError; what was done until then is kept.
    """
    settled = settle(brief, studio.house)
    words = write(settled, studio, session)
    takes = record(words, settled, studio, session)
    return session.once("track", Track, finish, words, takes, settled, studio, session)


def play_draft(text: str, author: Author, brief: Brief, studio: Studio, session: Session) -> Track:
    """Turn a draft that a person brings into a finished song on the shelf: the same road, one stop later.

    `author` wrote it: the person, or the model that a finished song names in its tags.
    """
    settled = settle(brief, studio.house)
    words = adopt(text, author, settled, studio)
    takes = record(words, settled, studio, session)
    return session.once("track", Track, finish, words, takes, settled, studio, session)


def play_again(song_id: str, brief: Brief, studio: Studio, session: Session) -> Track:
    """Have the words of a song on the shelf played again; its new takes join the others there.

    The best of all is chosen, unless a person has chosen one.
    """
    standing = studio.shelf.find(song_id)
    takes = record(standing.words, settle(brief, studio.house), studio, session)
    return session.once("track", Track, join, standing, takes, studio, session)


def write_words(brief: Brief, studio: Studio, session: Session) -> Track:
    """Have the words written and checked, and stop there: a track without takes."""
    settled = settle(brief, studio.house)
    words = write(settled, studio, session)
    return describe(words, settled, studio, session)
