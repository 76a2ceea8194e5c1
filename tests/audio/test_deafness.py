"""An ear that cannot work says so, and why; what it has not heard is no verdict on a take."""

import sys
from pathlib import Path

import pytest

from pipeline.audio.ear import SoundfileEar
from pipeline.errors import ShelfError
from tests.fakes import audio_files

BREAKS = "raise ImportError('libopenblas.so.0: cannot open shared object file')"
DIES = "import os; os.kill(os.getpid(), 11)"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sound file without a fault."""
    return audio_files.make(tmp_path, "wav", 0.5)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules stand before the installed ones, for every process that is started from now on."""
    folder = tmp_path / "broken"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    return folder


@pytest.mark.parametrize("module", ["numpy", "soundfile"])
def test_a_decoder_that_cannot_load_its_libraries_is_told_with_the_reason(
    module: str, broken: Path, file: Path
) -> None:
    (broken / f"{module}.py").write_text(BREAKS)

    with SoundfileEar() as ear, pytest.raises(ShelfError) as told:
        ear.measure(file)

    assert "the ear cannot work" in told.value.message
    assert "ImportError: libopenblas.so.0: cannot open shared object file" in told.value.message
    assert "install songpipe anew" in told.value.hint


def test_a_picture_of_a_sound_needs_the_ear_as_well(broken: Path, file: Path) -> None:
    (broken / "soundfile.py").write_text(BREAKS)

    with SoundfileEar() as ear, pytest.raises(ShelfError, match="the ear cannot work"):
        ear.portray(file)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_a_decoder_that_dies_of_its_libraries_is_told(broken: Path, file: Path) -> None:
    (broken / "numpy.py").write_text(DIES)

    with SoundfileEar() as ear, pytest.raises(ShelfError, match="does not start: it ended with code -11"):
        ear.measure(file)


def test_an_interpreter_that_cannot_begin_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> None:
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))

    with SoundfileEar() as ear, pytest.raises(ShelfError, match="the ear cannot work"):
        ear.measure(file)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_a_decoder_that_dies_of_a_file_says_something_about_the_file(broken: Path, file: Path) -> None:
    (broken / "soundfile.py").write_text(
        f"class LibsndfileError(Exception): ...\ndef SoundFile(file):\n    {DIES}\n"
    )

    with SoundfileEar() as ear:
        assert ear.measure(file) is None
