"""The studios of a process, opened as orders ask for them, and the desk that stands in front of them."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from pipeline import __version__
from pipeline.acestep.pool import Pool
from pipeline.arranging import Playing
from pipeline.audio.ear import SoundfileEar
from pipeline.audio.tagger import FileTagger
from pipeline.engine.desk import Desk, Order, Run
from pipeline.engine.halt import Halt
from pipeline.library.shelf import DiskShelf
from pipeline.llm.pace import Pace
from pipeline.llm.raw import RawStore
from pipeline.settings.load import Assignment, Loaded
from pipeline.settings.model import Acestep, Settings
from pipeline.settings.templates import load_templates, prompts_hash
from pipeline.stages.dressing import Dresser
from pipeline.studio import Band, Ear, House, Scribe, Studio, Watch
from pipeline.take import SEEDS
from pipeline.wiring.covers import Painter, illustrator
from pipeline.wiring.journal import database
from pipeline.wiring.texts import rulebook, taste, templates_folder
from pipeline.wiring.wires import Wires, deadlines, real_wires, rehearsal_wires, scribe_endpoint

# The rehearsal band plays a song in a second or two on this very machine; nobody is bothered by a quick look.
_REHEARSAL_GAP_S = 0.2
# With `audio_duration: auto` the words come first; a full song is what they are written for.
_WRITE_FOR_S = 240.0


Load = Callable[[Sequence[Assignment]], Loaded]


@contextmanager
def open_desk(
    loaded: Loaded,
    run: Run,
    *,
    load: Load,
    watch: Watch,
    watch_for: Callable[[str, Order], Watch] | None = None,
) -> Iterator[Desk]:
    """Open the desk of this process and, as orders ask for them, the studios they are made in.

    `load` reads the settings with those of an order on top; `watch` follows every song but those that
    `watch_for` gives a watch of their own. All of it is closed at the end.
    """
    halt = Halt()
    with ExitStack() as stack:
        studios = _Studios(load, loaded, watch, halt, stack)
        desk = Desk(database(loaded), studios.studio_for, watch_for or (lambda *_: watch), halt, run)
        yield stack.enter_context(desk)


class _Studios:
    """The studios of this process: orders with the same settings share one, and all share the music servers."""

    def __init__(self, load: Load, loaded: Loaded, watch: Watch, halt: Halt, stack: ExitStack) -> None:
        self._load, self._own, self._watch, self._halt, self._stack = load, loaded, watch, halt, stack
        self._studios: dict[tuple[bool, tuple[Assignment, ...]], Studio] = {}
        self._pools: dict[tuple[bool, Acestep], Pool] = {}
        self._rehearsal: Wires | None = None
        self._lock = threading.Lock()
        self._ear = stack.enter_context(SoundfileEar())
        # A third of a second, while the journal waits for its disk; whoever needs it then imports it as ever.
        threading.Thread(
            target=import_module, args=("pipeline.llm.writer",), name="loading", daemon=True
        ).start()

    def studio_for(self, order: Order) -> Studio:
        """Give the studio that an order was placed for. Raises SettingsError."""
        with self._lock:
            key = (order.rehearsal, order.assignments)
            if key not in self._studios:
                loaded = self._load(order.assignments) if order.assignments else self._own
                self._studios[key] = self._opened(loaded, rehearsal=order.rehearsal)
            return self._studios[key]

    def _opened(self, loaded: Loaded, *, rehearsal: bool) -> Studio:
        if rehearsal and self._rehearsal is None:
            self._rehearsal = rehearsal_wires(self._stack)
        wires = self._rehearsal if rehearsal and self._rehearsal else real_wires(loaded)
        pool = self._pools.get((rehearsal, loaded.settings.acestep))
        if pool is None:
            pool = self._stack.enter_context(self._pool(loaded, wires, rehearsal=rehearsal))
            self._pools[rehearsal, loaded.settings.acestep] = pool
        return _studio(loaded, self._watch, wires, pool, self._ear, self._halt)

    def _pool(self, loaded: Loaded, wires: Wires, *, rehearsal: bool) -> Pool:
        hurry = deadlines(loaded.settings.acestep)
        return Pool(
            wires.band, replace(hurry, gap_s=_REHEARSAL_GAP_S) if rehearsal else hurry, sleep=self._halt.sleep
        )


def _studio(loaded: Loaded, watch: Watch, wires: Wires, band: Band, ear: Ear, halt: Halt) -> Studio:
    from pipeline.llm.writer import OpenAIWriter  # noqa: PLC0415 -- see `_Studios`

    settings = loaded.settings
    chosen_taste, templates = taste(loaded), load_templates(templates_folder(loaded))
    pace = Pace(sleep=halt.sleep)
    return Studio(
        writer=OpenAIWriter(wires.writer, wires.models, _replies(settings), wires.limits, pace=pace),
        band=band,
        ear=ear,
        tagger=FileTagger(id3v23=settings.finish.id3v23),
        painter=Painter(),
        illustrator=None if wires.are_rehearsal else illustrator(loaded, pace),
        level=_level,
        scribe=scribe(loaded),
        shelf=DiskShelf(settings.output),
        templates=templates,
        taste=chosen_taste,
        prompts_hash=prompts_hash(templates, chosen_taste),
        book=rulebook(loaded, chosen_taste),
        house=house(settings),
        watch=watch,
        rehearsal=wires.are_rehearsal,
        now=_now,
        dice=lambda: secrets.randbelow(SEEDS),
        versions={
            "songpipe": __version__,
            **{name: version(name) for name in ("openai", "httpx", "mutagen")},
        },
    )


def dresser(loaded: Loaded) -> Dresser:
    """Give what dresses a song whose choice of take changes, without opening a studio."""
    tagger = FileTagger(id3v23=loaded.settings.finish.id3v23)
    return Dresser(tagger, Painter(), _level, house(loaded.settings))


def _level(source: Path, target: Path, lufs: float, wanted: float, true_peak_dbtp: float) -> float:
    from pipeline.audio.normalise import normalise  # noqa: PLC0415 -- encoders that few songs need

    return normalise(source, target, lufs, wanted, true_peak_dbtp)


def scribe(loaded: Loaded) -> Scribe | None:
    """Give the transcription model of the settings, if there is one."""
    wanted = loaded.settings.listening.transcription
    if wanted is None:
        return None
    from pipeline.llm.transcriber import Transcriber  # noqa: PLC0415 -- few songs need it

    return Transcriber(scribe_endpoint(loaded, wanted), wanted.model, deadline_s=wanted.deadline)


def house(settings: Settings) -> House:
    """Give what the settings fix for every song."""
    acestep = settings.acestep
    fixed = acestep.audio_duration
    playing = Playing(
        duration_s=fixed if isinstance(fixed, float) else _WRITE_FOR_S,
        language=acestep.vocal_language,
        time_signature=acestep.time_signature,
        thinking=acestep.thinking,
        inference_steps=acestep.inference_steps,
        guidance_scale=acestep.guidance_scale,
        batch_size=acestep.batch_size,
        audio_format=acestep.audio_format,
    )
    finish = settings.finish
    return House(
        playing=playing,
        duration=fixed,
        second_asks=settings.llm.second_asks,
        spare_takes=acestep.spare_takes,
        limits=settings.listening.limits,
        loudness=finish.loudness,
        artist=finish.artist,
        album=finish.album or "",
    )


def _replies(settings: Settings) -> RawStore:
    return RawStore(settings.output / ".songpipe" / "replies", now=_now)


def _now() -> datetime:
    return datetime.now().astimezone()
