"""The finishing stage: choose the take, gather what is known, label it, put it on the shelf."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

from pipeline import labels
from pipeline.brief import Brief
from pipeline.listening.choice import choose
from pipeline.stages.dressing import Dresser, heard
from pipeline.stages.recording import Recorded
from pipeline.studio import Session, Studio
from pipeline.take import Measures, Recording
from pipeline.track import REHEARSAL_BAND, REHEARSAL_WRITER, Track, Words

# What stands elsewhere in the song document; the rest of a job are the parameters it was played with.
_TOLD_ELSEWHERE = {"number", "caption", "lyrics", "degraded"}


def finish(words: Words, recorded: Recorded, brief: Brief, studio: Studio, session: Session) -> Track:
    """Put the best take on the shelf with its labels and its sidecar. Raises ShelfError."""
    studio.watch.stage("finishing")
    began = studio.now()
    track = _played(describe(words, brief, studio, session), recorded)
    track = heard(track, studio, session)

    dress = _dresser(studio)

    def label(file: Path, track: Track) -> tuple[Track, Mapping[str, bytes]]:
        labelled, beside = dress(file, track)
        finish_s = (studio.now() - began).total_seconds()
        return _timed(labelled, recorded.best.recording, finish_s), beside

    return studio.shelf.place(track, label)


def join(standing: Track, recorded: Recorded, studio: Studio) -> Track:
    """Put new takes beside those of a song on the shelf, and the best of all in front. Raises ShelfError."""
    studio.watch.stage("finishing")

    def choice(track: Track) -> int:
        best = None if track.picked else choose(track.takes)
        return track.chosen_take if best is None else best.recording.number

    return studio.shelf.join(standing.id, recorded.takes, choice, _dresser(studio))


def _dresser(studio: Studio) -> Dresser:
    return Dresser(studio.tagger, studio.painter, studio.level, studio.house)


def describe(words: Words, brief: Brief, studio: Studio, session: Session) -> Track:
    """Describe words that nobody has played yet: a track without takes and without a file."""
    return Track(
        id=session.id,
        brief=brief,
        words=words,
        title=labels.title(words, brief),
        language=brief.language or studio.house.playing.language,
        duration_s=0.0,
        takes=(),
        chosen_take=0,
        degraded=(),
        made_at=studio.now().isoformat(timespec="seconds"),
        rehearsal=studio.rehearsal or words.model == REHEARSAL_WRITER,
        timings={"write_s": round(words.write_s, 3)},
        versions=dict(studio.versions),
    )


def _played(track: Track, recorded: Recorded) -> Track:
    """Add the takes and the choice; the job of the best one gives the parameters."""
    measures = cast("Measures", recorded.best.measures)  # a take that cannot be decoded is never the best
    job = asdict(recorded.job)
    return replace(
        track,
        duration_s=round(measures.duration_s, 3),
        takes=recorded.takes,
        chosen_take=recorded.best.recording.number,
        degraded=recorded.degraded,
        rehearsal=track.rehearsal or any(_rehearsed(take.recording) for take in recorded.takes),
        parameters={name: value for name, value in job.items() if name not in _TOLD_ELSEWHERE},
    )


def _rehearsed(recording: Recording) -> bool:
    return bool(recording.server_says.get("dit_model") == REHEARSAL_BAND)


def _timed(track: Track, recording: Recording, finish_s: float) -> Track:
    """Add where the time went, in seconds: the chosen take's, so that the parts add up to the total."""
    parts = {
        "write_s": track.words.write_s,
        "queue_s": recording.queue_s,
        "render_s": recording.render_s,
        "finish_s": finish_s,
    }
    rounded = {name: round(seconds, 3) for name, seconds in parts.items()}
    return replace(track, timings={**rounded, "total_s": round(sum(rounded.values()), 3)})
