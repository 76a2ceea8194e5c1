"""The dialects: how servers of different months want to be spoken to. Pure."""

from enum import StrEnum
from typing import Any


class Dialect(StrEnum):
    """A way of handing in jobs and asking for results; answers are read alike for all."""

    CURRENT = "release_task"  # since 2026-01-23: bare first, wrapped later; some answer in words
    JOBS = "jobs"  # until 2026-01-21: /v1/music/generate and a page for each job
    GRADIO = "gradio"  # the API inside the Gradio app: handing in a job means waiting until it is played
    OPENROUTER = "openrouter"  # another API altogether, which cannot do what we need


SUBMIT_PATH = {
    Dialect.CURRENT: "/release_task",
    Dialect.GRADIO: "/release_task",
    Dialect.JOBS: "/v1/music/generate",
}


def of_service(service: str) -> Dialect:
    """Tell the dialect from the name that /health gives; the oldest shows only when a job is handed in."""
    name = service.lower()
    if "gradio" in name:
        return Dialect.GRADIO
    return Dialect.OPENROUTER if "openrouter" in name else Dialect.CURRENT


def known(name: str) -> Dialect:
    """Give a dialect back from a ticket; a name of another version of songpipe means the current one."""
    return next((one for one in Dialect if one.value == name), Dialect.CURRENT)


def query(task_ids: list[str]) -> dict[str, Any]:
    """Ask for several tasks at once. The field is `task_id_list`: a server ignores any other name."""
    return {"task_id_list": task_ids}
