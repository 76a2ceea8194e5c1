"""The covers of a studio: drawn by songpipe, or by a model in the words of `pictures`; loaded when they are needed."""

from pathlib import Path

from pipeline.library import disk
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.pace import Pace
from pipeline.settings.load import Loaded
from pipeline.studio import Cover, Illustrator
from pipeline.track import Track
from pipeline.wiring.ahead import load_ahead
from pipeline.wiring.wires import cover_endpoint


class Painter:
    """Paints covers. What that needs takes half a second to load: at best it is there before the music is."""

    def get_ready(self) -> None:
        load_ahead("pipeline.pictures.painter")

    def cover(self, track: Track, picture: Path | None = None) -> Cover:
        from pipeline.pictures.painter import CoverPainter  # noqa: PLC0415 -- see above

        return CoverPainter().cover(track, picture)


class PictureModel:
    """A model that draws the pictures of covers."""

    def __init__(self, endpoint: Endpoint, model: str, deadline_s: float, pace: Pace) -> None:
        self.model = model
        self._endpoint, self._deadline_s, self._pace = endpoint, deadline_s, pace

    def draw(self, track: Track, folder: Path) -> Path:
        from pipeline.llm import illustrator  # noqa: PLC0415 -- few songs need it
        from pipeline.pictures import foreign, wish  # noqa: PLC0415 -- Pillow
        from pipeline.pictures.painter import song_of  # noqa: PLC0415 -- Pillow

        brush = illustrator.Illustrator(
            self._endpoint, self.model, deadline_s=self._deadline_s, pace=self._pace
        )
        picture = brush.draw(wish.of(song_of(track)))
        file = folder / f"picture{foreign.suffix(picture)}"
        with disk.failures_told(f"keep the picture {file.name!r}", folder):
            folder.mkdir(parents=True, exist_ok=True)
            disk.replace(file, picture)
        return file


def illustrator(loaded: Loaded, pace: Pace) -> Illustrator | None:
    """Give the image model of the settings, if there is one."""
    cover = loaded.settings.finish.cover
    if cover is None:
        return None
    return PictureModel(cover_endpoint(loaded, cover), cover.model, cover.deadline, pace)
