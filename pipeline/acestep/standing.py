"""How a server of the pool stands, for whoever wants to know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """A server at this moment: `playing` and `waiting` count our own jobs there; `problem` is "" while it is up."""

    name: str
    identity: str
    is_up: bool
    playing: int = 0
    waiting: int = 0
    problem: str = ""
