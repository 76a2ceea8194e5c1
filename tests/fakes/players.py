"""A writer, a band, an ear, a tagger and a shelf that play by a script and keep what they were asked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.arranging import Playing
from pipeline.cli.watching import Silent
from pipeline.labels import Labels
from pipeline.settings.templates import load_templates
from pipeline.studio import Cover, House, Label, Reply, Studio
from pipeline.take import Failure, Job, Measures, Outcome, Recording, Ticket, Trouble
from pipeline.track import Attempt, Track
from pipeline.writing.prompt import Message
from pipeline.writing.rules import Rulebook
from pipeline.writing.taste import Taste
from tests.fakes.limits import LIMITS

PLAYING = Playing(
    duration_s=60.0,
    language="ja",
    time_signature=3,
    thinking=True,
    inference_steps=8,
    guidance_scale=7.0,
    batch_size=1,
    audio_format="mp3",
)
HOUSE = House(
    PLAYING, 60.0, second_asks=2, spare_takes=2, limits=LIMITS, loudness=None, artist="Night Kettle", album=""
)
LOUD, QUIET = -14.0, -90.0  # dBFS: music, and nothing that anybody hears
BROKEN = Failure(Trouble.FAILED, "the script says so")


class ScriptedWriter:
    """Answers with the next text of its script; `asked` holds every conversation."""

    def __init__(self, *texts: str, seconds: float = 1.5) -> None:
        self._texts = iter(texts)
        self._seconds = seconds
        self.asked: list[tuple[Message, ...]] = []

    def ask(self, messages: Sequence[Message], **_options: Any) -> Reply:
        self.asked.append(tuple(messages))
        attempt = Attempt("maker/model", "ok", counted_usd=0.25, seconds=self._seconds)
        return Reply(next(self._texts), "maker/model", (attempt,))


class ScriptedBand:
    """Plays each job with the next line of its script: a failure, or the loudness of the take.

    After the script everything fails. `jobs` holds what was handed in.
    """

    def __init__(self, *script: Failure | float, queue_s: float = 2.25, render_s: float = 4.5) -> None:
        self._script = iter(script)
        self._queue_s, self._render_s = queue_s, render_s
        self.jobs: list[Job] = []

    def submit(self, job: Job, watch: Any) -> Ticket:
        self.jobs.append(job)
        watch.progress(None, "handed in", None)
        return Ticket("http://band.example", f"task-{len(self.jobs)}", "fake", job, 0.0)

    def collect(self, tickets: Sequence[Ticket], folder: Path, watch: Any) -> tuple[Outcome, ...]:
        folder.mkdir(parents=True, exist_ok=True)
        watch.progress(1.0, "played", 0.0)
        return tuple(self._play(ticket, folder) for ticket in tickets)

    def _play(self, ticket: Ticket, folder: Path) -> Outcome:
        line = next(self._script, BROKEN)
        if isinstance(line, Failure):
            return Outcome(ticket, failure=line)
        job = ticket.job
        file = folder / f"take-{job.number}.{job.audio_format}"
        content = f"{line} {job.duration_s}".encode()
        file.write_bytes(content)
        recording = Recording(
            number=job.number,
            seed=job.seed,
            server=ticket.server,
            task_id=ticket.task_id,
            file=str(file),
            format=job.audio_format,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            queue_s=self._queue_s,
            render_s=self._render_s,
            server_says={},
        )
        return Outcome(ticket, (recording,))


class ReadingEar:
    """Hears what the scripted band wrote into its files: a loudness and a length."""

    def measure(self, file: Path) -> Measures | None:
        rms, seconds = map(float, file.read_text().split())
        return Measures(seconds, 48_000, 2, -1.0, rms, finite=True)


class KeepingTagger:
    """Keeps the labels it was given, and for which file."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.labels: list[Labels] = []

    def tag(self, file: Path, labels: Labels) -> None:
        self.files.append(file)
        self.labels.append(labels)


class PlainPainter:
    """Paints the title, and nothing else."""

    def get_ready(self) -> None:
        """Always is."""

    def cover(self, track: Track, picture: Path | None = None) -> Cover:
        framed, painter = (f" on {picture.name}", track.painter) if picture else ("", "")
        return Cover(
            f"large {track.title}{framed}".encode(), f"small {track.title}{framed}".encode(), painter
        )


class KeepingLeveller:
    """Levels nothing, and keeps what it was asked for: the gain is always what was wanted."""

    def __init__(self) -> None:
        self.asked: list[tuple[Path, Path, float, float]] = []

    def __call__(
        self, source: Path, target: Path, lufs: float, wanted: float, true_peak_dbtp: float
    ) -> float:
        self.asked.append((source, target, wanted, true_peak_dbtp))
        return wanted - lufs


class FlatShelf:
    """A shelf that leaves the chosen take where it is; `beside` is what went with the last song."""

    def __init__(self) -> None:
        self.beside: Mapping[str, bytes] = {}

    def place(self, track: Track, label: Label) -> Track:
        chosen = next(
            take.recording.file for take in track.takes if take.recording.number == track.chosen_take
        )
        labelled, self.beside = label(Path(chosen), track)
        return replace(labelled, file=chosen)


class Dice:
    """Rolls 1000, 2000, 3000 and so on; `rolls` counts."""

    def __init__(self) -> None:
        self.rolls = 0

    def __call__(self) -> int:
        self.rolls += 1
        return self.rolls * 1000


class Clock:
    """Every look at it is `step` seconds after the one before."""

    def __init__(self, step: float = 0.75) -> None:
        self._now, self._step = datetime(2026, 11, 22, tzinfo=UTC), timedelta(seconds=step)

    def __call__(self) -> datetime:
        self._now += self._step
        return self._now


def studio(writer: ScriptedWriter | None = None, band: ScriptedBand | None = None, **changes: Any) -> Studio:
    """A studio of these players; keywords replace what is in it."""
    known: dict[str, Any] = {
        "writer": writer or ScriptedWriter(),
        "band": band or ScriptedBand(),
        "ear": ReadingEar(),
        "tagger": KeepingTagger(),
        "painter": PlainPainter(),
        "level": KeepingLeveller(),
        "illustrator": None,
        "scribe": None,
        "shelf": FlatShelf(),
        "templates": load_templates(None),
        "taste": Taste("plain", ()),
        "prompts_hash": "ab" * 32,
        "book": Rulebook(),
        "house": HOUSE,
        "watch": Silent(),
        "rehearsal": False,
        "now": Clock(),
        "dice": Dice(),
        "versions": {"songpipe": "0"},
    }
    return Studio(**(known | changes))
