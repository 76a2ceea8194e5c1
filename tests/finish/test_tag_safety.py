"""Tagging never breaks a file: not when it is killed, not on damaged files, not on a full disk."""

import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.audio.essence import essence
from pipeline.audio.replacing import replacing
from pipeline.audio.tagger import FileTagger
from pipeline.errors import ShelfError
from pipeline.labels import Labels
from tests.fakes import audio_files
from tests.fakes.children import unmeasured

LABELS = Labels(title="Porch Light", lyrics="la\nla", genres=("Folk",), bpm=90)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing else in it."""
    made = tmp_path / "music"
    made.mkdir()
    return made


def broken(whole: bytes, dice: random.Random) -> bytes:
    """Cut a file or not, and change some of its first bytes."""
    content = bytearray(whole[: dice.choice([len(whole), dice.randrange(1, len(whole))])])
    for _ in range(dice.choice([1, 4])):
        content[dice.randrange(min(len(content), 2000))] = dice.randrange(256)
    return bytes(content)


def test_a_killed_process_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 10)
    samples = audio_files.decoded(file)
    endless = (
        "import sys; from pathlib import Path\n"
        "from pipeline.audio.tagger import FileTagger; from pipeline.labels import Labels\n"
        "size = 0\n"
        "while size := size % 200_000 + 20_000:\n"
        "    FileTagger().tag(Path(sys.argv[1]), Labels(title='t' * 9, lyrics='x' * size))\n"
        "    print(flush=True)\n"
    )
    command = [sys.executable, "-c", endless, str(file)]
    dice = random.Random(1)  # noqa: S311 -- moments, not secrets

    for _ in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=unmeasured()) as tagger:
            assert tagger.stdout is not None
            tagger.stdout.readline()
            time.sleep(dice.uniform(0, 0.05))
            tagger.send_signal(signal.SIGKILL)

        found = FileTagger().read(file)
        assert found.title == "t" * 9
        assert len(found.lyrics) % 20_000 == 0 != len(found.lyrics)
        assert (samples == audio_files.decoded(file)).all()


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_a_damaged_file_is_tagged_or_refused_and_then_left_alone(kind: str, folder: Path) -> None:
    dice = random.Random(kind)  # noqa: S311 -- the same damage in every run
    file = audio_files.make(folder, kind, 0.1)
    FileTagger().tag(file, LABELS)
    whole = file.read_bytes()
    after_refusal = []

    for _ in range(60):
        damaged = broken(whole, dice)
        file.write_bytes(damaged)
        try:
            FileTagger().tag(file, LABELS)
        except ShelfError:
            after_refusal.append(file.read_bytes() == damaged)

    assert after_refusal
    assert all(after_refusal)
    assert [file] == list(folder.iterdir())


def test_a_label_that_the_format_cannot_hold_is_refused(folder: Path) -> None:
    file = audio_files.make(folder, "mp3", 0.1)
    before = file.read_bytes()

    with pytest.raises(ShelfError, match="date did not come back as written"):
        FileTagger().tag(file, Labels(date="one fine day"))

    assert before == file.read_bytes()


def test_tagging_that_would_change_the_audio_is_undone(folder: Path) -> None:
    file = audio_files.make(folder, "flac", 0.1)
    FileTagger().tag(file, LABELS)
    content = bytearray(file.read_bytes())
    content[content.index(b"\x81", 42)] = (
        0x86  # the padding now claims to be a picture, and swallows what follows
    )
    file.write_bytes(content)

    with pytest.raises(ShelfError, match="the audio would change"):
        FileTagger().tag(file, LABELS)

    assert file.read_bytes() == content


def test_ogg_pages_that_make_mutagen_stumble_are_refused(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "opus", 0.1)
    content = bytearray(file.read_bytes())
    content[26] = 0  # the first page says that it holds nothing
    content[27:27] = b"OpusHead"
    file.write_bytes(content)

    with pytest.raises(ShelfError, match="damaged"):
        FileTagger().read(file)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<html>busy</html>", "no audio"),
        (b"", "no audio"),
        (b"\x00\x00\x00\x20ftypM4A isom" + bytes(64), "m4a"),
        (b"\xff\xf1\x50\x80\x2e\x7f\xfc\x00", "aac"),
    ],
)
def test_what_holds_no_tags_is_refused_by_its_content(content: bytes, what: str, tmp_path: Path) -> None:
    file = tmp_path / "take-1.mp3"
    file.write_bytes(content)

    with pytest.raises(ShelfError, match=what) as told:
        FileTagger().tag(file, LABELS)

    assert "mp3, flac, wav, ogg and opus" in told.value.hint


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "flac", 0.1).rename(tmp_path / "liar.mp3")

    FileTagger().tag(file, LABELS)

    assert file.read_bytes()[:4] == b"fLaC"
    assert LABELS == FileTagger().read(file)


@pytest.mark.parametrize("doing", ["tag", "read the tags of"])
def test_a_missing_file_is_told_in_one_line(doing: str, tmp_path: Path) -> None:
    missing = tmp_path / "gone.mp3"

    with pytest.raises(ShelfError, match=f"cannot {doing} 'gone.mp3': No such file"):
        FileTagger().tag(missing, LABELS) if doing == "tag" else FileTagger().read(missing)


def test_a_full_disk_leaves_the_file_as_it_was(folder: Path) -> None:
    file = audio_files.make(folder, "wav", 1)
    before = file.read_bytes()
    limited = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from pipeline.audio.tagger import FileTagger; from pipeline.errors import ShelfError\n"
        "from pipeline.labels import Labels\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
        "try: FileTagger().tag(Path(sys.argv[1]), Labels(title='x'))\n"
        "except ShelfError as error: print(error, error.hint)\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", limited, str(file)],
        capture_output=True,
        text=True,
        check=True,
        env=unmeasured(),
    )

    assert "cannot tag 'take-1.wav': File too large" in told.stdout
    assert "with room for a copy" in told.stdout
    assert before == file.read_bytes()
    assert [file] == list(folder.iterdir())


def test_permissions_stay(folder: Path) -> None:
    file = audio_files.make(folder, "mp3", 0.1)
    file.chmod(0o640)

    FileTagger().tag(file, LABELS)

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_stays_a_link(folder: Path) -> None:
    file = audio_files.make(folder, "mp3", 0.1)
    link = folder / "link.mp3"
    link.symlink_to(file)

    FileTagger().tag(link, LABELS)

    assert link.is_symlink()
    assert LABELS == FileTagger().read(file)


def test_an_interrupted_replacement_leaves_no_copy(folder: Path) -> None:
    file = folder / "song.mp3"
    file.write_bytes(b"old")

    def interrupted() -> None:
        with replacing(file) as copy:
            copy.write_bytes(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert file.read_bytes() == b"old"
    assert [file] == list(folder.iterdir())


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_the_essence_changes_with_the_audio_and_not_with_the_tags(kind: str, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, kind, 0.3)
    other = audio_files.save(tmp_path / f"other.{kind}", audio_files.tone(0.3, hertz=500))
    before = essence(file, kind)

    FileTagger().tag(file, LABELS)

    assert before == essence(file, kind)
    assert before != essence(other, kind)


@pytest.mark.parametrize("kind", audio_files.FORMATS)
@pytest.mark.parametrize("content", [b"", b"ID3\x04", b"OggS", bytes(200)])
def test_a_file_without_audio_has_an_essence_too(kind: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "broken"
    file.write_bytes(content)

    assert len(essence(file, kind)) == 64


def test_an_old_tag_behind_the_audio_is_no_audio(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 0.1)
    before = essence(file, "mp3")

    file.write_bytes(file.read_bytes() + b"TAG" + bytes(125))

    assert before == essence(file, "mp3")
