"""The vector: a scene as SVG, with real text."""

import base64
from xml.sax.saxutils import escape

from PIL import Image

from pipeline.pictures.colour import Colour
from pipeline.pictures.raster import encoded
from pipeline.pictures.scene import Mark, Picture, Rect, Scene, Shape, Text

_FAMILY = "Inter, system-ui, 'Noto Sans', sans-serif"


def svg(scene: Scene) -> str:
    """Write a scene as an SVG document that needs nothing else."""
    size = f'width="{scene.width}" height="{scene.height}"'
    says = escape(scene.says)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {scene.width} {scene.height}" '
        f'role="img" font-family="{_FAMILY}">\n<title>{says}</title>\n'
        f'<rect {size} fill="{_code(scene.ground)}"/>\n'
    )
    return head + "\n".join(map(_element, scene.marks)) + "\n</svg>\n"


def _element(mark: Mark) -> str:
    match mark:
        case Rect():
            return f'<rect {_place(mark)} fill="{_code(mark.colour)}" fill-opacity="{mark.opacity:g}"/>'
        case Shape(points, colour):
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            return f'<polygon points="{path}" fill="{_code(colour)}"/>'
        case Text():
            return (
                f'<text x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}" '
                f'text-anchor="{mark.anchor}" fill="{_code(mark.colour)}">{escape(mark.text)}</text>'
            )
        case Picture():
            data = base64.b64encode(encoded(Image.fromarray(mark.pixels))).decode("ascii")
            return f'<image {_place(mark)} preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'


def _place(mark: Rect | Picture) -> str:
    return f'x="{mark.left:.1f}" y="{mark.top:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}"'


def _code(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
