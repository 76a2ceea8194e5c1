"""What the engine's tests share: a desk over a real database, in front of a studio that plays by a script."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.brief import Brief
from pipeline.cli.watching import Silent
from pipeline.engine.database import Database
from pipeline.engine.desk import Desk, Order, Run
from pipeline.engine.halt import Halt
from pipeline.studio import Studio
from pipeline.writing.rules import Rulebook, known_ids
from tests.engine.postgres import postgres_server, postgres_url  # noqa: F401 -- pytest finds them here
from tests.fakes.players import LOUD, ScriptedBand, ScriptedWriter, studio

LENIENT = Rulebook(severities=dict.fromkeys(known_ids()))  # every draft will do
DRAFT = """\
TITLE: Hall Light
PROMPT: Opens with a lone piano.
LYRICS:
[Verse 1]
I buried your name in copper
"""


def ordered(text: str = "insomnia", **more: Any) -> Order:
    """An order with that brief."""
    return Order(Brief(text=text), **more)


def scripted(replies: int = 1, *script: Any, band: ScriptedBand | None = None) -> Studio:
    """A studio whose model gives so many good drafts, and whose band plays by the script."""
    return studio(
        ScriptedWriter(*[DRAFT] * replies), band or ScriptedBand(*script or [LOUD] * 99), book=LENIENT
    )


@dataclass
class Office:
    """A workspace in which desks are opened, one after the other, as one process after the other would."""

    folder: Path
    room: Studio = field(default_factory=scripted)
    halt: Halt = field(default_factory=Halt)
    busy_s: float = 30.0

    @property
    def database(self) -> Database:
        """The journal."""
        return Database(self.folder / "output" / ".songpipe", busy_s=self.busy_s)

    def desk(self, studio_for: Callable[[Order], Studio] | None = None, **run: Any) -> Desk:
        """A desk for the `with` statement; keywords are those of the run."""
        self.halt = Halt()
        return Desk(
            self.database, studio_for or (lambda _: self.room), lambda *_: Silent(), self.halt, Run(**run)
        )


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An empty workspace."""
    return Office(tmp_path)
