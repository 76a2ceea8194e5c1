"""Every label comes back from every format, under the names that other programs look for."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.flac import FLAC
from mutagen.id3 import COMM, GEOB, ID3, PRIV, TIT2, TPE1, TSSE, TXXX, USLT
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from pipeline.audio.table import TABLE, Row
from pipeline.audio.tagger import FileTagger
from pipeline.labels import Labels
from tests.fakes import audio_files

FULL = Labels(
    title="Schlaflos; AC/DC",
    artist="Night Kettle",
    album="Songs 2026",
    album_artist="Various Kettles",
    date="2026-11-22",
    genres=("Trip-Hop", "R&B"),
    bpm=84,
    key="C#m",
    language="deu",
    lyrics="[Verse 1]\nDer Kessel zählt die Stunden\n\n[Chorus]\n夜が明ける 🌒",
    comment="AI-generated music (acestep-v15-turbo) made with songpipe; lyrics: maker/model-1.",
    encoded_by="songpipe 0.1.0",
    lyricist="maker/model-1",
    prompt="dark trip-hop; opens with a lone piano / and rain",
    seed="4294967295",
    model="acestep-v15-turbo",
    writer="maker/model-1",
    task_id="f8401a4a",
    brief="insomnia trip-hop",
    server="http://band.example:8001",
    parameters='{"thinking":true}',
    song_id="k3f9a2p7q8r9s0tv",
    templates="ab" * 32,
    rating=4,
    picked=False,
    rehearsal=True,
    digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia",
    ai_contribution="vocals;instrumentation",
)
OPENERS: dict[str, Callable[[Path], Any]] = {
    "mp3": MP3, "wav": WAVE, "flac": FLAC, "ogg": OggVorbis, "opus": OggOpus,
}  # fmt: skip


def field_of(row: Row) -> str:
    return row.field


@pytest.fixture(scope="session")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A fully labelled file of each format; mp3-v23 and wav-v23 for old players."""
    folder = tmp_path_factory.mktemp("tagged")
    files = {}
    for kind in (*audio_files.FORMATS, "mp3-v23", "wav-v23"):
        files[kind] = audio_files.make(folder, kind.split("-", maxsplit=1)[0], 0.2, name=kind)
        FileTagger(id3v23=kind.endswith("-v23")).tag(files[kind], FULL)
    return files


def test_every_label_has_exactly_one_row() -> None:
    assert [field.name for field in fields(Labels)] == [row.field for row in TABLE]


@pytest.mark.parametrize("kind", [*audio_files.FORMATS, "mp3-v23", "wav-v23"])
@pytest.mark.parametrize("row", TABLE, ids=field_of)
def test_a_label_reads_back_as_it_was_written(row: Row, kind: str, tagged: dict[str, Path]) -> None:
    read = FileTagger().read(tagged[kind])

    assert getattr(FULL, row.field) == getattr(read, row.field)


@pytest.mark.parametrize("kind", ["mp3", "wav"])
def test_id3_holds_the_frames_that_players_read(kind: str, tagged: dict[str, Path]) -> None:
    tags = OPENERS[kind](tagged[kind]).tags

    assert tags.version == (2, 4, 0)
    assert tags["TIT2"].text == [FULL.title]
    assert tags["TPE1"].text == ["Night Kettle"]
    assert tags["TPE2"].text == ["Various Kettles"]
    assert tags["TALB"].text == ["Songs 2026"]
    assert str(tags["TDRC"]) == "2026-11-22"
    assert tags["TCON"].text == ["Trip-Hop", "R&B"]
    assert (str(tags["TBPM"]), str(tags["TKEY"]), str(tags["TLAN"])) == ("84", "C#m", "deu")
    assert tags["USLT::deu"].text == FULL.lyrics
    assert tags["COMM::eng"].text == [FULL.comment]
    assert (str(tags["TENC"]), str(tags["TEXT"])) == ("songpipe 0.1.0", "maker/model-1")
    assert str(tags["TXXX:SONGPIPE_PARAMS"]) == '{"thinking":true}'
    assert str(tags["TXXX:SONGPIPE_REHEARSAL"]) == "true"
    assert (str(tags["TXXX:SONGPIPE_RATING"]), str(tags["TXXX:SONGPIPE_PICKED"])) == ("4", "false")
    assert str(tags["TXXX:AI_GENERATED"]) == "true"
    assert str(tags["TXXX:AI_CONTRIBUTION"]) == "vocals;instrumentation"


@pytest.mark.parametrize("kind", ["flac", "ogg", "opus"])
def test_vorbis_comments_have_the_names_of_picard_and_beets(kind: str, tagged: dict[str, Path]) -> None:
    tags = OPENERS[kind](tagged[kind]).tags

    assert tags["TITLE"] == [FULL.title]
    assert tags["ALBUMARTIST"] == ["Various Kettles"]
    assert tags["DATE"] == ["2026-11-22"]
    assert tags["GENRE"] == ["Trip-Hop", "R&B"]
    assert tags["KEY"] == tags["INITIALKEY"] == ["C#m"]
    assert tags["LYRICS"] == [FULL.lyrics]
    assert tags["COMMENT"] == [FULL.comment]
    assert (tags["SONGPIPE_RATING"], tags["SONGPIPE_PICKED"]) == (["4"], ["false"])
    assert tags["AI_GENERATED"] == ["true"]
    assert tags["SONGPIPE_SEED"] == ["4294967295"]


