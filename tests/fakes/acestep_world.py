"""What tests of the band stand on: a time of their own, a job, and somebody who watches."""

from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.acestep.band import AceStep
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.pool import Pool
from pipeline.take import Job, Ticket

JOB = Job(
    number=1,
    caption="dark trip-hop, breathy female vocals",
    lyrics="[Verse 1]\nThe kettle counts the hours for me",
    duration_s=60.0,
    language="en",
    seed=42,
    bpm=84,
    key="A minor",
    time_signature=4,
    thinking=True,
    inference_steps=8,
    guidance_scale=7.0,
    batch_size=1,
    audio_format="mp3",
)
QUICK = Deadlines(connect_s=2, answer_s=2, submit_s=2, blocking_s=2, download_s=2)


class Time:
    """A clock that only sleeping moves: simulated hours pass in real milliseconds."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.naps: list[float] = []

    def clock(self) -> float:
        """Monotonic seconds."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.naps.append(seconds)
        self.now_s += seconds

    def unix(self) -> float:
        """Unix seconds."""
        return 1_700_000_000.0 + self.now_s


@dataclass
class Onlooker:
    """A watch that remembers what it was told."""

    told: list[tuple[float | None, str, float | None]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def stage(self, name: str) -> None:
        """Not of interest here."""

    def words(self, text: str) -> None:
        """Not of interest here."""

    def note(self, text: str) -> None:
        """Remember."""
        self.notes.append(text)

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Remember."""
        self.told.append((fraction, label, left_s))

    @property
    def labels(self) -> list[str]:
        """Each label once, in the order they came."""
        return list(dict.fromkeys(label for _, label, _ in self.told))


def band(url: str, time: Time, key: str = "", **deadlines: Any) -> AceStep:
    """A band at `url` that lives in simulated time."""
    return AceStep(url, key, replace(QUICK, **deadlines), clock=time.clock, sleep=time.sleep, now=time.unix)


def ticket(url: str, task_id: str, time: Time, job: Job = JOB, dialect: str = "release_task") -> Ticket:
    """A ticket as another process might have written it down."""
    return Ticket(url, task_id, dialect, job, time.unix())


@dataclass(frozen=True)
class Standing:
    """How a server of a pool stands: `playing` and `waiting` count our own jobs there; `problem` is "" while up."""

    name: str
    identity: str
    is_up: bool
    playing: int
    waiting: int
    problem: str


def standing(pool: Pool) -> tuple[Standing, ...]:
    """Look behind the counter of a pool: nobody outside can see where its places are held."""
    with pool._line.lock:
        return tuple(
            Standing(
                player.label,
                player.identity,
                player.health.fault is None,
                len(player.places[:1]),
                len(player.places[1:]),
                player.health.fault.message if player.health.fault else "",
            )
            for player in pool._players.values()
        )
