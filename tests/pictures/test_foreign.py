"""A picture from outside is opened with care: what can be used is made a square, the rest is refused by name."""

import time
import warnings
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import WriterError
from pipeline.pictures.foreign import LARGEST, MOST_BYTES, SMALLEST, square
from tests.pictures.paintings import (
    bomb,
    corners,
    file,
    halves,
    levels,
    many_scans,
    noise,
    oriented,
    plain,
    wide_webp,
)

RED, GREY = (255, 0, 0), (128, 128, 128)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_of_pictures_are_taken(kind: str) -> None:
    image = square(file(corners(), kind), 100)

    assert ("RGB", (100, 100)) == (image.mode, image.size)
    assert np.allclose(RED, image.getpixel((20, 20)), atol=6)
    assert np.allclose(GREY, image.getpixel((80, 20)), atol=6)


@pytest.mark.parametrize("size", [(SMALLEST, SMALLEST), (LARGEST, SMALLEST), (400, 300)])
def test_the_middle_of_a_picture_is_taken(size: tuple[int, int]) -> None:
    image = plain(RED, size)
    edge = (size[0] - min(size)) // 2
    image.paste(GREY, (edge, 0, edge + min(size), size[1]))

    assert np.allclose(GREY, levels(square(file(image), 100)))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_upright(orientation: int, kind: str) -> None:
    """What the camera writes is undone: the red quarter is where the eye saw it."""
    turned = {
        1: (0, 0),
        2: (1, 0),
        3: (1, 1),
        4: (0, 1),
        5: (0, 0),
        6: (1, 0),
        7: (1, 1),
        8: (0, 1),
    }[orientation]

    image = square(oriented(corners((400, 300)), orientation, kind), 100)

    right, down = turned
    assert np.allclose(RED, image.getpixel((15 + 70 * right, 15 + 70 * down)), atol=12)
    assert np.allclose(GREY, image.getpixel((85 - 70 * right, 85 - 70 * down)), atol=12)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"Exif\0\0XX\0*\0\0\0\x08", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"garbage"])
def test_orientation_that_cannot_be_read_says_nothing(kind: str, exif: bytes) -> None:
    image = square(file(corners(), kind, exif=exif), 100)

    assert np.allclose(RED, image.getpixel((20, 20)), atol=12)


def test_printing_colours_become_those_of_a_screen() -> None:
    image = square(file(plain(RED).convert("CMYK"), "JPEG", quality=95), 100)

    assert "RGB" == image.mode
    assert np.allclose(RED, levels(image), atol=12)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_of_a_picture_is_read(mode: str) -> None:
    image = square(file(halves(plain((0, 0, 0)), plain((255, 255, 255))).convert(mode)), 100).convert("RGB")

    assert np.allclose([0, 255], [image.getpixel((50, 10))[0], image.getpixel((50, 90))[0]], atol=3)


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off() -> None:
    ramp = np.repeat(np.linspace(0, 65535, 300)[:, None], 300, axis=1).astype(np.uint16)

    image = square(file(Image.fromarray(ramp)), 100)

    assert np.allclose([1, 128, 254], [image.getpixel((50, y))[0] for y in (0, 50, 99)], atol=2)


def test_transparency_is_kept_for_whoever_lays_it_on_a_ground() -> None:
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    pale = plain(RED).convert("P")
    pale.info["transparency"] = pale.getpixel((0, 0))

    assert [0, 0] == [square(file(one), 100).getpixel((50, 50))[3] for one in (clear, pale)]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_image_is_taken(kind: str) -> None:
    moving = file(plain(RED), kind, save_all=True, append_images=[plain(GREY)] * 3, duration=100)

    assert np.allclose(RED, levels(square(moving, 100).convert("RGB")), atol=6)


# What is refused.


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no PNG, JPEG or WebP"),
        (b"\x00" * 1000, "no PNG, JPEG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG, JPEG or WebP"),
        (file(plain(RED), "GIF"), "no PNG, JPEG or WebP"),
        (file(plain(RED), "BMP"), "no PNG, JPEG or WebP"),
        (file(plain(RED), "TIFF"), "no PNG, JPEG or WebP"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "no PNG, JPEG or WebP"),
        (file(plain(RED, (255, 300))), "255 × 300 pixels"),
        (file(plain(RED, (16, 16)), "JPEG"), "16 × 16 pixels"),
        (file(plain(RED, (4097, 256)), "WEBP"), "4097 × 256 pixels"),
        (bomb(4097, 4097), "4097 × 4097 pixels"),
        (bomb(60_000, 60_000), "60000 × 60000 pixels"),
        (wide_webp(5000, 5000), "5000 × 5000 pixels"),
        (wide_webp(16_000, 16_000), "broken"),
        (bomb(4000, 4000), "broken"),
        (many_scans(65), "65 scans|64 scans"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (b"\xff\xd8\xff", "broken"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "broken"),
        (b"\x89PNG" + bytes(MOST_BYTES), "larger than 20 MB"),
    ],
    ids=lambda value: value[:12].hex() if isinstance(value, bytes) else None,
)
def test_what_cannot_be_used_is_refused_by_name_and_at_once(data: bytes, words: str) -> None:
    began = time.process_time()

    with pytest.raises(WriterError, match=words) as told:
        square(data, 100)

    assert "finish.cover.model" in told.value.hint
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "data", [bomb(12_000, 12_000), file(corners(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")]
)
def test_nothing_is_said_beside(data: bytes) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with suppress(WriterError):
            square(data, 100)

    assert [] == said


def test_a_progressive_picture_is_no_bomb() -> None:
    assert np.allclose(RED, levels(square(file(plain(RED), "JPEG", progressive=True), 100)), atol=6)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_that_is_cut_off_is_refused(kind: str, share: float) -> None:
    whole = file(noise(), kind)

    with pytest.raises(WriterError, match="broken or cut off"):
        square(whole[: int(len(whole) * share)], 100)


SEEDS = [
    *(file(noise(256), kind) for kind in ("PNG", "JPEG", "WEBP")),
    file(noise(256).convert("RGBA"), "PNG", save_all=True, append_images=[noise(256, 2)]),
    file(noise(256), "JPEG", progressive=True),
    oriented(noise(256), 6),
    wide_webp(260, 260),
]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=12),
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_any_file_is_a_square_or_refused(
    seed: bytes, changes: list[tuple[float, int]], data: st.DataObject
) -> None:
    """Bytes are changed anywhere, and in the head more often, where the readers decide what to do."""
    file = bytearray(seed)
    reach = data.draw(st.sampled_from([60, 400, len(file)]))
    for place, value in changes:
        file[int(place * min(reach, len(file)))] = value

    try:
        image = square(bytes(file), 32)
    except WriterError:
        return

    assert (32, 32) == image.size
    assert image.mode in {"RGB", "RGBA"}
