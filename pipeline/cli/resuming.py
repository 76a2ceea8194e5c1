"""Resuming: the songs that were interrupted, stopped or failed, gone on with from where they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.cli.following import following
from pipeline.cli.loading import load, resume_command
from pipeline.cli.making import at_the_desk
from pipeline.engine.desk import Run
from pipeline.engine.jobs import unfinished
from pipeline.errors import InputError
from pipeline.wiring.journal import seats


def resume(
    given: Mapping[str, Any], songs: Sequence[str], concurrency: int | None, assignments: Sequence[str]
) -> int:
    """Finish unfinished songs, each in the kind of studio it was begun in; gives their worst exit code.

    What another process works on is left to it. Raises InputError for a song that does not exist.
    """
    loaded = load(given, assignments)
    plan = Run(seats=concurrency or seats(loaded), resume_command=resume_command(given))
    with (
        following(given, len(songs) or None) as followed,
        at_the_desk(given, loaded, plan, assignments, followed.board) as desk,
    ):
        wanted = [desk.ledger.look(song, desk.dead) for song in songs]
        for entry in wanted:
            if entry.keeper:
                hint = "wait until it is done, or stop the other one"
                raise InputError(f"song {entry.id!r} is being worked on by another process", hint=hint)
        open_ones = ["ENQUEUED", "PENDING", "ERROR"]
        found = wanted or unfinished(desk.ledger.entries(desk.dead, status=open_ones))
        taken = desk.take([entry.id for entry in found])
        followed.board.expect(len(taken))
        followed.follow_all(desk.work(taken))
    return followed.code
