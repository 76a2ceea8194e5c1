"""The seam: what the road needs from the world, as Protocols. Implementations do not know each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from pipeline.arranging import Playing
from pipeline.labels import Labels
from pipeline.listening.limits import Limits
from pipeline.take import Job, Measures, Outcome, Take, Ticket
from pipeline.track import Attempt, Track
from pipeline.writing.prompt import Message, Templates
from pipeline.writing.rules import Rulebook
from pipeline.writing.taste import Taste

if TYPE_CHECKING:
    from pipeline.listening.alignment import Word  # it needs numpy, which takes a moment

T = TypeVar("T")
Label = Callable[[Path, Track], tuple[Track, Mapping[str, bytes]]]


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture as JPEG, in two sizes: to stand beside the file, and to go into it."""

    large: bytes
    small: bytes
    painter: str = ""  # the model that drew its picture; "" when songpipe did


class Watch(Protocol):
    """Whoever follows the work: a terminal, or nobody. Any call may raise `Interrupted`: the work is called off."""

    def stage(self, name: str) -> None:
        """A stage begins: "writing", "playing", "finishing"."""
        ...

    def words(self, text: str) -> None:
        """A piece of the model's reply has come."""
        ...

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """How far the stage is (0…1, None when unknown) and the seconds left, if they can be told."""
        ...

    def note(self, text: str) -> None:
        """A line worth telling: a retry, another model, something given up."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's finished answer: `text` is content only, never reasoning."""

    text: str
    model: str
    attempts: tuple[Attempt, ...]
    fallbacks: tuple[str, ...] = ()


class Writer(Protocol):
    """A model that writes. Implemented by `llm`."""

    def ask(
        self,
        messages: Sequence[Message],
        *,
        models: Sequence[str] = (),
        seed: int | None = None,
        spent_usd: float = 0.0,
        most_usd: float | None = None,
        watch: Watch,
    ) -> Reply:
        """Ask the first model of the chain that answers; `models` overrides the configured chain.

        `spent_usd` is what the song has cost so far, `most_usd` what it may cost at most if the settings
        allow more. Raises `WriterError` (and its children) when no model of the chain answered.
        """
        ...


class Band(Protocol):
    """A music server that plays. Implemented by `acestep`."""

    def submit(self, job: Job, watch: Watch) -> Ticket:
        """Hand in a job once, telling the watch of a server that keeps us waiting. Raises `BandError`."""
        ...

    def collect(self, tickets: Sequence[Ticket], folder: Path, watch: Watch) -> tuple[Outcome, ...]:
        """Wait for every ticket and download what was played into `folder`, in the order of the tickets.

        Safe to call again after a crash. A ticket of a server that has gone fails with `Trouble.GONE` when
        another server can play instead. Raises `BandError` when the server cannot be reached any more.
        """
        ...


class Ear(Protocol):
    """Decodes and measures audio. Implemented by `audio`."""

    def measure(self, file: Path) -> Measures | None:
        """Decode the whole file; None when it cannot be decoded."""
        ...


class Scribe(Protocol):
    """A model that hears words. Implemented by `llm`."""

    def words(self, file: Path, language: str = "") -> "tuple[Word, ...]":
        """Give the words of a take with their times. Raises `WriterError` or `ShelfError`: no fault of the song."""
        ...


class Painter(Protocol):
    """Paints covers. Implemented by `pictures`."""

    def get_ready(self) -> None:
        """Load what painting needs while others play; returns at once."""
        ...

    def cover(self, track: Track, picture: Path | None = None) -> Cover:
        """Paint the front of a song; the same song always gets the same one.

        A picture that an illustrator drew for it, just now or when the song was made, is framed instead.
        """
        ...


class Illustrator(Protocol):
    """Has pictures drawn by a model. Implemented by `llm`, in the words of `pictures`."""

    @property
    def model(self) -> str:
        """The id of the model."""
        ...

    def draw(self, track: Track, folder: Path) -> Path:
        """Have the picture of a song's cover drawn, and save it in a folder, proven to be one.

        Raises `WriterError` and `ShelfError`.
        """
        ...


