"""The finishing stage: choose the take, gather what is known, label it, put it on the shelf."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from pipeline import labels
from pipeline.brief import Brief
from pipeline.listening.choice import choose
from pipeline.stages.dressing import Dresser, heard, rehearsed
from pipeline.stages.painting import painted
from pipeline.stages.recording import Recorded, told, worth
from pipeline.studio import Session, Studio
from pipeline.take import Measures, Recording, Take
from pipeline.track import REHEARSAL_WRITER, Track, Words


def finish(words: Words, recorded: Recorded, brief: Brief, studio: Studio, session: Session) -> Track:
    """Put the best take on the shelf with its labels and its sidecar. Raises ShelfError."""
    studio.watch.stage("finishing")
    if len(recorded.takes) > 1:
        takes = ", ".join(told(take) for take in recorded.takes)
        studio.watch.note(f"take {recorded.best.recording.number} is chosen: {takes}")
    began = studio.now()
    track = _played(describe(words, brief, studio, session), recorded)
    track = heard(track, studio.scribe, studio.watch, session)
    track, picture = painted(track, studio, session)
    dress = _dresser(studio, picture)

    def label(file: Path, track: Track) -> tuple[Track, Mapping[str, bytes]]:
        labelled, beside = dress(file, track)
        finish_s = (studio.now() - began).total_seconds()
        return _timed(labelled, recorded.best.recording, finish_s), beside

    return studio.shelf.place(track, label)


def join(standing: Track, recorded: Recorded, studio: Studio, session: Session) -> Track:
    """Put new takes beside those of a song on the shelf, and the best of all in front. Raises ShelfError.

    Words are heard before that, for the shelf waits for nobody: in the new take that will be the song.
    """
    studio.watch.stage("finishing")
    played, best = replace(standing, takes=recorded.takes), recorded.best
    if not standing.picked and choose((*standing.takes, best)) is best:
        played = replace(played, chosen_take=best.recording.number)
        played = heard(played, studio.scribe, studio.watch, session)

    def choice(track: Track) -> int:
        best = None if track.picked else choose(track.takes)
        return track.chosen_take if best is None else best.recording.number

    track = studio.shelf.join(standing.id, played.takes, choice, _dresser(studio))
    studio.watch.note(_result(standing, track, recorded.takes))
    return track


def _result(standing: Track, track: Track, played: Sequence[Take]) -> str:
    """Tell what became of a retake, each take by the number that it has on the shelf."""
    takes = {take.recording.number: take for take in track.takes}
    number, before = track.chosen_take, takes.get(standing.chosen_take)
    known = {take.recording.sha256 for take in standing.takes}
    came = {take.recording.sha256 for take in played} - known
    new = ", ".join(told(take) for take in track.takes if take.recording.sha256 in came)
    if track.picked:
        result = f"take {number} stays: you picked it"
    elif number != standing.chosen_take:
        result = f"take {number} is the song now" + (f" instead of {told(before)}" if before else "")
    else:
        result = f"take {number} stays the song" + (f" ({worth(before)})" if before else "")
    return f"{result}; new: {new}" if new else result


def _dresser(studio: Studio, picture: Path | None = None) -> Dresser:
    return Dresser(studio.tagger, studio.painter, studio.level, studio.house, picture)


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
    """Add the takes and the choice; what the best one was played with goes for the song."""
    measures = cast("Measures", recorded.best.measures)  # a take that cannot be decoded is never the best
    return replace(
        track,
        duration_s=round(measures.duration_s, 3),
        takes=recorded.takes,
        chosen_take=recorded.best.recording.number,
        degraded=recorded.best.degraded,
        rehearsal=track.rehearsal or any(rehearsed(take.recording) for take in recorded.takes),
        parameters=recorded.best.parameters,
    )


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
