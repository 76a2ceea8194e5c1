"""The worker: makes whatever waits in the queue."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.cli.following import following
from pipeline.cli.loading import load, resume_command
from pipeline.cli.making import at_the_desk
from pipeline.engine.desk import Run
from pipeline.wiring.journal import seats


def work(
    given: Mapping[str, Any], *, drain: bool, concurrency: int | None, assignments: Sequence[str]
) -> int:
    """Serve the queue until Ctrl-C, or with `drain` until nothing waits; gives the worst exit code."""
    loaded = load(given, assignments)
    plan = Run(
        seats=concurrency or seats(loaded),
        rehearsing=bool(given.get("rehearse")),
        serving=True,
        resume_command=resume_command(given),
    )
    with (
        following(given, None) as songs,
        at_the_desk(given, loaded, plan, assignments, songs.board) as desk,
    ):
        songs.follow_all(desk.serve(drain=drain))
    return songs.code
