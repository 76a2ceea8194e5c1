"""A library to look into: an empty output folder, and a sound that all songs share."""

from pathlib import Path

import pytest

from tests.fakes import audio_files


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture(scope="session")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tone of half a second."""
    return audio_files.make(tmp_path_factory.mktemp("sound"), "mp3", 0.5)
