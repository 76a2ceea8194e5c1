"""The covers of a studio: drawn by songpipe, or by a model in the words of `pictures`; loaded when they are needed."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from pipeline.library import disk
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.pace import Pace
from pipeline.settings.load import Loaded
from pipeline.studio import Cover, Illustrator
from pipeline.track import Track
from pipeline.wiring.wires import cover_endpoint


class Painter:
    """Paints covers, one by one and all in one thread.

    What that needs takes half a second to load: at best it is there before the music is. A cover takes 60 MB while it
    is drawn, and the allocator keeps them for each thread that has drawn one: 400 MB among 128 songs (measured).
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "painter")

    def get_ready(self) -> None:
        self._thread.submit(import_module, "pipeline.pictures.painter")

    def cover(self, track: Track, picture: Path | None = None) -> Cover:
        return self._thread.submit(_cover, track, picture).result()


def _cover(track: Track, picture: Path | None) -> Cover:
    from pipeline.pictures.painter import CoverPainter  # noqa: PLC0415 -- see `Painter`

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
