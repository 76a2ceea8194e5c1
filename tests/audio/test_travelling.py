"""What travels with a song: synced lyrics, chapters, gains and the cover come back from every format."""

import base64
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, CHAP, CTOC, ID3, SYLT, TIT2, TXXX, CTOCFlags
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from pipeline.audio.essence import essence
from pipeline.audio.tagger import FileTagger
from pipeline.labels import Labels
from tests.fakes import audio_files

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(255, -1, -1)) * 8
SECONDS = 2.0
GAINS = {"replaygain_track_gain": "-5.81 dB", "replaygain_track_peak": "0.988547"}
SONG = Labels(
    title="Porch Light",
    language="deu",
    lyrics="[Verse 1]\nDer Kessel zählt; die Stunden\n\n[Chorus]\n夜が明ける 🌒",
    synced=((120, "Der Kessel zählt; die Stunden"), (1230, "夜が明ける 🌒")),
    chapters=((0, 1230, "Verse 1"), (1230, 2000, "Chorus / 夜")),
    times="estimated",
    cover=JPEG,
)
OPENERS: dict[str, Callable[[Path], Any]] = {
    "mp3": MP3, "wav": WAVE, "flac": FLAC, "ogg": OggVorbis, "opus": OggOpus,
}  # fmt: skip
ID3_KINDS = ("mp3", "wav", "mp3-v23", "wav-v23")


def labels_for(kind: str) -> Labels:
    return replace(SONG, r128_track_gain="-1487") if kind == "opus" else replace(SONG, **GAINS)


def all_labels() -> Labels:
    return replace(SONG, r128_track_gain="-1487", **GAINS)


