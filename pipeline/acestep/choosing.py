"""Choosing: which waiting job goes to which server, so that each is played first where it is done first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

NOMINAL_RATE = 0.25  # seconds of work for a second of audio: a middling desktop GPU, before anything is known
CURIOSITY = 0.5  # of what its weight suggests: so much is staked on a server that was not measured yet


@dataclass(frozen=True, slots=True)
class Stand:
    """How a server stands: seconds until it has played what it has, and how many jobs it may be given now."""

    free_in_s: float
    room: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A job that waits: the seconds it takes on each server, None where it cannot be played.

    One that `needs_no_room` is placed at once: whoever hands it in holds others that wait for it.
    """

    work_s: tuple[float | None, ...]
    needs_no_room: bool = False


@dataclass(frozen=True, slots=True)
class Dealt:
    """What becomes of a wish: the server it goes to now, None when it waits; the seconds until it plays.

    `starts_in_s` is None when no server can play it.
    """

    server: int | None
    starts_in_s: float | None


def deal(line: Sequence[Wish], servers: Sequence[Stand]) -> list[Dealt]:
    """Give every job in the line to the server that is done with it first, as far as there is room now.

    The line is gone through in order, as if every server had room for all: a job whose best server is full
    waits for it, and a slower one that is free gets the first job that it finishes before the fast ones would.
    """
    free_in_s = [stand.free_in_s for stand in servers]
    room = [stand.room for stand in servers]
    dealt = []
    for wish in line:
        able = [(free + work, index) for index, free, work in _offers(wish, free_in_s)]
        if not able:
            dealt.append(Dealt(None, None))
            continue
        done_in_s, best = min(able)
        is_placed = wish.needs_no_room or room[best] > 0
        dealt.append(Dealt(best if is_placed else None, free_in_s[best]))
        free_in_s[best] = done_in_s
        room[best] -= is_placed
    return dealt


def _offers(wish: Wish, free_in_s: Sequence[float]) -> list[tuple[int, float, float]]:
    pairs = enumerate(zip(free_in_s, wish.work_s, strict=True))
    return [(index, free, work) for index, (free, work) in pairs if work is not None]


def expectations(known_s: Sequence[float | None], weights: Sequence[float], nominal_s: float) -> list[float]:
    """Tell the seconds that one job takes on each server: what is known, else what its weight suggests.

    `nominal_s` is what it would take a server of weight 1 while nothing is known of any. Beside servers that are
    known, one that is not is hoped to be faster than its weight says: else it might never be measured.
    """
    pairs = list(zip(known_s, weights, strict=True))
    scaled = [known * weight for known, weight in pairs if known is not None]
    whole_s = CURIOSITY * sum(scaled) / len(scaled) if scaled else nominal_s
    return [whole_s / weight if known is None else known for known, weight in pairs]