class Leveller(Protocol):
    """Brings a file to a loudness. Implemented by `audio`."""

    def __call__(
        self, source: Path, target: Path, lufs: float, wanted: float, true_peak_dbtp: float
    ) -> float:
        """Write a copy of `source` at `wanted` LUFS and give the gain in dB. Raises `ShelfError`."""
        ...


class Tagger(Protocol):
    """Writes labels into an audio file. Implemented by `audio`."""

    def tag(self, file: Path, labels: Labels) -> None:
        """Write the labels atomically, keeping every foreign frame. Raises `ShelfError`."""
        ...


class Shelf(Protocol):
    """Where finished songs live. Implemented by `library`."""

    def place(self, track: Track, label: Label) -> Track:
        """Put the chosen take, every untouched take and the sidecar on the shelf; the sidecar comes last.

        `label` writes the tags into a copy that nobody sees yet, and gives the track as it shall be kept with
        what shall stand beside it under the same name, by its suffix (".lrc").
        Returns it with `file`, `sidecar` and `hashes` filled in. Nothing is ever overwritten. Raises
        `ShelfError`.
        """
        ...

    def find(self, song_id: str) -> Track:
        """Give a song that stands there, its paths absolute. Raises `InputError` when there is none."""
        ...

    def join(
        self,
        song_id: str,
        takes: Sequence[Take],
        choose: Callable[[Track], int],
        label: Label,
    ) -> Track:
        """Put more takes beside those of a song, and the one that `choose` names in front.

        Takes that are there already are not added twice. Raises `ShelfError`.
        """
        ...


class Session(Protocol):
    """The journal of one song: a stage that already finished is read back. Implemented by `engine`.

    Any call may raise `Interrupted`: the work was called off, and going on later loses nothing.
    """

    @property
    def id(self) -> str:
        """The song's id."""
        ...

    @property
    def folder(self) -> Path:
        """The song's own working folder: drafts and takes until they are on the shelf."""
        ...

    def set_aside(self, stage: str) -> Path:
        """Put what the stages with that prefix gave, and the takes, aside: going on plays anew.

        Nothing is lost: returns the folder that now holds it. Raises `ShelfError`.
        """
        ...

    def keep(self, name: str, text: str) -> Path:
        """Save a text of this song, such as a draft, under a name that is free, and give its path.

        Nothing that is there is overwritten. Raises `ShelfError`.
        """
        ...

    @property
    def spent_usd(self) -> float:
        """What the song has cost so far, at most."""
        ...

    @property
    def most_usd(self) -> float | None:
        """What the song may cost at most, for the sake of the songs beside it; None: no such limit."""
        ...

    def spend(self, usd: float) -> None:
        """Add to what the song has cost. Raises `ShelfError`."""
        ...

    def once(self, name: str, kind: type[T], do: Callable[..., T], *args: Any) -> T:
        """Run a stage, or give back what it gave when it ran before; `kind` is what it gives."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """What the settings fix for every song of this studio."""

    playing: Playing
    duration: float | Literal["auto"]  # when the brief names none; auto: as long as the words need
    second_asks: int  # how often a faulty draft goes back to the model
    loudness: float | None  # LUFS that the file is brought to; None leaves it as it was played
    spare_takes: int  # how many jobs beyond the asked ones may replace failed ones
    limits: Limits  # of the ear
    artist: str
    album: str


@dataclass(frozen=True, slots=True)
class Studio:
    """Everything the road needs, chosen once in `wiring/`."""

    writer: Writer
    band: Band
    ear: Ear
    tagger: Tagger
    painter: Painter
    illustrator: Illustrator | None  # None: no image model is set
    level: Leveller
    scribe: Scribe | None  # None: no transcription model is set
    shelf: Shelf
    templates: Templates
    taste: Taste
    prompts_hash: str  # SHA-256 of templates and taste
    book: Rulebook
    house: House
    watch: Watch
    rehearsal: bool
    now: Callable[[], datetime]  # with time zone
    dice: Callable[[], int]  # a seed, 0…2³²−1
    versions: Mapping[str, str]
