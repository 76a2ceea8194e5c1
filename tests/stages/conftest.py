"""What the stages' tests share: the session of a song."""

from pathlib import Path

import pytest

from pipeline.engine.session import Session
from tests.fakes.sessions import Notebook


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A song's session, with an empty notebook."""
    return Notebook(tmp_path / "songs").session()
