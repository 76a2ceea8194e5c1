"""A cover is made from its song, is the same for the same song, and can always be read."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pipeline.pictures.colour import contrast
from pipeline.pictures.cover import Composition, CoverSong, compose, draw, prints
from pipeline.pictures.layouts.place import MARGIN
from tests.pictures.songs import PEAKS, PROMPTS, song

SIDE = 300
HOSTILE = (
    *("A", "x" * 300, "W" * 120, "Слово " * 50, "i " * 150, "line one\nline two", "tab\tnul\0bell\a"),
    *("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz", "🎵 Fire 🔥", "e\u0301" * 60),
    *(
        "Z\u0317\u0337\u0321\u031b\u0360\u0315\u0301\u0302 text",
        "\u202egnp.3pm",
        "half\ud800",
        "<b>&amp;</b>",
    ),
    *("שיר של בוקר", "أغنية الليل الطويل", "शहर की रात", "กลางคืนในเมืองใหญ่", "Tiếng Việt đẹp quá"),
)


def words(made: Composition) -> NDArray[np.bool_]:
    """Say which pixels of a cover are words."""
    return np.any(np.asarray(made.image) != np.asarray(made.behind), axis=2)


def around(pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Add two pixels on every side."""
    grown = pixels.copy()
    for axis in (0, 1):
        for shift in (-2, -1, 1, 2):
            grown |= np.roll(pixels, shift, axis)
    return grown


@pytest.mark.parametrize("number", range(len(PROMPTS)))
def test_every_word_on_a_cover_stands_out_from_what_lies_behind_it(number: int) -> None:
    made = compose(song(number), SIDE, folders=())

    behind = np.asarray(made.behind)[around(words(made))]

    assert len(behind) > 500
    assert contrast(made.ink, behind) >= 4.5


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_title_is_never_cut_off(title: str) -> None:
    made = compose(song(len(title), title), SIDE, folders=())

    rows, columns = np.nonzero(words(made))

    edge = MARGIN * SIDE - 2
    assert made.title is not None
    assert 1 <= len(made.title.lettering.lines) <= 4
    assert edge <= columns.min() <= columns.max() <= SIDE - edge
    assert 0 < rows.min() <= rows.max() < SIDE - 1
    assert contrast(made.ink, np.asarray(made.behind)[around(words(made))]) >= 4.5


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_title_keeps_off_the_small_line(title: str) -> None:
    made = compose(song(len(title), title), SIDE, folders=())

    assert made.title is not None
    for _, top, _, bottom in made.title.boxes:
        for line in made.lines:
            assert bottom <= line.boxes[0][1] or top >= line.boxes[0][3]


def test_every_cover_says_that_a_machine_made_it() -> None:
    made = compose(song(3), SIDE, folders=())

    assert ("AI-generated",) == made.lines[0].lettering.lines
    assert ("87 bpm · A minor",) == made.lines[1].lettering.lines


@pytest.mark.parametrize("key", ["", "\n" * 9, "x" * 99, "日本"])
def test_a_key_that_is_none_is_left_out(key: str) -> None:
    made = compose(replace(song(1), key=key, bpm=None), SIDE, folders=())

    assert 1 == len(made.lines)


@pytest.mark.parametrize("title", ["", " ", "日本の歌", "👩\u200d👧", "\u202e", "\U0010ffff"])
def test_a_title_that_no_font_can_draw_is_left_out(title: str) -> None:
    made = compose(song(4, title), SIDE, folders=())

    assert made.title is None


def test_of_a_title_that_no_font_can_draw_the_initials_are_kept() -> None:
    made = compose(song(4, "東京 Nights of émigrés"), SIDE, folders=())

    assert made.title is not None
    assert ("NOÉ",) == made.title.lettering.lines


def test_the_same_song_gives_the_same_cover() -> None:
    assert draw(song(7), 600) == draw(song(7), 600)


def test_the_same_song_gives_the_same_cover_in_another_process(quiet_environment: Mapping[str, str]) -> None:
    script = (
        "import hashlib; from pipeline.pictures.cover import draw; from tests.pictures.songs import song;"
        "print(hashlib.sha256(b''.join(draw(song(n), 200, folders=()) for n in (0, 8, 15))).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**quiet_environment, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert 1 == len(seen)


def test_different_songs_have_different_covers() -> None:
    same_style = [replace(song(5), id=f"other{number}") for number in range(6)]
    covers = {compose(each, SIDE, folders=()).image.tobytes() for each in same_style}

    assert 6 == len(covers)


def test_a_cover_shows_the_wave_of_its_song() -> None:
    other = replace(song(9), peaks=PEAKS[::-1])

    first, second = (np.asarray(compose(each, SIDE, folders=()).behind, float) for each in (song(9), other))

    assert np.mean(np.abs(first - second).max(axis=2) > 30) > 0.02


@pytest.mark.parametrize("peaks", [(), (0.9,) * 500, (float("nan"), float("inf"), -3.0) * 30, (0.1, 0.9)])
def test_peaks_that_say_nothing_still_make_a_cover(peaks: tuple[float, ...]) -> None:
    behind = np.asarray(compose(replace(song(2), peaks=peaks), SIDE, folders=()).behind, float)

    assert behind.std() > 8


@pytest.mark.parametrize("number", [2, 4, 6, 15])
def test_prints_are_small_square_jpegs(number: int) -> None:
    large, small = prints(song(number), (1400, 600))

    for data, side, most in ((large, 1400, 350_000), (small, 600, 120_000)):
        with Image.open(BytesIO(data)) as image:
            assert ("JPEG", "RGB", (side, side)) == (image.format, image.mode, image.size)
        assert most / 20 < len(data) <= most
    assert draw(song(number), 600) == small


def test_what_was_encoded_can_still_be_read() -> None:
    made = compose(song(0), 1400)

    with Image.open(BytesIO(draw(song(0), 1400))) as image:
        pixels = np.asarray(image)

    assert contrast(made.ink, np.asarray(made.behind)[words(made)]) >= 4.5
    inked = np.all(np.asarray(made.image) == made.ink, axis=2) & words(made)
    assert np.abs(pixels[inked].astype(int) - made.ink).mean() < 6


@pytest.mark.parametrize("size", [0, -1, 99, 3001])
def test_a_size_out_of_bounds_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="100 to 3000"):
        draw(song(0), size)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20), st.lists(st.floats(), max_size=20))
@settings(max_examples=25, deadline=None)
def test_any_text_makes_a_cover(title: str, prompt: str, key: str, peaks: list[float]) -> None:
    made = compose(CoverSong("id", title, prompt, key, 90, tuple(peaks)), 120, folders=())

    pixels = np.asarray(made.behind)[words(made)]
    assert contrast(made.ink, pixels) >= 4.5
