"""The raster: a scene as PNG."""

from io import BytesIO

from PIL import Image, ImageDraw

from pipeline.pictures.fonts import loaded
from pipeline.pictures.scene import Mark, Picture, Rect, Scene, Shape, Text

_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(scene: Scene) -> bytes:
    """Draw a scene as a PNG."""
    image = Image.new("RGB", (scene.width, scene.height), scene.ground)
    for mark in scene.marks:
        _draw(image, mark)
    return encoded(image)


def encoded(image: Image.Image) -> bytes:
    """Give an image as a PNG file."""
    file = BytesIO()
    image.save(file, "PNG", compress_level=4)
    return file.getvalue()


def _draw(image: Image.Image, mark: Mark) -> None:
    match mark:
        case Rect():
            _rect(image, mark)
        case Shape(points, colour):
            ImageDraw.Draw(image).polygon([*points], fill=colour)
        case Text():
            font = loaded(mark.font, mark.size)
            ImageDraw.Draw(image).text(
                (mark.x, mark.y), mark.text, font=font, fill=mark.colour, anchor=_ANCHORS[mark.anchor]
            )
        case Picture():
            size = (round(mark.width), round(mark.height))
            pixels = Image.fromarray(mark.pixels).resize(size, Image.Resampling.BILINEAR)
            image.paste(pixels, (round(mark.left), round(mark.top)))


def _rect(image: Image.Image, rect: Rect) -> None:
    left, top = round(rect.left), round(rect.top)
    right = max(left + 1, round(rect.left + rect.width))
    bottom = max(top + 1, round(rect.top + rect.height))
    mask = Image.new("L", (right - left, bottom - top), round(255 * rect.opacity))
    image.paste(rect.colour, (left, top), mask)
