"""The foreign picture: a file from outside, taken for nothing until it has been opened, and made a square."""

import warnings
from io import BytesIO
from threading import Lock

import numpy as np
from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from pipeline.errors import WriterError

SMALLEST, LARGEST = 256, 4096  # pixels a side
MOST_BYTES = 20_000_000
FORMATS = (".png", ".jpg", ".webp")
_MOST_SCANS = 64  # of a JPEG; progressive ones have ten, and each costs a pass over the whole picture
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SCAN = b"\xff\xda"
# The largest picture takes 300 MB while it is unpacked; and the filters of warnings belong to all threads.
_ONE_AT_A_TIME = Lock()
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def square(data: bytes, side: int) -> Image.Image:
    """Give the middle of a picture as a square of `side` pixels, upright, RGB or RGBA; of a moving one the first image.

    Raises WriterError for what is no whole PNG, JPEG or WebP of 256 to 4096 pixels a side.
    """
    if len(data) > MOST_BYTES:
        raise _refused(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow thinks of broken metadata is nothing for a terminal
            return _cut(data, side)
    except WriterError:
        raise
    except Exception as fault:  # Pillow's readers raise whatever they stumble over in a broken file
        raise _refused("it is broken or cut off") from fault


def _cut(data: bytes, side: int) -> Image.Image:
    with _opened(data) as image:
        _demand_size(image)
        image.load()
        upright = _upright(image)
        edge = min(upright.size)
        left, top = (upright.width - edge) // 2, (upright.height - edge) // 2
        cut = upright.crop((left, top, left + edge, top + edge))
        return _plain(cut).resize((side, side), Image.Resampling.LANCZOS)


def suffix(data: bytes) -> str:
    """Say what a picture is called by its content, one of `FORMATS`. Raises WriterError for what `square` refuses."""
    square(data, SMALLEST)
    return FORMATS[0] if data.startswith(_PNG) else FORMATS[1] if data.startswith(_JPEG) else FORMATS[2]


def _opened(data: bytes) -> Image.Image:
    """Read the head of a file; `Image.open` would try every format it knows."""
    if data.startswith(_PNG):
        return PngImageFile(BytesIO(data))
    if data.startswith(_JPEG):
        if data.count(_SCAN) > _MOST_SCANS:
            raise _refused(f"it is a JPEG of more than {_MOST_SCANS} scans")
        return JpegImageFile(BytesIO(data))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImageFile(BytesIO(data))
    raise _refused("it is no PNG, JPEG or WebP")


def _demand_size(image: Image.Image) -> None:
    """See that a picture is neither tiny nor a bomb, before it is unpacked."""
    if not (min(image.size) >= SMALLEST and max(image.size) <= LARGEST):
        width, height = image.size
        raise _refused(f"it has {width} × {height} pixels, not {SMALLEST} to {LARGEST} a side")


def _upright(image: Image.Image) -> Image.Image:
    """Turn a picture as its EXIF data says; what cannot be read there says nothing."""
    try:
        turn = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 -- see above; the picture itself is whole
        turn = None
    return image if turn is None else image.transpose(turn)


def _plain(image: Image.Image) -> Image.Image:
    """Give a picture in plain colours: eight bits, with transparency only where it has some."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # sixteen bits of grey, which Pillow would cut off instead of scaling
        levels = np.clip(np.asarray(image).astype(np.int64) >> 8, 0, 255)
        return Image.fromarray(levels.astype(np.uint8)).convert("RGB")
    return image.convert("RGB")


def _refused(why: str) -> WriterError:
    return WriterError(
        f"the picture cannot be used: {why}", hint="another model in finish.cover.model may do better"
    )
