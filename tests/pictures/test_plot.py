"""A plot shows wave, spectrum, sections, hook, voice and findings, where they are and in words."""

import base64
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pipeline.pictures.fonts import loaded, own
from pipeline.pictures.panels import envelope, level, spectrum
from pipeline.pictures.plot import plot, svg
from pipeline.pictures.plotdata import PlotData, Remark, Stretch

SVG = "{http://www.w3.org/2000/svg}"
SIZE = (1000, 600)
LEFT, SPAN = 64, 1000 - 64 - 24
GREEN, RED = (0x12, 0x80, 0x5C), (0xC2, 0x2F, 0x2F)


def take(**changes: object) -> PlotData:
    """Give a take of 100 s: a wave that grows, one band that sounds in the second half."""
    grows = np.linspace(0, 1, 2000)
    mel = np.zeros((2000, 40))
    mel[1000:, 4] = 5
    data = PlotData(
        "Lamp & Wick",
        100.0,
        np.stack([-grows, grows], axis=1),
        grows / 2,
        mel,
        0.05,
        (Stretch(0.0, 20.0, "Verse"), Stretch(20.0, 60.0, "Chorus"), Stretch(60.0, 100.0, "Outro")),
        "sections: as sung",
        voice_s=30.0,
        findings=(Remark("a gap of 2 s", 80.0, 90.0), Remark("too hot")),
    )
    return replace(data, **changes)  # type: ignore[arg-type]


def parsed(document: str) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314 -- our own document


def pixels(data: PlotData) -> NDArray[np.uint8]:
    with Image.open(BytesIO(plot(data, SIZE, folders=()))) as image:
        assert ("PNG", "RGB", SIZE) == (image.format, image.mode, image.size)
        return np.asarray(image)


def texts(data: PlotData) -> list[str]:
    return [str(each.text) for each in parsed(svg(data, SIZE, folders=())).iter(f"{SVG}text")]


def columns(image: NDArray[np.uint8], colour: tuple[int, int, int]) -> list[int]:
    """Give the columns that are of a colour for most of the wave's height."""
    return np.nonzero(np.all(image[140:300] == colour, axis=2).mean(axis=0) > 0.9)[0].tolist()


def test_the_first_voice_and_a_finding_stand_at_their_times() -> None:
    image = pixels(take())

    assert [round(LEFT + SPAN * 0.3) + shift for shift in (-1, 0, 1)] == columns(image, GREEN)
    begins, ends = round(LEFT + SPAN * 0.8), round(LEFT + SPAN * 0.9)
    assert [begins, begins + 1, ends - 2, ends - 1] == columns(image, RED)