@pytest.fixture(scope="session")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of each format that carries everything, and its ID3v2.3 twins."""
    folder = tmp_path_factory.mktemp("travelling")
    files = {}
    for kind in (*audio_files.FORMATS, "mp3-v23", "wav-v23"):
        files[kind] = audio_files.make(folder, kind.split("-", maxsplit=1)[0], SECONDS, name=kind)
        FileTagger(id3v23=kind.endswith("-v23")).tag(files[kind], all_labels())
    return files


@pytest.mark.parametrize("kind", [*audio_files.FORMATS, "mp3-v23", "wav-v23"])
def test_everything_reads_back_as_it_was_written(kind: str, tagged: dict[str, Path]) -> None:
    told = FileTagger().read(tagged[kind])

    assert labels_for(kind) == told


@pytest.mark.parametrize("kind", ID3_KINDS)
def test_id3_holds_the_frames_that_players_read(kind: str, tagged: dict[str, Path]) -> None:
    tags = OPENERS[kind.split("-", maxsplit=1)[0]](tagged[kind]).tags

    sylt = tags["SYLT::deu"]
    assert (2, 1, [(line, ms) for ms, line in SONG.synced]) == (sylt.format, sylt.type, sylt.text)
    (toc,) = tags.getall("CTOC")
    assert CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED == toc.flags
    chapters = [tags[f"CHAP:{name}"] for name in toc.child_element_ids]
    told = [(each.start_time, each.end_time, str(each.sub_frames["TIT2"])) for each in chapters]
    assert list(SONG.chapters) == told
    assert {0xFFFFFFFF} == {offset for each in chapters for offset in (each.start_offset, each.end_offset)}
    (front,) = tags.getall("APIC")
    assert (3, "image/jpeg", "", JPEG) == (front.type, front.mime, front.desc, front.data)
    assert "-5.81 dB" == str(tags["TXXX:REPLAYGAIN_TRACK_GAIN"])
    assert "0.988547" == str(tags["TXXX:REPLAYGAIN_TRACK_PEAK"])
    assert "TXXX:R128_TRACK_GAIN" not in tags


@pytest.mark.parametrize("kind", ["mp3-v23", "wav-v23"])
def test_old_players_get_texts_in_an_encoding_they_know(kind: str, tagged: dict[str, Path]) -> None:
    tags = (ID3 if kind.startswith("mp3") else WAVE)(tagged[kind])
    tags = tags if isinstance(tags, ID3) else tags.tags

    assert (2, 3, 0) == tags.version
    sub = [chapter.sub_frames["TIT2"] for chapter in tags.getall("CHAP")]
    assert {1} == {int(frame.encoding) for frame in (tags.getall("SYLT")[0], *sub)}  # UTF-16


@pytest.mark.parametrize("kind", ["flac", "ogg", "opus"])
def test_comments_have_the_names_of_the_xiph_foundation(kind: str, tagged: dict[str, Path]) -> None:
    tags = OPENERS[kind](tagged[kind]).tags

    chapters = [tags[f"CHAPTER00{number}{name}"][0] for number in (0, 1) for name in ("", "NAME")]
    assert ["00:00:00.000", "Verse 1", "00:00:01.230", "Chorus / 夜"] == chapters
    assert "[00:00.12]Der Kessel zählt; die Stunden\n[00:01.23]夜が明ける 🌒" == tags["SYNCEDLYRICS"][0]


@pytest.mark.parametrize("kind", ["flac", "ogg"])
def test_flac_and_vorbis_get_the_gain_of_replaygain(kind: str, tagged: dict[str, Path]) -> None:
    tags = OPENERS[kind](tagged[kind]).tags

    gains = [tags["REPLAYGAIN_TRACK_GAIN"][0], tags["REPLAYGAIN_TRACK_PEAK"][0]]
    assert list(GAINS.values()) == gains
    assert "R128_TRACK_GAIN" not in tags


def test_opus_gets_its_own_gain_and_no_other(tagged: dict[str, Path]) -> None:
    tags = OggOpus(tagged["opus"]).tags

    assert ["-1487"] == tags["R128_TRACK_GAIN"]
    assert not [name for name in tags.keys() if name.startswith("replaygain")]  # noqa: SIM118 -- a list of pairs


def test_the_cover_is_a_block_in_flac_and_a_comment_in_ogg(tagged: dict[str, Path]) -> None:
    (block,) = FLAC(tagged["flac"]).pictures
    comment = Picture(base64.b64decode(OggOpus(tagged["opus"]).tags["METADATA_BLOCK_PICTURE"][0]))

    for picture in (block, comment):
        assert (3, "image/jpeg", JPEG) == (picture.type, picture.mime, picture.data)


def test_what_a_picture_is_is_told_by_its_bytes(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 0.1)

    FileTagger().tag(file, Labels(cover=PNG))

    assert "image/png" == MP3(file).tags["APIC:"].mime


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_the_audio_stays_byte_for_byte(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.3)
    before, samples = essence(file, kind), audio_files.decoded(file)

    FileTagger().tag(file, replace(labels_for(kind), cover=JPEG * 100))

    assert before == essence(file, kind)
    assert np.array_equal(samples, audio_files.decoded(file))


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_what_nobody_measured_anew_stays(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.2)
    FileTagger().tag(file, all_labels())
    before = FileTagger().read(file)

    FileTagger().tag(file, Labels(title="Only This"))

    told = FileTagger().read(file)
    assert replace(before, title="Only This", language="", lyrics="") == told


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_new_measures_replace_all_of_the_old_ones(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.2)
    FileTagger().tag(file, replace(SONG, chapters=tuple((n * 10, n * 10 + 10, "x") for n in range(12))))

    FileTagger().tag(file, Labels(synced=((10, "one"),), chapters=((0, 200, "Verse"),), cover=PNG))

    told = FileTagger().read(file)
    assert (((10, "one"),), ["Verse"], PNG) == (told.synced, [each[2] for each in told.chapters], told.cover)


@pytest.mark.parametrize("kind", ["mp3", "wav"])
def test_frames_of_others_are_kept(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.1)
    foreign = OPENERS[kind](file)
    foreign.add_tags()
    salted = APIC(mime="image/png", type=3, desc="", data=b"replaced")
    salted.salt = " "  # as mutagen tells two pictures without a description apart
    for frame in (
        SYLT(lang="eng", desc="chords", format=2, type=6, text=[("Am", 0)]),
        APIC(mime="image/png", type=4, desc="", data=b"back"),
        APIC(mime="image/png", type=3, desc="scan", data=b"described"),
        salted,
        TXXX(desc="REPLAYGAIN_ALBUM_GAIN", text=["-1.00 dB"]),
    ):
        foreign.tags.add(frame)
    foreign.save()

    FileTagger().tag(file, all_labels())

    tags = OPENERS[kind](file).tags
    assert [b"back", b"described", JPEG] == sorted(each.data for each in tags.getall("APIC"))
    assert tags["SYLT:chords:eng"].text == [("Am", 0)]
    assert "-1.00 dB" == str(tags["TXXX:REPLAYGAIN_ALBUM_GAIN"])


@pytest.mark.parametrize("kind", ["flac", "ogg"])
def test_pictures_of_others_are_kept(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.1)
    back = Picture()
    back.type, back.mime, back.data = 4, "image/png", b"back"
    foreign = OPENERS[kind](file)
    if kind == "flac":
        foreign.add_picture(back)
    else:
        foreign["METADATA_BLOCK_PICTURE"] = ["no picture", base64.b64encode(back.write()).decode()]
    foreign.save()

    FileTagger().tag(file, SONG)
    FileTagger().tag(file, SONG)

    opened = OPENERS[kind](file)
    blocks = opened.pictures if kind == "flac" else opened["METADATA_BLOCK_PICTURE"]
    assert (2 if kind == "flac" else 3) == len(blocks)
    assert JPEG == FileTagger().read(file).cover


def test_chapters_that_no_table_names_and_times_in_frames_read_as_none(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 0.1)
    tags = ID3()
    tags.add(CHAP(element_id="lost", start_time=0, end_time=9, sub_frames=[TIT2(text=["Lost"])]))
    tags.add(CTOC(element_id="inner", flags=0, child_element_ids=["lost"], sub_frames=[]))
    tags.add(SYLT(lang="eng", desc="", format=1, type=1, text=[("by frames", 7)]))
    tags.save(file)

    told = FileTagger().read(file)

    assert ((), ()) == (told.chapters, told.synced)


def test_a_table_that_names_what_is_not_there_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 0.1)
    tags = ID3()
    tags.add(CHAP(element_id="b", start_time=5, end_time=9, sub_frames=[]))
    tags.add(CTOC(element_id="toc", flags=3, child_element_ids=["gone", "b", "toc"], sub_frames=[]))
    tags.save(file)

    assert ((5, 9, ""),) == FileTagger().read(file).chapters


def test_comments_that_make_no_sense_read_as_nothing(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "flac", 0.1)
    strange = FLAC(file)
    strange["CHAPTER000"] = ["soon"]
    strange["CHAPTER001NAME"] = ["a name without a time"]
    strange["SYNCEDLYRICS"] = ["[99:99]\n[soon]never"]
    strange["METADATA_BLOCK_PICTURE"] = ["AAAA"]
    strange.save()

    assert Labels() == FileTagger().read(file)


@pytest.mark.parametrize("kind", ["flac", "mp3"])
def test_a_file_with_everything_still_plays(kind: str, tagged: dict[str, Path]) -> None:
    samples, rate = soundfile.read(tagged[kind])

    assert SECONDS == pytest.approx(len(samples) / rate, abs=0.1)


WORDS = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="[]<"), min_size=1, max_size=30
).map(lambda text: unicodedata.normalize("NFC", text))
TIMES = st.integers(0, 35_999).map(lambda hundredths: hundredths * 10)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    synced=st.lists(st.tuples(TIMES, WORDS), max_size=4),
    names=st.lists(WORDS, max_size=4),
    cover=st.binary(max_size=200),
)
@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_any_script_survives(
    kind: str, synced: list[tuple[int, str]], names: list[str], cover: bytes, tmp_path: Path
) -> None:
    file = audio_files.make(tmp_path, kind, 0.05, name="song")
    chapters = tuple((number * 10, number * 10 + 10, name) for number, name in enumerate(names))
    ordered = tuple(sorted(synced, key=lambda line: line[0]))

    FileTagger().tag(file, Labels(synced=ordered, chapters=chapters, cover=cover))

    told = FileTagger().read(file)
    assert (cover, [start for start, _, _ in chapters]) == (told.cover, [each[0] for each in told.chapters])
    assert (names, [ms for ms, _ in ordered]) == (
        [each[2] for each in told.chapters],
        [ms for ms, _ in told.synced],
    )
    assert [words for _, words in ordered] == [words for _, words in told.synced]
