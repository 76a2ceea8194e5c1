"""A player: one server of the pool, the places that our jobs hold there, and what is known of its queue."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import httpx

from pipeline.acestep import addresses
from pipeline.acestep.band import AceStep
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.detour import Access, Detour
from pipeline.acestep.knowledge import Stats
from pipeline.acestep.outage import Health
from pipeline.errors import BandError
from pipeline.take import Job

if TYPE_CHECKING:
    from pipeline.studio import Watch

MOST_OPEN = 2  # jobs of ours at one server: one plays, the next one waits at hand
LAPSE_S = 30.0  # a ticket that nobody has collected for so long holds no place any more


@dataclass(frozen=True, slots=True)
class Member:
    """A server as the settings name it.

    `identity` is what tickets call it for ever, the address itself unless it is reached by an `access`. `key`
    is "" when it wants none, `name` is for people, `weight` its speed beside the others until it is measured,
    `max_duration_s` the longest song it can play. `start` brings it up when it is down; None: nobody may.
    """

    url: str
    identity: str
    key: str = ""
    name: str = ""
    weight: float = 1.0
    max_duration_s: float | None = None
    access: Access | None = None
    start: Callable[["Watch"], None] | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """The world that a player lives in: `clock` is monotonic, `now` Unix time, both in seconds."""

    transport: httpx.BaseTransport | None
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    now: Callable[[], float]


@dataclass(slots=True, eq=False)
class Place:
    """A job's place at a server, from the moment it is dealt until its end is known.

    `owner` is the thread that hands it in, `task_id` None until it has, `collectors` how many wait for it.
    """

    job: Job
    owner: threading.Thread
    since: float
    task_id: str | None = None
    collectors: int = 0

    def has_lapsed(self, now: float) -> bool:
        """It was handed in, and nobody came for it."""
        return self.task_id is not None and not self.collectors and now - self.since > LAPSE_S


class Player:
    """One server. What changes here is guarded by the lock of the line; `band` alone may be used without.

    `heard` is told how every poll went. A player that `is_alone` has no other one beside it that could be turned
    to, and nobody may start it: it waits for its server by itself.
    """

    def __init__(
        self,
        member: Member,
        deadlines: Deadlines,
        outside: Outside,
        *,
        is_alone: bool,
    ) -> None:
        url = addresses.normal(member.url)
        self.member = member
        self.identity = url if member.identity == member.url else member.identity
        self.is_alone = is_alone
        self.health = Health()
        self.places: list[Place] = []
        self.heard: Callable[[BandError | None], None] = lambda _: None
        self.is_tried = False
        self.heard_at = float("-inf")
        self._deadlines = deadlines if is_alone else replace(deadlines, start_s=0.0, busy_s=0.0)
        self._outside = outside
        self._building = threading.Lock()
        self._band: AceStep | None = None
        self._average_s: float | None = None
        self._others = 0
        self._others_at = self._head_since = 0.0

    @property
    def band(self) -> AceStep:
        """The server itself, made when it is first needed. Raises SettingsError for a key that cannot be one."""
        with self._building:
            if self._band is None:
                self._band = self._made()
            return self._band

    def _made(self) -> AceStep:
        member, outside = self.member, self._outside
        transport = outside.transport
        if member.access is not None:
            straight = httpx.HTTPTransport(
                verify=member.url.startswith("https:"), limits=httpx.Limits(max_keepalive_connections=0)
            )
            transport = Detour(member.access, transport or straight)
        return AceStep(
            member.url,
            member.key,
            self._deadlines,
            identity=self.identity,
            heard=self.heard,
            transport=transport,
            clock=outside.clock,
            sleep=outside.sleep,
            now=outside.now,
        )

    def close(self) -> None:
        """Close what is open."""
        with self._building:
            if self._band is not None:
                self._band.close()

    @property
    def label(self) -> str:
        """What people call it."""
        return self.member.name or self.identity

    @property
    def is_in(self) -> bool:
        """It can be given jobs."""
        return self.is_alone or self.health.is_in

    @property
    def can_be_started(self) -> bool:
        """It may be started, and was not in this outage."""
        return self.member.start is not None and not self.health.was_started

    def fits(self, job: Job) -> bool:
        """Say whether it can play a job of that length."""
        return self.member.max_duration_s is None or job.duration_s <= self.member.max_duration_s

    def known_s(self, job: Job) -> float | None:
        """Give the seconds that a job takes: measured, else the server's own mean, None when nobody knows."""
        measured = self._band.expected_s(job) if self._band is not None else None
        return self._average_s if measured is None else measured

    def take_seat(self, place: Place) -> None:
        """Hold a place."""
        if not self.places:
            self._head_since = place.since
        self.places.append(place)

    def leave(self, place: Place, now: float) -> None:
        """Give a place back, if it is held."""
        if place in self.places[:1]:
            self._head_since = now
        self.places = [one for one in self.places if one is not place]

    def room(self, now: float) -> int:
        """Tell how many jobs it may be given; places that nobody comes for are given back."""
        self.places = [one for one in self.places if not one.has_lapsed(now)]
        return max(0, MOST_OPEN - len(self.places))

    def free_in_s(self, work_s: Callable[[Job], float], now: float) -> float:
        """Predict when it has played what it has: our jobs by `work_s`, others' by its own mean."""
        ours = [work_s(place.job) for place in self.places]
        begun_s = min(ours[0], now - self._head_since) if ours else 0.0
        return (
            sum(ours) - begun_s + max(0.0, self._others * (self._average_s or 0.0) - (now - self._others_at))
        )

    def learn_stats(self, stats: Stats | None, now: float) -> None:
        """Take in what it said of itself; None when it has no page for that."""
        self.heard_at = now
        if stats is None:
            return
        self._average_s = stats.average_s or self._average_s
        self._count_others(stats.queued + stats.running, now)

    def learn_queue(self, ahead: int | None, now: float) -> None:
        """Take in how many jobs stood before the one that was just handed in."""
        self.heard_at = now
        if ahead is not None:
            self._count_others(ahead, now)

    def _count_others(self, jobs: int, now: float) -> None:
        ours = sum(place.task_id is not None for place in self.places)
        self._others, self._others_at = max(0, jobs - ours), now

    @property
    def problem(self) -> str:
        """Say why it is out, naming it; "" while it is in."""
        message = "" if self.health.fault is None else self.health.fault.message
        return message if not message or self.label in message else f"{self.label}: {message}"