def test_what_lies_between_the_ends_of_a_finding_is_tinted() -> None:
    image = pixels(take(peaks=np.zeros((9, 2)), rms=np.zeros(9))).astype(int)

    inside, outside = image[150, LEFT + SPAN * 17 // 20], image[150, LEFT + SPAN * 19 // 20]
    assert inside[0] - inside[2] > 20
    assert abs(outside[0] - outside[2]) < 10


def test_a_finding_of_a_moment_is_one_line() -> None:
    image = pixels(take(findings=(Remark("a click", 80.0),)))

    begins = round(LEFT + SPAN * 0.8)
    assert [begins, begins + 1] == columns(image, RED)


def test_a_finding_at_the_very_end_is_seen() -> None:
    image = pixels(take(findings=(Remark("it ends abruptly", 99.99, 100.0),)))

    assert [LEFT + SPAN - 2, LEFT + SPAN - 1] == columns(image, RED)


def test_the_number_of_a_finding_stands_in_the_middle_of_its_span() -> None:
    root = parsed(svg(take(findings=(Remark("a gap", 40.0, 60.0),)), SIZE, folders=()))

    in_panel, in_list = sorted(
        (float(each.attrib["x"]) for each in root.iter(f"{SVG}text") if each.text == "1"), reverse=True
    )
    assert LEFT + SPAN / 2 == pytest.approx(in_panel, abs=0.1)
    assert LEFT + 9 == in_list


def test_without_a_voice_none_is_drawn_and_the_legend_says_so() -> None:
    data = take(voice_s=None)

    assert [] == columns(pixels(data), GREEN)
    assert "no voice found" in texts(data)


def test_the_hook_window_is_tinted_up_to_its_end() -> None:
    image = pixels(take(peaks=np.zeros((9, 2)), rms=np.zeros(9))).astype(int)

    inside, outside = image[150, LEFT + 10], image[150, LEFT + SPAN // 8]
    assert inside[0] - inside[2] > 30
    assert abs(outside[0] - outside[2]) < 10


def test_the_wave_is_as_high_as_the_take_is_loud() -> None:
    image = pixels(take(findings=(), voice_s=None)).astype(int)
    blue = (image[:320, :, 2] - image[:320, :, 0] > 40).sum(axis=0)

    quiet, loud = blue[LEFT + SPAN // 4], blue[LEFT + SPAN * 9 // 10]
    assert pytest.approx(0.25 / 0.9, abs=0.05) == quiet / loud


def test_the_spectrum_shows_the_band_where_it_sounds() -> None:
    picture = spectrum(take().mel, 500)

    bright = picture.astype(int).sum(axis=2)
    assert (40, 500, 3) == picture.shape
    assert bright[40 - 1 - 4, 400] > 600
    assert max(bright[40 - 1 - 4, 100], bright[4, 400]) < 120


def test_everything_is_said_in_words_as_well() -> None:
    said = texts(take())

    for word in (
        "Lamp & Wick",
        "Verse",
        "Chorus",
        "Outro",
        "hook 10 s",
        "voice 30.0 s",
        "a gap of 2 s",
        "sections: as sung",
        "1:20.0–1:30.0",
        "whole",
    ):
        assert word in said
    assert "1:40" in said


def test_sections_without_names_have_letters() -> None:
    sections = tuple(Stretch(start, start + 30.0) for start in (0.0, 30.0, 60.0))

    assert {"A", "B", "C"} <= set(texts(take(sections=sections)))


def test_a_take_without_sections_is_one() -> None:
    assert "A" in texts(take(sections=()))


def test_sections_never_stand_upon_one_another() -> None:
    told = (
        Stretch(50.0, 80.0, "Later"),
        Stretch(-5.0, 60.0, "First"),
        Stretch(10.0, 20.0, "Within"),
        Stretch(80.0, 1e9, "Last"),
        Stretch(300.0, 400.0, "After"),
        Stretch(float("nan"), 5.0, "Never"),
    )

    root = parsed(svg(take(sections=told), SIZE, folders=()))

    strip = [each.attrib for each in root.iter(f"{SVG}rect") if each.attrib.get("y") == "58.0"]
    edges = [(float(each["x"]), float(each["x"]) + float(each["width"])) for each in strip]
    names = [str(each.text) for each in root.iter(f"{SVG}text") if each.attrib["y"] == "75.0"]
    assert ["First", "Later", "Last"] == names
    assert edges == [
        pytest.approx((LEFT + SPAN * start, LEFT + SPAN * end), abs=0.2)
        for start, end in ((0.0, 0.6), (0.6, 0.8), (0.8, 1.0))
    ]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(20.0, "Pre-Chorus"), (8.0, "Pre-Cho…"), (1.5, None)],
    ids=["room", "little", "none"],
)
def test_a_name_is_shortened_to_the_room_there_is(seconds: float, shown: str | None) -> None:
    sections = (Stretch(0.0, seconds, "Pre-Chorus"), Stretch(seconds, 100.0, "Chorus"))

    root = parsed(svg(take(sections=sections), SIZE, folders=()))

    names = [str(each.text) for each in root.iter(f"{SVG}text") if each.attrib["y"] == "75.0"]
    assert [shown, "Chorus"][shown is None :] == names


def test_a_voice_that_is_not_sure_has_a_question_mark() -> None:
    said = texts(take(voice_sure=False))

    assert {"voice 30.0 s?", "first voice 30.0 s?"} <= set(said)


@pytest.mark.parametrize("voice_s", [0.0, 5.0, 60.0, 99.0])
@pytest.mark.parametrize("width", [900, 1600])
def test_the_words_above_the_wave_leave_each_other_room(voice_s: float, width: int) -> None:
    data = take(voice_s=voice_s, sections_from="sections: as written, times estimated")

    root = parsed(svg(data, (width, 600), folders=()))

    row = [
        each.attrib | {"said": str(each.text)}
        for each in root.iter(f"{SVG}text")
        if each.attrib["y"] == "106.0"
    ]
    spans = []
    for mark in row:
        length = loaded(own("text"), float(mark["font-size"])).getlength(mark["said"])
        left = float(mark["x"]) - (length if mark["text-anchor"] == "end" else 0)
        spans.append((left, left + length))
    spans.sort()
    assert 3 == len(spans)
    assert all(end + 8 < start for (_, end), (start, _) in pairwise(spans))
    assert LEFT <= spans[0][0] < spans[-1][1] <= width


def test_more_findings_than_fit_are_counted() -> None:
    findings = tuple(Remark(f"finding {number}", float(number), number + 0.5) for number in range(30))

    said = texts(take(findings=findings))

    assert "finding 7" in said
    assert "finding 8" not in said
    assert "and 22 more" in said


def test_numbers_of_findings_at_the_same_time_stand_side_by_side() -> None:
    root = parsed(
        svg(take(findings=(Remark("a", 99.9), Remark("b", 99.9), Remark("c", 5.0))), SIZE, folders=())
    )

    places = [float(each.attrib["x"]) for each in root.iter(f"{SVG}text") if each.text in {"1", "2", "3"}]
    assert len(places) == 6
    assert len(places) == len({*places}) + 2  # in the list below, the three stand in one column


def test_the_svg_holds_its_spectrum_and_a_name_for_those_who_hear_it() -> None:
    root = parsed(svg(take(), SIZE, folders=()))

    (image,) = root.iter(f"{SVG}image")
    head, _, data = image.attrib["href"].partition(",")
    with Image.open(BytesIO(base64.b64decode(data))) as spectrum_:
        assert ("data:image/png;base64", "PNG", 40) == (head, spectrum_.format, spectrum_.height)
    assert "Waveform and spectrum of Lamp & Wick, 1:40" == root.findtext(f"{SVG}title")
    assert "img" == root.attrib["role"]


@pytest.mark.parametrize(
    "title", ["<script>&\"']]>", "nul\0\x1b[31m", "日本", "أغنية", "x" * 9000, "half\ud800", ""]
)
def test_a_hostile_title_makes_a_valid_plot(title: str) -> None:
    data = take(
        title=title,
        sections=(Stretch(0.0, 90.0, title),),
        sections_from=title,
        findings=(Remark(title, 1.0),),
    )

    said = parsed(svg(data, SIZE, folders=())).findtext(f"{SVG}title")

    assert said is not None
    assert said.startswith("Waveform and spectrum of ")
    assert SIZE == pixels(data).shape[1::-1]


@pytest.mark.parametrize(
    "data",
    [
        take(duration_s=0.0, peaks=np.zeros((0, 2)), rms=np.zeros(0), mel=np.zeros((0, 40))),
        take(peaks=np.full((50, 2), np.nan), rms=np.full(50, np.inf), mel=np.full((50, 40), np.nan)),
        take(
            duration_s=float("nan"),
            hop_s=0.0,
            voice_s=float("inf"),
            sections=(Stretch(-5.0, 1e9), Stretch(9.0, float("inf"))),
        ),
        take(
            duration_s=1e7,
            findings=(
                Remark("when?", float("nan"), 3.0),
                Remark("before", -3.0, -9.0),
                Remark("after", 1e12, float("nan")),
            ),
        ),
        take(hook_s=0.0, peaks=np.zeros((1, 2)), rms=np.zeros(1), mel=np.zeros((1, 40))),
    ],
    ids=["nothing", "no numbers", "no times", "years", "one of each"],
)
def test_measures_that_make_no_sense_still_make_a_plot(data: PlotData) -> None:
    pixels(data)
    parsed(svg(data, SIZE, folders=()))


@pytest.mark.parametrize("size", [(0, 0), (899, 600), (1000, 559), (6001, 900)])
def test_a_size_without_room_for_labels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="900"):
        plot(take(), size)


@given(st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=40)
def test_reducing_keeps_the_extremes_and_the_mean(count: int, room: int) -> None:
    values = np.sin(np.arange(count) * 1.7) / 2 + 0.5

    edges = envelope(np.stack([-values, values], axis=1), room)

    assert min(count, room) == len(edges) == len(level(values, room))
    assert pytest.approx(values.max()) == edges[:, 1].max()
    assert pytest.approx(-values.max()) == edges[:, 0].min()
    assert (
        values.min() - 1e-9 <= level(values, room).min() <= level(values, room).max() <= values.max() + 1e-9
    )
