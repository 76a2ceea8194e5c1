"""A picture from outside becomes a cover: its title can always be read, whatever the picture shows."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import WriterError
from pipeline.pictures.colour import contrast
from pipeline.pictures.cover import Composition
from pipeline.pictures.framing import compose, prints, reduced
from pipeline.pictures.wish import palette_of
from tests.pictures.paintings import file, halves, levels, noise, plain
from tests.pictures.songs import song
from tests.pictures.test_cover import HOSTILE, around, words

SIDE = 300
BLACK, WHITE, GREY = plain((0, 0, 0)), plain((255, 255, 255)), plain((128, 128, 128))
STRIPES = Image.fromarray(np.tile(np.uint8([[[0] * 3], [[255] * 3]]).repeat(4, axis=0), (40, 300, 1)))
PICTURES = {
    "black": BLACK,
    "white": WHITE,
    "grey": GREY,
    "noise": noise(),
    "stripes": STRIPES,
    "busy below": halves(WHITE, noise()),
    "busy above": halves(noise(), BLACK),
    "light above": halves(WHITE, BLACK),
}


def legible(made: Composition) -> float:
    """The least contrast of a word with what lies behind it and two pixels around."""
    return contrast(made.ink, np.asarray(made.behind)[around(words(made))])


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("number", [0, 8, 15, 24])
def test_every_word_stands_out_from_any_picture(name: str, number: int) -> None:
    made = compose(song(number), file(PICTURES[name]), SIDE, folders=())

    assert made.title is not None
    assert words(made).sum() > 500
    assert legible(made) >= 4.5


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_any_title_stands_whole_on_a_busy_picture(title: str) -> None:
    made = compose(song(3, title), file(noise()), SIDE, folders=())

    rows, columns = np.nonzero(words(made))
    assert 0 < rows.min() <= rows.max() < SIDE - 1
    assert 0 < columns.min() <= columns.max() < SIDE - 1
    assert legible(made) >= 4.5


def test_the_words_are_the_songs_and_say_that_a_machine_made_it() -> None:
    made = compose(song(3), file(GREY), SIDE, folders=())

    assert made.title is not None
    assert "The Lamp That Nobody Lit" == " ".join(made.title.lettering.lines)
    assert [("AI-generated",), ("87 bpm · A minor",)] == [line.lettering.lines for line in made.lines]


@pytest.mark.parametrize(("name", "below"), [("busy below", False), ("busy above", True), ("grey", True)])
def test_the_title_stands_where_the_picture_is_quiet(name: str, below: bool) -> None:
    made = compose(song(3), file(PICTURES[name]), SIDE, folders=())

    assert made.title is not None
    assert below == (made.title.boxes[0][1] > SIDE / 2)


@pytest.mark.parametrize("ground", [BLACK, WHITE])
def test_a_quiet_picture_is_left_as_it_is(ground: Image.Image) -> None:
    for number in (0, 15):
        made = compose(song(number), file(ground), SIDE, folders=())

        assert np.array_equal(levels(ground), levels(made.behind))
        assert legible(made) >= 7


def test_what_is_transparent_shows_the_colours_of_the_song() -> None:
    glass = Image.new("RGBA", (300, 300), (255, 0, 255, 0))

    made = compose(song(4), file(glass), SIDE, folders=())

    assert palette_of(song(4)).ground[0] == made.behind.getpixel((150, 0))


@pytest.mark.parametrize("picture", [noise(1024), PICTURES["light above"]], ids=["noise", "plain"])
def test_prints_are_square_jpegs_of_the_sizes_asked(picture: Image.Image) -> None:
    large, small = prints(song(2), file(picture), (1400, 600), folders=())

    for data, side in ((large, 1400), (small, 600)):
        with Image.open(BytesIO(data)) as image:
            assert ("JPEG", "RGB", (side, side)) == (image.format, image.mode, image.size)
    assert (large, small) == prints(song(2), file(picture), (1400, 600), folders=())


def test_a_cover_that_stands_already_is_reduced() -> None:
    large, small = prints(song(2), file(PICTURES["light above"]), (1400, 600), folders=())

    with Image.open(BytesIO(reduced(large, 600))) as image, Image.open(BytesIO(small)) as like:
        assert ("JPEG", "RGB", (600, 600)) == (image.format, image.mode, image.size)
        assert np.abs(levels(image) - levels(like)).mean() < 2


def test_what_was_encoded_can_still_be_read() -> None:
    busy = file(noise())
    made = compose(song(0), busy, 1400, folders=())
    (data,) = prints(song(0), busy, (1400,), folders=())

    with Image.open(BytesIO(data)) as image:
        pixels = np.asarray(image)

    inked = np.all(np.asarray(made.image) == made.ink, axis=2) & words(made)
    assert np.abs(pixels[inked].astype(int) - made.ink).mean() < 8


def test_a_file_that_is_no_picture_is_refused() -> None:
    with pytest.raises(WriterError, match="the picture cannot be used"):
        prints(song(0), b"<html>", (1400, 600))
