"""The wiring: the only place that knows which class does which job."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from pipeline import __version__
from pipeline.acestep.band import AceStep
from pipeline.acestep.deadlines import Deadlines
from pipeline.arranging import Playing
from pipeline.audio.ear import SoundfileEar
from pipeline.audio.tagger import FileTagger
from pipeline.engine.desk import Desk
from pipeline.engine.journal import Journal
from pipeline.library.shelf import DiskShelf
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.limits import Limits, Price
from pipeline.llm.raw import RawStore
from pipeline.llm.writer import OpenAIWriter
from pipeline.rehearsal.studio import RehearsalStudio
from pipeline.settings import packaged
from pipeline.settings.keys import WRITER_VARIABLES
from pipeline.settings.lexicon import load_lexicon
from pipeline.settings.load import Loaded
from pipeline.settings.model import Acestep, Llm, Settings
from pipeline.settings.taste import load_taste
from pipeline.settings.templates import load_templates, prompts_hash
from pipeline.song import Severity
from pipeline.studio import House, Studio, Watch
from pipeline.take import SEEDS
from pipeline.track import REHEARSAL_WRITER
from pipeline.writing.rules import Rulebook
from pipeline.writing.taste import Taste

# The rehearsal band plays a song in a second or two on this very machine; nobody is bothered by a quick look.
_REHEARSAL_GAP_S = 0.2
# With `audio_duration: auto` the words come first; a full song is what they are written for.
_WRITE_FOR_S = 240.0


@dataclass(frozen=True, slots=True)
class Wires:
    """Where the writer and the band are in this run."""

    writer: Endpoint
    models: tuple[str, ...]
    limits: Limits
    band_url: str
    band_key: str
    band_name: str


@contextmanager
def open_desk(
    loaded: Loaded, watch: Watch, *, rehearse: bool, resume_command: str = "songpipe resume"
) -> Iterator[Desk]:
    """Open the studio, real or rehearsal, and everything in it; all of it is closed at the end."""
    with ExitStack() as stack:
        wires = rehearsal_wires(stack) if rehearse else real_wires(loaded)
        if len(loaded.settings.acestep.band) > 1 and not rehearse:
            watch.note(f"several music servers are set; this version plays on the first, {wires.band_url}")
        studio = _studio(loaded, watch, wires, stack, rehearsal=rehearse)
        yield Desk(journal(loaded), studio, resume_command)


def journal(loaded: Loaded) -> Journal:
    """Give the journal of the workspace."""
    return Journal(loaded.settings.output / ".songpipe" / "songs")


def rulebook(loaded: Loaded, taste: Taste) -> Rulebook:
    """Gather what the rules know: words, banned names, and the severities of the settings."""
    names = tuple(dict.fromkeys(name for artist in taste.artists for name in (artist.name, *artist.aliases)))
    severities = {
        rule: None if severity == "off" else Severity(severity)
        for rule, severity in loaded.settings.rules.items()
    }
    return Rulebook(load_lexicon(_folders(loaded, "words")), names, severities)


def taste(loaded: Loaded) -> Taste:
    """Load the taste of the settings, the workspace's own before the packaged one."""
    return load_taste(loaded.settings.taste, _folders(loaded, "taste"), loaded.sources["taste"])


def templates_folder(loaded: Loaded) -> Path | None:
    """Find the user's own templates: the folder of the settings, else `prompts/` of the workspace."""
    if loaded.settings.prompts is not None:
        return loaded.settings.prompts
    return next((folder / "prompts" for folder in loaded.workspaces if (folder / "prompts").is_dir()), None)


def real_wires(loaded: Loaded) -> Wires:
    """Give the addresses and keys of the settings."""
    llm, server = loaded.settings.llm, loaded.settings.acestep.band[0]
    variable = loaded.keys.writer_variable or WRITER_VARIABLES[1]
    endpoint = Endpoint(llm.base_url, loaded.keys.writer, variable, wants_key=llm.needs_key)
    return Wires(
        endpoint, llm.models, _limits(llm), server.url, loaded.keys.band(server.key_env), server.label
    )


def deadlines(acestep: Acestep) -> Deadlines:
    """Translate the settings of the band's wire."""
    return Deadlines(
        connect_s=acestep.connect_deadline,
        answer_s=acestep.answer_deadline,
        start_s=acestep.start_deadline,
        submit_s=acestep.submit_deadline,
        busy_s=acestep.busy_deadline,
        download_s=acestep.download_deadline,
        patience_s=acestep.silent_deadline,
        stall_s=acestep.stall_deadline,
        wait_s=acestep.total_deadline,
        gap_s=acestep.poll_interval,
    )


def rehearsal_wires(stack: ExitStack) -> Wires:
    """Start the rehearsal studio for as long as the stack lives, and give its addresses."""
    rehearsal = stack.enter_context(RehearsalStudio())
    free = Limits(prices={REHEARSAL_WRITER: Price(0.0, 0.0)})
    return Wires(
        Endpoint(rehearsal.writer_url), (REHEARSAL_WRITER,), free, rehearsal.band_url, "", "rehearsal"
    )


def _studio(loaded: Loaded, watch: Watch, wires: Wires, stack: ExitStack, *, rehearsal: bool) -> Studio:
    settings = loaded.settings
    chosen_taste, templates = taste(loaded), load_templates(templates_folder(loaded))
    hurry = deadlines(settings.acestep)
    band = AceStep(
        wires.band_url, wires.band_key, replace(hurry, gap_s=_REHEARSAL_GAP_S) if rehearsal else hurry
    )
    return Studio(
        writer=OpenAIWriter(wires.writer, wires.models, _replies(settings), wires.limits),
        band=stack.enter_context(band),
        ear=SoundfileEar(),
        tagger=FileTagger(id3v23=settings.finish.id3v23),
        shelf=DiskShelf(settings.output),
        templates=templates,
        taste=chosen_taste,
        prompts_hash=prompts_hash(templates, chosen_taste),
        book=rulebook(loaded, chosen_taste),
        house=house(settings),
        watch=watch,
        rehearsal=rehearsal,
        now=_now,
        dice=lambda: secrets.randbelow(SEEDS),
        versions={
            "songpipe": __version__,
            **{name: version(name) for name in ("openai", "httpx", "mutagen")},
        },
    )


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
        playing, fixed, settings.llm.second_asks, acestep.spare_takes, finish.artist, finish.album or ""
    )


def _limits(llm: Llm) -> Limits:
    return Limits(
        attempts=llm.attempts,
        max_tokens=llm.max_tokens,
        temperature=llm.temperature,
        reasoning_effort=llm.reasoning_effort,
        total_s=llm.total_deadline,
        idle_s=llm.idle_deadline,
        max_cost_usd=llm.max_cost,
        prices={model: Price(price.input, price.output) for model, price in llm.prices.items()},
    )


def _replies(settings: Settings) -> RawStore:
    return RawStore(settings.output / ".songpipe" / "replies", now=_now)


def _now() -> datetime:
    return datetime.now().astimezone()


def _folders(loaded: Loaded, kind: str) -> tuple[Path, ...]:
    """Give the folders that may hold a kind of data: the workspaces' first, the packaged one last."""
    roots = (*(folder / "configs" for folder in loaded.workspaces), packaged.folder("configs"))
    return tuple(root / kind for root in roots)
