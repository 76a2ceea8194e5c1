"""From one line to a tagged song on the shelf."""

import json
import re
from pathlib import Path

import mutagen
import pytest
import soundfile
from jsonschema import validate

from tests.fakes import audio_files
from tests.fakes.acestep_server import FakeAceStep
from tests.fakes.nanogpt import NanoGPT, says
from tests.road.conftest import DRAFT, Servers, Songpipe, unfinished

SHORT = ("--duration", "20")
GERMAN = """\
TITLE: Der lange Weg hinab
PROMPT: dark alternative rock, brooding female vocals, distorted guitars, heavy bass, atmospheric reverb, 90s \
grunge influence, emotional intensity, opens with a stark piano chord and a whispered vocal
LYRICS:
[verse]
Die Stufen zählen meine Schritte, das Geländer brummt
Im Keller steht ein kalter Ofen, der nach dir verstummt

[chorus]
Halt die Lampe, halt mich fest
Bis der Flur uns beide lässt
"""


@pytest.fixture
def draft(workspace: Path) -> Path:
    """A draft that a person wrote, in German."""
    file = workspace / "german.txt"
    file.write_text(GERMAN)
    return file


class OneTune(dict[str, bytes]):
    """The disk of a music server on which every file holds the same tune."""

    def __init__(self, tune: bytes) -> None:
        super().__init__()
        self._tune = tune

    def setdefault(self, path: str, _: bytes = b"", /) -> bytes:
        return super().setdefault(path, self._tune)


def test_one_line_becomes_a_tagged_song_that_plays(songpipe: Songpipe, workspace: Path) -> None:
    ran = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT)

    assert (0, "") == (ran.code, ran.err.replace("songpipe: ", "", 1) and ran.err.split("songpipe: ", 1)[0])
    samples, rate = soundfile.read(ran.file)
    assert 20.0 == pytest.approx(len(samples) / rate, abs=0.1)
    tags = mutagen.File(ran.file).tags
    assert {"TIT2", "TPE1", "TALB", "TDRC", "USLT::eng", "COMM::eng", "TXXX:AI_GENERATED"} <= set(tags.keys())


def test_the_file_lies_where_the_house_says(songpipe: Songpipe, workspace: Path) -> None:
    ran = songpipe("write", "--rehearse", "insomnia trip-hop", *SHORT)

    relative = ran.file.relative_to(workspace / "output").as_posix()
    assert re.fullmatch(r"\d{4}/\d{2}/\d{4}-\d{2}-\d{2}-[a-z0-9-]+-[0-9a-z]{6}\.mp3", relative)
    stem = ran.file.with_suffix("")
    visible = {path.name for path in ran.file.parent.iterdir() if not path.name.startswith(".")}
    beside = {f"{stem.name}{suffix}" for suffix in (".song.json", ".takes", ".lrc", ".cover.jpg")}
    assert {ran.file.name} | beside == visible


def test_the_printed_document_is_the_sidecar_and_keeps_its_schema(songpipe: Songpipe) -> None:
    ran = songpipe("write", "--rehearse", "insomnia trip-hop", "--json", *SHORT)
    schema = songpipe("schema", "song").document

    printed = ran.document
    validate(printed, schema)
    sidecar = json.loads(Path(printed["sidecar"]).read_text())
    same = set(printed) - {"file", "sidecar", "takes"}
    assert {key: printed[key] for key in same} == {key: sidecar[key] for key in same}
    assert {"hashes", "versions"} <= set(sidecar)


def test_a_rehearsal_is_marked_wherever_it_can_be_seen(songpipe: Songpipe) -> None:
    ran = songpipe("write", "--rehearse", "insomnia trip-hop", "--json", *SHORT)

    tags = mutagen.File(ran.document["file"]).tags
    assert ran.document["rehearsal"] is True
    assert "rehearsal" in ran.err
    assert "rehearsal" in tags["TALB"].text[0]
    assert tags["TXXX:SONGPIPE_REHEARSAL"].text == ["true"]