def test_old_players_get_a_version_they_know(tagged: dict[str, Path]) -> None:
    tags = ID3(tagged["mp3-v23"], translate=False)

    assert tags.version == (2, 3, 0)
    assert "TDRC" not in tags
    assert (str(tags["TYER"]), str(tags["TDAT"])) == ("2026", "2211")
    assert tags["TCON"].text == ["Trip-Hop; R&B"]


@pytest.mark.parametrize("kind", ["mp3", "mp3-v23"])
def test_no_tag_of_the_first_version_is_made(kind: str, tagged: dict[str, Path]) -> None:
    assert b"TAG" != tagged[kind].read_bytes()[-128:-125]


def test_a_tag_of_the_first_version_that_is_there_is_kept_true(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 0.1)
    old = ID3()
    old.add(TIT2(text=["Old Title"]))
    old.save(file, v1=2)
    assert b"TAGOld Title" in file.read_bytes()[-128:]

    FileTagger().tag(file, Labels(title="New Title"))

    assert file.read_bytes()[-128:].startswith(b"TAGNew Title")


def test_an_empty_label_is_not_written_and_removes_what_was_there(tmp_path: Path) -> None:
    for kind in audio_files.FORMATS:
        file = audio_files.make(tmp_path, kind, 0.1)
        FileTagger().tag(file, FULL)

        FileTagger().tag(file, Labels(title="Only This"))

        assert FileTagger().read(file) == Labels(title="Only This")


@pytest.mark.parametrize("picked", [True, False, None])
@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_a_few_labels_are_told_otherwise_and_all_others_stay(
    kind: str, picked: bool | None, tmp_path: Path
) -> None:
    file = audio_files.make(tmp_path, kind, 0.1)
    FileTagger().tag(file, replace(FULL, artist="The Band"))
    strange = OPENERS[kind](file)
    artist = "TPE1" if kind in {"mp3", "wav"} else "ARTIST"
    strange.tags[artist] = TPE1(text=["One", "Two"]) if artist == "TPE1" else ["One", "Two"]
    strange.save()

    FileTagger().amend(file, rating=None, picked=picked)

    assert replace(FULL, artist="One", rating=None, picked=picked) == FileTagger().read(file)
    assert ["One", "Two"] == list(OPENERS[kind](file).tags[artist])


@pytest.mark.parametrize("said", ["maybe", "True", "1", ""])
def test_a_strangers_answer_that_is_none_reads_as_none(said: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "flac", 0.1)
    strange = FLAC(file)
    strange["SONGPIPE_PICKED"] = [said]
    strange.save()

    assert FileTagger().read(file).picked is None


def test_a_file_without_tags_reads_as_nothing(tmp_path: Path) -> None:
    for kind in audio_files.FORMATS:
        assert FileTagger().read(audio_files.make(tmp_path, kind, 0.1)) == Labels()


def test_a_strangers_bad_number_reads_as_none(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "flac", 0.1)
    strange = FLAC(file)
    strange["BPM"] = ["fast", "84"]
    strange.save()

    assert FileTagger().read(file).bpm is None


@pytest.mark.parametrize("kind", ["mp3", "wav"])
def test_frames_of_others_are_kept(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.1)
    foreign = OPENERS[kind](file)
    foreign.add_tags()
    for frame in (
        TSSE(text=["Lavf62"]),
        TXXX(desc="SERVER_NOTE", text=["kept"]),
        PRIV(owner="XMP", data=b"<x/>"),
        GEOB(mime="application/c2pa", data=b"\x00manifest"),
        COMM(lang="eng", desc="described", text=["kept"]),
        USLT(lang="eng", desc="translation", text="kept"),
        USLT(lang="fra", desc="", text="replaced: a player would show the first it finds"),
        TIT2(text=["replaced"]),
    ):
        foreign.tags.add(frame)
    foreign.save()

    FileTagger().tag(file, FULL)

    tags = OPENERS[kind](file).tags
    assert str(tags["TSSE"]) == "Lavf62"
    assert str(tags["TXXX:SERVER_NOTE"]) == "kept"
    assert tags.getall("PRIV")[0].data == b"<x/>"
    assert tags.getall("GEOB")[0].data == b"\x00manifest"
    assert tags["COMM:described:eng"].text == ["kept"]
    assert {"USLT:translation:eng", "USLT::deu"} == {key for key in tags if key.startswith("USLT")}
    assert tags["TIT2"].text == [FULL.title]


@pytest.mark.parametrize("kind", ["flac", "ogg", "opus"])
def test_comments_of_others_are_kept(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.1)
    foreign = OPENERS[kind](file)
    if foreign.tags is None:
        foreign.add_tags()
    foreign.tags["SERVER_NOTE"] = ["kept", "twice"]
    foreign.save()

    FileTagger().tag(file, FULL)

    assert OPENERS[kind](file).tags["SERVER_NOTE"] == ["kept", "twice"]


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_tagging_leaves_every_sample_as_it_was(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.5)
    before = audio_files.decoded(file)

    FileTagger().tag(file, replace(FULL, lyrics="la " * 30_000))

    assert np.array_equal(before, audio_files.decoded(file))


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=WORDS, lyrics=st.lists(WORDS, max_size=4), genres=st.lists(WORDS.filter(str.isalpha), max_size=3)
)
@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_any_script_survives(
    kind: str, title: str, lyrics: list[str], genres: list[str], tmp_path: Path
) -> None:
    file = tmp_path / f"song.{kind}"
    if not file.exists():
        audio_files.make(tmp_path, kind, 0.05, name="song")
    labels = Labels(title=title, lyrics="\n".join(lyrics), genres=tuple(genres), language="zxx")

    FileTagger().tag(file, labels)

    assert labels == FileTagger().read(file)
