"""A song rebuilt from its file alone: words, sound, seed and parameters are read out of the tags."""

import json
from pathlib import Path

import mutagen
import pytest
from mutagen.id3 import ID3, TXXX, USLT

from pipeline.audio.essence import essence
from pipeline.audio.tagger import FileTagger
from pipeline.labels import Labels
from tests.fakes import audio_files
from tests.road.conftest import DRAFT, Songpipe

SHORT = ("--duration", "20")


@pytest.fixture
def alone(songpipe: Songpipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A song in a workspace where nothing else is: only its file has been kept."""
    Path("draft.txt").write_text(DRAFT)
    asked = ("--seed", "7", "--bpm", "96", "--key", "C# minor", "--time-signature", "3")
    ran = songpipe("render", "--rehearse", "draft.txt", "--set", "acestep.audio_format=flac", *asked, *SHORT)
    empty = tmp_path / "empty"
    empty.mkdir()
    file = ran.file.rename(empty / "kept.flac")
    monkeypatch.chdir(empty)
    return file


def test_a_song_is_rebuilt_from_its_file_alone(songpipe: Songpipe, alone: Path) -> None:
    ran = songpipe("render", "--rehearse", "--from", str(alone), "--json")

    document = ran.document
    again = Path(document["file"])
    before, after = FileTagger().read(alone), FileTagger().read(again)
    assert essence(alone, "flac") == essence(again, "flac")
    assert "I buried your name beneath the kettle" in before.lyrics
    told = ("title", "lyrics", "prompt", "seed", "bpm", "key", "language", "parameters", "brief")
    assert [getattr(before, name) for name in told] == [getattr(after, name) for name in told]
    assert before.song_id != after.song_id
    assert ("", 3) == (document["writer"]["model"], document["brief"]["time_signature"])


def test_what_the_user_says_goes_before_what_the_file_says(songpipe: Songpipe, alone: Path) -> None:
    said = ("--seed", "8", "--title", "Another", "--set", "acestep.audio_format=mp3")

    ran = songpipe("render", "--rehearse", "--from", str(alone), *said)

    told = FileTagger().read(ran.file)
    assert (".mp3", "8", "Another", 96) == (ran.file.suffix, told.seed, told.title, told.bpm)


def test_an_instrumental_is_rebuilt_too(songpipe: Songpipe) -> None:
    ran = songpipe("write", "--rehearse", "fog", "--instrumental", "--seed", "3", *SHORT)

    again = songpipe("render", "--rehearse", "--from", str(ran.file))

    assert essence(ran.file, "mp3") == essence(again.file, "mp3")
    assert "zxx" == FileTagger().read(again.file).language


def test_words_that_were_edited_in_the_tags_are_sung(songpipe: Songpipe, alone: Path) -> None:
    told = FileTagger().read(alone)
    tags = mutagen.File(alone)
    tags["LYRICS"] = [told.lyrics.replace("kettle", "engine")]
    tags.save()

    ran = songpipe("render", "--rehearse", "--from", str(alone), "--json")

    assert "beneath the engine" in ran.document["lyrics"]


def test_a_draft_and_a_file_exclude_each_other(songpipe: Songpipe, workspace: Path) -> None:
    both = songpipe("render", "draft.txt", "--from", "song.mp3")
    neither = songpipe("render")

    for ran in (both, neither):
        assert (2, "") == (ran.code, ran.out)
        assert "FILE or --from" in ran.err


def test_a_file_without_our_tags_is_refused_in_a_line(songpipe: Songpipe, workspace: Path) -> None:
    foreign = audio_files.make(workspace, "mp3", 0.2)
    ours = audio_files.make(workspace, "mp3", 0.2, name="ours")
    FileTagger().tag(ours, Labels(prompt="folk", song_id="k3f9a2p7q8r9s0tv", language="eng"))
    text = workspace / "song.txt"
    text.write_text(DRAFT)

    refused = {name: songpipe("render", "--from", str(name)) for name in (foreign, ours, text, "gone.mp3")}

    assert {2} == {ran.code for ran in refused.values()}
    said = [refused[name].err.splitlines()[0] for name in refused]
    whys = ("tell no song of songpipe", "lyrics are gone", "no audio that songpipe knows", "No such file")
    assert [True] * 4 == [why in line for why, line in zip(whys, said, strict=True)], said


def test_hostile_tags_do_no_harm(songpipe: Songpipe, workspace: Path) -> None:
    file = audio_files.make(workspace, "mp3", 0.2)
    tags = ID3()
    for name, text in {
        "SONGPIPE_PROMPT": DRAFT.partition("PROMPT: ")[2].partition("\n")[0] + "\x1b[2J",
        "SONGPIPE_ID": "../../etc",
        "SONGPIPE_SEED": "9" * 10,
        "SONGPIPE_BRIEF": "\u202e" * 9,
        "SONGPIPE_PARAMS": '{"duration_s": 1e999, "language": "../x", "bpm": true, "audio_format": "exe"}',
    }.items():
        tags.add(TXXX(encoding=3, desc=name, text=[text]))
    tags.add(USLT(encoding=3, lang="eng", desc="", text=DRAFT.partition("LYRICS:\n")[2]))
    tags.save(file)

    ran = songpipe("render", "--rehearse", "--from", str(file), "--json", *SHORT)

    assert 0 == ran.code
    assert "\x1b" not in ran.document["prompt"]
    assert Path(ran.document["file"]).is_relative_to(workspace)
    assert ("mp3", None) == (Path(ran.document["file"]).suffix[1:], ran.document["brief"]["bpm"])


def test_words_that_a_model_wrote_stay_the_models_words(songpipe: Songpipe) -> None:
    first = songpipe("write", "--rehearse", "insomnia trip-hop", "--seed", "7", *SHORT)

    again = songpipe("render", "--rehearse", "--from", str(first.file), "--json")

    before, after = FileTagger().read(first.file), FileTagger().read(Path(again.document["file"]))
    assert "rehearsal/songwriter" == before.writer
    told = ("writer", "lyricist", "templates", "ai_contribution", "comment")
    assert [getattr(before, name) for name in told] == [getattr(after, name) for name in told]
    assert ("rehearsal/songwriter", before.templates) == (
        again.document["writer"]["model"],
        again.document["writer"]["prompts_hash"],
    )


def test_a_draft_that_a_person_edits_after_all_is_a_persons(songpipe: Songpipe) -> None:
    draft = songpipe("write", "--rehearse", "insomnia trip-hop", "--no-render", *SHORT).file

    ran = songpipe("render", "--rehearse", str(draft))

    told = FileTagger().read(ran.file)
    assert ("", "", True) == (told.writer, told.lyricist, told.comment.endswith("lyrics: a person."))
    assert "lyrics" not in told.ai_contribution.split(";")


@pytest.mark.parametrize(("said", "bpm", "key"), [((), 96, "C# minor"), (("--bpm", "120"), 120, "C# minor")])
def test_the_sidecar_tells_the_tempo_and_the_key_that_the_tags_tell(
    said: tuple[str, ...], bpm: int, key: str, songpipe: Songpipe, alone: Path
) -> None:
    document = songpipe("render", "--rehearse", "--from", str(alone), *said, "--json").document

    kept = json.loads(Path(document["sidecar"]).read_text())
    assert (bpm, key) == (document["bpm"], document["key"]) == (kept["bpm"], kept["key"])
    told = FileTagger().read(Path(document["file"]))
    assert (bpm, "C#m") == (told.bpm, told.key)