def test_what_the_rehearsal_servers_made_is_marked_without_the_flag_too(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers()

    ran = songpipe("write", "insomnia trip-hop", "--json", *SHORT)

    tags = mutagen.File(ran.document["file"]).tags
    assert (True, "rehearsal/songwriter", 0) == (
        ran.document["rehearsal"],
        ran.document["writer"]["model"],
        ran.document["writer"]["cost_usd"],
    )
    assert "rehearsal" in ran.err
    assert tags["TXXX:SONGPIPE_REHEARSAL"].text == ["true"]


def test_words_of_the_rehearsal_writer_are_marked_before_they_are_played(
    songpipe: Songpipe, servers: Servers
) -> None:
    servers()

    ran = songpipe("write", "insomnia trip-hop", "--no-render", "--json", *SHORT)

    assert ran.document["rehearsal"] is True


def test_own_words_that_the_rehearsal_band_played_are_marked(
    songpipe: Songpipe, servers: Servers, draft: Path
) -> None:
    servers()

    ran = songpipe("render", str(draft), "--json", *SHORT)

    tags = mutagen.File(ran.document["file"]).tags
    assert (True, "") == (ran.document["rehearsal"], ran.document["writer"]["model"])
    assert tags["TXXX:SONGPIPE_REHEARSAL"].text == ["true"]


def test_a_real_song_in_german_is_tagged_as_german_and_not_as_a_rehearsal(
    songpipe: Songpipe, draft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune = audio_files.make(tmp_path, "mp3", 20).read_bytes()
    writer, band = NanoGPT(says(draft.read_text())), FakeAceStep()
    band.audio = OneTune(tune)

    with writer, band:
        monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", writer.base_url)
        monkeypatch.setenv("SONGPIPE_LLM_MODELS", "some/model")
        monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", band.url)
        ran = songpipe("write", "the stairs", "--language", "de", "--json", *SHORT)

    tags = mutagen.File(ran.document["file"]).tags
    assert (False, "some/model") == (ran.document["rehearsal"], ran.document["writer"]["model"])
    assert "rehearsal" not in ran.err + tags["TALB"].text[0]
    assert "TXXX:SONGPIPE_REHEARSAL" not in tags
    assert "deu" == str(tags["TLAN"])
    assert "Die Stufen zählen meine Schritte" in tags["USLT::deu"].text


def test_the_same_seed_writes_and_plays_the_same_song(songpipe: Songpipe) -> None:
    first = songpipe("write", "--rehearse", "a", "--seed", "7", "--json", *SHORT).document
    second = songpipe("write", "--rehearse", "a", "--seed", "7", "--json", *SHORT).document

    assert first["lyrics"] == second["lyrics"]
    assert first["takes"][0]["sha256"] == second["takes"][0]["sha256"]
    assert first["file"] != second["file"]


def test_what_the_brief_fixes_reaches_the_tags(songpipe: Songpipe) -> None:
    fixed = ("--bpm", "96", "--key", "c# MINOR", "--title", "The Long Way Down")

    ran = songpipe("write", "--rehearse", "the stairs", "--json", *SHORT, *fixed)

    tags = mutagen.File(ran.document["file"]).tags
    found = [str(tags[frame]) for frame in ("TBPM", "TKEY", "TIT2", "TLAN")]
    assert ["96", "C#m", "The Long Way Down", "eng"] == found


@pytest.mark.parametrize("language", ["de", "ja"])
def test_a_language_that_the_rehearsal_cannot_sing_is_refused(songpipe: Songpipe, language: str) -> None:
    ran = songpipe("write", "--rehearse", "the stairs", "--language", language, *SHORT)

    assert (4, "") == (ran.code, ran.out)
    assert "the rehearsal songwriter sings English only; leave --language out" in ran.err.splitlines()[-1]


def test_several_takes_are_kept_untouched_and_one_is_chosen(songpipe: Songpipe) -> None:
    ran = songpipe("write", "--rehearse", "a lighthouse", "--takes", "3", "--seed", "5", "--json", *SHORT)

    takes = ran.document["takes"]
    assert [5, 6, 7] == [take["seed"] for take in takes]
    assert 3 == len({take["sha256"] for take in takes})
    assert all(Path(take["file"]).exists() for take in takes)
    best = max(takes, key=lambda take: (sum(take["score"].values()), -take["number"]))
    assert best["number"] == ran.document["chosen_take"]


def test_an_instrumental_has_no_words(songpipe: Songpipe) -> None:
    ran = songpipe("write", "--rehearse", "fog over the harbour", "--instrumental", "--json", *SHORT)

    assert 0 == ran.code
    assert [] == [line for section in ran.document["sections"] for line in section["lines"]]
    assert "zxx" == str(mutagen.File(ran.document["file"]).tags["TLAN"])


def test_auto_fits_the_length_to_the_words(songpipe: Songpipe, workspace: Path) -> None:
    (workspace / "draft.txt").write_text(DRAFT)

    ran = songpipe("render", "--rehearse", "draft.txt", "--duration", "auto", "--json")

    measured = ran.document["takes"][0]["duration_s"]
    assert 60 == pytest.approx(measured, abs=0.2)  # few words: the shortest song
    assert "auto" == ran.document["brief"]["duration"]
    assert measured == pytest.approx(ran.document["parameters"]["duration_s"], abs=0.2)


def test_words_alone_can_be_linted_edited_and_played(songpipe: Songpipe) -> None:
    draft = songpipe("write", "--rehearse", "a lighthouse", "--no-render", *SHORT).file

    draft.write_text(draft.read_text().replace("TITLE: ", "TITLE: My "))
    lint = songpipe("lint", str(draft), "--json")
    played = songpipe("render", "--rehearse", str(draft), "--json", *SHORT)

    assert (0, True) == (lint.code, lint.document["ok"])
    assert played.document["title"].startswith("My ")
    assert ("", 0) == (played.document["writer"]["model"], played.document["writer"]["attempts"])


def test_words_alone_print_the_same_document_without_a_file(songpipe: Songpipe) -> None:
    ran = songpipe("write", "--rehearse", "a lighthouse", "--no-render", "--json")

    validate(ran.document, songpipe("schema", "song").document)
    assert ([], "") == (ran.document["takes"], ran.document["file"])
    assert Path(ran.document["writer"]["drafts"][-1]).exists()


def test_old_players_get_id3v23_when_asked(songpipe: Songpipe) -> None:
    ran = songpipe("write", "--rehearse", "a", "--id3v23", *SHORT)

    assert (2, 3, 0) == mutagen.File(ran.file).tags.version


def test_nothing_is_left_to_resume_after_a_song(songpipe: Songpipe) -> None:
    songpipe("write", "--rehearse", "a", *SHORT)

    assert (0, "") == (songpipe("resume").code, songpipe("resume").out)
    assert [] == unfinished(songpipe)


def test_a_draft_is_played_by_the_brief_it_was_written_for(songpipe: Songpipe) -> None:
    asked = ("--instrumental", "--duration", "15", "--time-signature", "3")
    draft = songpipe("write", "--rehearse", "slow tide", "--no-render", *asked).file

    played = songpipe("render", "--rehearse", str(draft), "--duration", "20", "--json")

    brief = played.document["brief"]
    assert ("slow tide", True, 20.0, 3) == (
        brief["text"],
        brief["instrumental"],
        brief["duration"],
        brief["time_signature"],
    )
