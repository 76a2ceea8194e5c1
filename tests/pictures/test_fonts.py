"""No letter is ever drawn as a box: what a font can draw is known before it draws."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont, features

from pipeline.pictures.cmap import characters
from pipeline.pictures.cover import compose
from pipeline.pictures.fonts import drawn_by, find, own, shipped, system_folders
from tests.pictures import forge
from tests.pictures.songs import song

NOBODY = "\u0378"  # a code point that Unicode has not given away: every font draws its box for it
BY_SCRIPT = (
    *("Morning Rain", "Łódź – ñandú, ğ, ő, ș", "Ωκεανός ἄστρον", "Съешь ещё ґєї ћџ", "Đường về “nhà”…"),
    *("أغنية الليل ۴", "גשם של בוקר", "शहर की रात", "বৃষ্টির রাত", "ਰਾਤ ਦਾ ਗੀਤ", "વરસાદ", "இரவு பாடல்"),
    *("రాత్రి పాట", "ಮಳೆ", "മഴ", "กลางคืน", "Հայերեն", "თბილისი", "Blue गीत 2!"),
)


def mask(file: Path, letter: str) -> bytes:
    font = ImageFont.truetype(str(file), 32, layout_engine=ImageFont.Layout.BASIC)
    return bytes(font.getmask(letter))


@pytest.mark.parametrize("file", shipped(), ids=lambda file: file.stem)
def test_what_a_font_of_ours_can_draw_is_no_box(file: Path) -> None:
    letters = [chr(code) for code in sorted(drawn_by(file)) if chr(code).isalnum()]
    box = mask(file, NOBODY)

    boxes = [letter for letter in letters[:: 1 + len(letters) // 150] if mask(file, letter) == box]

    assert any(box)
    assert not boxes


@pytest.mark.parametrize("file", shipped(), ids=lambda file: file.stem)
def test_what_a_font_of_ours_cannot_draw_is_known(file: Path) -> None:
    box = mask(file, NOBODY)
    lacking = [letter for letter in "Aя漢ກካᏣΩש" if ord(letter) not in drawn_by(file)]

    assert lacking
    assert all(mask(file, letter) == box for letter in lacking)


@pytest.mark.skipif(not features.check_feature("raqm"), reason="this Pillow cannot shape text")
@pytest.mark.parametrize("text", BY_SCRIPT)
def test_our_fonts_draw_the_languages_that_are_sung(text: str) -> None:
    file = find(text, "serif", ())

    assert file is not None
    assert set(map(ord, text)) - {0x20} <= characters(file)


def test_the_wanted_face_comes_first() -> None:
    assert [own("serif"), own("condensed")] == [find("Rain", face, ()) for face in ("serif", "condensed")]


def test_no_font_is_found_for_what_none_has() -> None:
    assert find("日本", "grotesk", ()) is None


def test_a_font_of_the_system_draws_what_ours_lack(tmp_path: Path) -> None:
    file = forge.font(tmp_path / "deep" / "Forged-Bold.ttf", {0x65E5: 40, 0x672C: 41, 0x6B4C: 42})

    made = compose(song(1, "日本 歌"), 200, folders=(tmp_path,))

    assert made.title is not None
    assert ("日本 歌", file) == (" ".join(made.title.lettering.lines), made.title.lettering.font)


def test_a_font_that_draws_one_box_for_all_is_not_believed(tmp_path: Path) -> None:
    forge.font(tmp_path / "Everything.ttf", {0x65E5: 40, 0x672C: 40})

    assert find("日本", "grotesk", (tmp_path,)) is None


@pytest.mark.parametrize("name", ["LastResort.otf", "AdobeBlank.ttf", "NotoColorEmoji.ttf", "Kochi-Mono.ttf"])
def test_fonts_that_no_cover_wants_are_passed_over(tmp_path: Path, name: str) -> None:
    forge.font(tmp_path / name, {0x65E5: 40, 0x672C: 41})

    assert find("日本", "grotesk", (tmp_path,)) is None


def test_bold_fonts_of_the_system_come_first(tmp_path: Path) -> None:
    glyphs = {0x65E5: 40, 0x672C: 41}
    forge.font(tmp_path / "A-Light.ttf", glyphs)
    bold = forge.font(tmp_path / "Z-Bold.ttf", glyphs)

    assert bold == find("日本", "grotesk", (tmp_path,))


def test_a_broken_font_of_the_system_is_passed_over(tmp_path: Path) -> None:
    whole = forge.font(tmp_path / "forged.ttf", {0x65E5: 40, 0x672C: 41})
    (tmp_path / "Broken-Bold.ttf").write_bytes(b"\0\1\0\0" + bytes(500))
    cut = struct.pack(">4sH6x4sIII", b"\0\1\0\0", 1, b"cmap", 0, 28, 400) + forge.table(
        {0x65E5: 1, 0x672C: 2}
    )
    (tmp_path / "Hollow-Bold.ttf").write_bytes(cut)  # it has a character map and nothing else
    (tmp_path / "Gone-Bold.ttf").symlink_to(tmp_path / "nowhere")

    assert whole == find("日本", "grotesk", (tmp_path, tmp_path / "missing"))


def test_the_folders_of_the_system_begin_in_the_own_home(home: Path) -> None:
    assert home / ".local/share/fonts" == system_folders()[0]


@pytest.mark.parametrize("file", shipped(), ids=lambda file: file.stem)
def test_a_font_cut_short_has_no_characters_and_does_no_harm(file: Path, tmp_path: Path) -> None:
    for length in (0, 3, 11, 12, 100, 300):
        cut = tmp_path / f"{length}.ttf"
        cut.write_bytes(file.read_bytes()[:length])

        assert frozenset() == characters(cut)


@given(st.binary(max_size=80))
@settings(max_examples=30, deadline=None)
def test_any_character_map_is_read_without_harm(
    tmp_path_factory: pytest.TempPathFactory, table: bytes
) -> None:
    file = forge.with_table(tmp_path_factory.getbasetemp() / "any.ttf", table)

    assert characters(file) <= set(range(0x110000))


@pytest.mark.parametrize(
    "groups",
    [[(0, 0x10FFFF, 1)] * 3000, [(5, 4, 1)], [(0, 0xFFFFFFFF, 1)], [(9, 9, 1), (8, 8, 1)]],
    ids=["again and again", "backwards", "beyond Unicode", "unsorted"],
)
def test_a_character_map_that_lies_is_not_believed(
    groups: list[tuple[int, int, int]], tmp_path: Path
) -> None:
    body = b"".join(struct.pack(">III", *group) for group in groups)
    head = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + struct.pack(">HHIII", 12, 0, 0, 0, len(groups))

    assert frozenset() == characters(forge.with_table(tmp_path / "liar.ttf", head + body))


def test_a_collection_is_read_by_its_first_face(tmp_path: Path) -> None:
    single = own("condensed").read_bytes()
    shift = 16
    data = bytearray(single)
    for index in range(struct.unpack_from(">H", data, 4)[0]):
        place = 12 + 16 * index + 8
        struct.pack_into(">I", data, place, struct.unpack_from(">I", data, place)[0] + shift)
    collection = tmp_path / "two.ttc"
    collection.write_bytes(struct.pack(">4sIII", b"ttcf", 0x10000, 1, shift) + bytes(data))

    assert characters(own("condensed")) == characters(collection)


def test_the_fonts_come_with_their_licence_and_are_small() -> None:
    folder = own("text").parent

    licence = (folder / "OFL.txt").read_text()

    assert "SIL OPEN FONT LICENSE" in licence
    assert all(file.stem.removesuffix("-Bold") in (folder / "README.md").read_text() for file in shipped())
    assert sum(file.stat().st_size for file in shipped()) < 3_000_000
