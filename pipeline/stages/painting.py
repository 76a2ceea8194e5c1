"""The painting: a model draws the picture of the cover, where one is set. Without it songpipe draws covers itself."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import WriterError
from pipeline.studio import Illustrator, Session, Studio, Watch
from pipeline.track import Track


@dataclass(frozen=True, slots=True)
class Painted:
    """The file of a picture and the model that drew it; both "" when none could be had."""

    file: str = ""
    model: str = ""


def painted(track: Track, studio: Studio, session: Session) -> tuple[Track, Path | None]:
    """Have a picture drawn when there is a model for that; it is asked once in a song's life.

    A model that fails is a word to the watch and no fault of the song. Nobody is asked for a rehearsal. Raises
    ShelfError.
    """
    if studio.illustrator is None or track.rehearsal:
        return track, None
    studio.watch.progress(None, "drawing the cover", None)
    asked = (studio.illustrator, track, session.folder, studio.watch)
    picture = session.once("painted", Painted, _drawn, *asked)
    if not picture.file:
        return track, None
    return replace(track, painter=picture.model), Path(picture.file)


def _drawn(illustrator: Illustrator, track: Track, folder: Path, watch: Watch) -> Painted:
    try:
        return Painted(str(illustrator.draw(track, folder)), illustrator.model)
    except WriterError as fault:
        watch.note(f"songpipe draws the cover itself: {fault.message}")
        return Painted()
