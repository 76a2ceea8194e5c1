"""A hall to look at: two quick music servers and a quick writer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benching import batches
from tests.benching.booking import Hall


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The song that all servers hand out: ten seconds."""
    return batches.sound(10.0, tmp_path_factory.mktemp("sound"))


@pytest.fixture
def hall(sound: Path) -> Iterator[Hall]:
    """A hall where a job takes 0.5 s and a draft 0.2 s."""
    with Hall(sound, [0.5, 0.5], 0.2) as opened:
        yield opened
