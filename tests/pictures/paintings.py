"""Pictures from outside, as they come and as they should not."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def noise(side: int = 300, seed: int = 1) -> Image.Image:
    """A picture that no word could be read on: black and white dots."""
    dots = np.random.default_rng(seed).integers(0, 2, (side, side, 1)) * 255
    return Image.fromarray(np.repeat(dots, 3, axis=2).astype(np.uint8))


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (300, 300)) -> Image.Image:
    """A picture of one colour."""
    return Image.new("RGB", size, colour)


def halves(above: Image.Image, below: Image.Image) -> Image.Image:
    """Two pictures of a size, one above the other, cut in the middle."""
    image = below.copy()
    image.paste(above.crop((0, 0, above.width, above.height // 2)), (0, 0))
    return image


def corners(size: tuple[int, int] = (300, 300)) -> Image.Image:
    """A grey picture whose upper left quarter is red."""
    image = plain((128, 128, 128), size)
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    return image


def file(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    """Give a picture as a file."""
    stream = BytesIO()
    image.save(stream, kind, **how)
    return stream.getvalue()


def oriented(image: Image.Image, orientation: int, kind: str = "JPEG") -> bytes:
    """Give a picture as the file of a camera that was held that way."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return file(image, kind, exif=exif.tobytes(), **({"quality": 95} if kind == "JPEG" else {}))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def wide_webp(width: int, height: int) -> bytes:
    """A moving WebP of small images on a canvas that is said to be that large."""
    data = bytearray(
        file(noise(260), "WEBP", save_all=True, append_images=[noise(260, 2)], duration=100, lossless=True)
    )
    data[24:27] = (width - 1).to_bytes(3, "little")
    data[27:30] = (height - 1).to_bytes(3, "little")
    return bytes(data)


def many_scans(count: int) -> bytes:
    """A JPEG whose last scan is there again and again: short to send, long to decode."""
    data = file(plain((9, 9, 9)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def levels(image: Image.Image) -> NDArray[np.float64]:
    """Give the pixels of a picture as numbers."""
    return np.asarray(image, float)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
