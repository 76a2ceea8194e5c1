"""Files are heard from the first moment on: in the order in which they were named, and no longer than anyone waits."""

import os
from pathlib import Path

import pytest

from pipeline.cli.attention import attention
from pipeline.cli.edge import run
from pipeline.errors import InputError
from tests.fakes import audio_files


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Tones of one, two and three seconds."""
    return [audio_files.make(tmp_path, "wav", seconds, f"tone-{seconds}") for seconds in (1.0, 2.0, 3.0)]


def test_every_file_is_measured_in_its_place_however_often_it_is_named(files: list[Path]) -> None:
    named = [files[2], files[0], files[2]]

    with attention([str(file) for file in named]) as begun:
        measured = [future.result() for future in begun.coming]

    assert named == list(begun.files)
    assert [3.0, 1.0, 3.0] == [heard.duration_s for heard in measured if heard]


def test_whoever_leaves_calls_off_what_was_not_begun(files: list[Path]) -> None:
    with pytest.raises(KeyError), attention([str(file) for file in files * 20]) as begun:
        raise KeyError

    assert all(future.done() for future in begun.coming)
    assert any(future.cancelled() for future in begun.coming)


@pytest.mark.parametrize("name", ["nowhere.wav", ".", "\0", "x" * 5000])
def test_a_file_that_cannot_be_read_is_told_before_any_is_heard(name: str, files: list[Path]) -> None:
    with pytest.raises(InputError, match="cannot read"), attention([str(files[0]), name]):
        pytest.fail("nothing should be heard")


def test_a_wrong_setting_ends_the_listening(files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == run(["listen", str(files[0]), "--set", "listening.gap_s=long"])
    assert "listening.gap_s" in capsys.readouterr().err


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "song.mp3"
    os.mkfifo(pipe)

    with pytest.raises(InputError, match="it is a pipe or a device"), attention([str(pipe)]):
        pass
