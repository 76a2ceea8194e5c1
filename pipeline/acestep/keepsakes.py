"""Keepsakes: notes of what was downloaded for a ticket, so that nothing is fetched or played twice."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.take import Recording, Ticket


def keep(folder: Path, ticket: Ticket, recordings: Sequence[Recording]) -> None:
    """Note a ticket's recordings, all of which lie in `folder`. Raises OSError."""
    note = {
        "server": ticket.server,
        "task_id": ticket.task_id,
        "recordings": [asdict(one) for one in recordings],
    }
    place = _place(folder, ticket)
    draft = place.with_suffix(".part")
    draft.write_text(json.dumps(note), encoding="utf-8")
    draft.replace(place)


def recall(folder: Path, ticket: Ticket) -> tuple[Recording, ...]:
    """Give back what was noted for this very ticket, if every file is still there in full; else nothing."""
    try:
        note = json.loads(_place(folder, ticket).read_text(encoding="utf-8"))
        if (note["server"], note["task_id"]) != (ticket.server, ticket.task_id):
            return ()
        recordings = tuple(_recording(folder, one) for one in note["recordings"])
        complete = all(Path(one.file).stat().st_size == one.size for one in recordings)
    except (OSError, ValueError, TypeError, KeyError):
        return ()
    return recordings if complete else ()


def _recording(folder: Path, noted: dict[str, Any]) -> Recording:
    """Revive a recording; the folder may have moved since."""
    return Recording(**noted | {"file": str(folder.resolve() / Path(noted["file"]).name)})


def _place(folder: Path, ticket: Ticket) -> Path:
    return folder / f"take-{ticket.job.number}.json"
