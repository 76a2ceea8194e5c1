"""What the tests of the band's wire share: a scripted server, and a folder for what it plays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.acestep_server import FakeAceStep


@pytest.fixture
def server() -> Iterator[FakeAceStep]:
    """A server in the current dialect."""
    with FakeAceStep() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for takes."""
    takes = tmp_path / "takes"
    takes.mkdir()
    return takes
