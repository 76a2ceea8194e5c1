"""The check-up: everything that a song needs, looked at one by one, without making one."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.acestep.checkup import ServerReport, probe
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.glance import Glance, glance
from pipeline.acestep.pool import Member
from pipeline.errors import BandError, Interrupted, KeyRejected, SongpipeError, WriterError
from pipeline.llm import catalogue
from pipeline.llm.balance import balance
from pipeline.llm.endpoint import Endpoint
from pipeline.settings.load import Loaded
from pipeline.settings.templates import load_templates
from pipeline.studio import Watch
from pipeline.wiring import texts
from pipeline.wiring.wires import (
    Wires,
    cover_endpoint,
    deadlines,
    real_wires,
    rehearsal_wires,
    scribe_endpoint,
)

_ROOM_FOR_A_SONG = 500_000_000  # bytes: takes of ten minutes in WAV, copies while they are labelled
_QUICK_S = 10.0
_SSH_SPEAKS_S, _LOOKS_AT_SSH = 1.0, 20  # ssh says why a moment after the request has failed
_MOST_AT_ONCE = 16  # music servers looked at, or started


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `detail` says what was seen, `hint` what to do when it is not `ok`.

    `exit_code` is the one that a song would end with; a check with 0 is good to know and stops nothing.
    """

    name: str
    ok: bool
    detail: str
    hint: str = ""
    exit_code: int = 2


def examine(loaded: Loaded, watch: Watch, *, rehearse: bool, start: bool = False) -> Iterator[Check]:
    """Look at templates, taste, rules, key, models, music servers, transcription and disk, in this order.

    With `start`, music servers that are down are started first where the settings say how, and waited for.
    """
    yield Check("settings", True, str(loaded.file) if loaded.file else "the packaged defaults")
    yield _attempt("templates", lambda: _templates(loaded))
    yield _attempt("taste", lambda: _taste(loaded))
    with ExitStack() as stack:
        wires = rehearsal_wires(stack) if rehearse else real_wires(loaded, start=start)
        if not rehearse:
            yield _key(loaded, wires)
        yield _models(wires)
        yield from _band(wires.band, loaded, watch if start else None)
    scribe, cover = loaded.settings.listening.transcription, loaded.settings.finish.cover
    if scribe is not None and not rehearse:
        yield _helper("listening.transcription", scribe_endpoint(loaded, scribe), scribe.model)
    if cover is not None and not rehearse:
        yield _helper("finish.cover", cover_endpoint(loaded, cover), cover.model, is_listed=False)
    yield _disk(loaded.settings.output)


def _attempt(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except SongpipeError as error:
        return Check(name, False, error.message, error.hint, error.exit_code)


def _templates(loaded: Loaded) -> str:
    folder = texts.templates_folder(loaded)
    templates = load_templates(folder)
    origin = f"with yours from {folder}" if folder else "the packaged ones"
    return f"{len(templates.sources)} templates, {origin}"


def _taste(loaded: Loaded) -> str:
    taste = texts.taste(loaded)
    texts.rulebook(loaded, taste)
    return f"{taste.name}: {len(taste.artists)} influences, {len(taste.blends)} blends"


def _key(loaded: Loaded, wires: Wires) -> Check:
    """See whether the key is there and taken; a model list cannot tell, many servers give it to anyone."""
    variable = loaded.keys.writer_variable
    if not variable:
        needed = loaded.settings.llm.needs_key
        detail = "no key is set" + ("" if needed else ", and a server in the house usually wants none")
        return Check("key", not needed, detail, "export NANOGPT_API_KEY=…", WriterError.exit_code)
    try:
        left = balance(wires.writer)
    except KeyRejected as error:
        return Check("key", False, error.message, error.hint, error.exit_code)
    return Check("key", True, f"{variable} is set" + (f"; ${left:.2f} left" if left is not None else ""))


def _models(wires: Wires) -> Check:
    try:
        offered = {info.id for info in catalogue.models(wires.writer)}
    except SongpipeError as error:
        return Check("models", False, error.message, error.hint, error.exit_code)
    listed = [model for model in wires.models if model in offered]
    missing = [model for model in wires.models if model not in offered]
    if not listed:
        alike = ", ".join(catalogue.nearest(missing[0], offered)) or "none is near"
        hint = f"set llm.models; near {missing[0]}: {alike}"
        return Check("models", False, f"{wires.writer.host} lists none of {', '.join(missing)}", hint, 4)
    gone = f"; not listed: {', '.join(missing)}" if missing else ""
    return Check("models", True, f"{wires.writer.host} lists {', '.join(listed)}{gone}")


def _helper(setting: str, endpoint: Endpoint, model: str, *, is_listed: bool = True) -> Check:
    """Look for a model that hears words or draws covers. It stops nothing: a song can be made without it."""
    check = partial(Check, setting.rpartition(".")[2], exit_code=0)
    try:
        endpoint.demand_key()
        offered = {info.id for info in catalogue.models(endpoint)}
    except catalogue.NotOffered:  # whisper.cpp has one model and no list
        return check(
            True, f"{endpoint.host} answers; whether it has {model} cannot be told: it lists no models"
        )
    except KeyRejected as error:
        return check(False, error.message, error.hint)
    except WriterError as error:
        where = f"{setting}.base_url ({endpoint.base_url})"
        return check(False, error.message, f"check that the server runs and that {where} is right")
    if model in offered:
        return check(True, f"{endpoint.host} lists {model}")
    detail = f"{endpoint.host} does not list {model}: whether it has it cannot be told"
    if not is_listed:  # NanoGPT and others keep a list of their own for models that draw
        return check(True, detail)
    alike = ", ".join(catalogue.nearest(model, offered)) or "none is near"
    return check(False, detail, f"set {setting}.model; near {model}: {alike}")


def _band(members: tuple[Member, ...], loaded: Loaded, starting: Watch | None) -> list[Check]:
    """Look at every music server at once. One that cannot play stops nothing while another one can."""
    settings = loaded.settings.acestep
    hurry = replace(deadlines(settings), connect_s=_QUICK_S, answer_s=_QUICK_S)
    startable = {server.identity for server in settings.band if server.start_command}
    is_over = threading.Event()

    def look(member: Member) -> Check:
        watch = _Named(starting, member.name, is_over) if starting and member.start else None
        hint = "songpipe doctor --start starts it" if member.identity in startable and not watch else ""
        return _server(_Visit(member, hurry, watch), hint, thinking=settings.thinking)

    try:
        with ThreadPoolExecutor(_MOST_AT_ONCE) as crew:
            try:
                checks = list(crew.map(look, members))
            except BaseException:
                is_over.set()  # the crew is waited for, and a server may need an hour to load
                raise
    finally:
        for member in members:
            if member.access is not None:
                member.access.close()
    if starting is not None:
        starting.stage("checking")
    plays = any(check.ok for check in checks)
    return [replace(check, exit_code=0) if plays and not check.ok else check for check in checks]


@dataclass(frozen=True, slots=True)
class _Visit:
    """A look at one music server; with a watch it is started when it is down."""

    member: Member
    hurry: Deadlines
    watch: "_Named | None"

    def report(self) -> tuple[ServerReport, bool]:
        """Give what the server says of itself, and whether it is down. Raises SongpipeError."""
        member, start = self.member, self.member.start
        report, is_down = self._look()
        if is_down and self.watch is not None and start is not None:
            self.watch.stage("starting")
            start(self.watch)
            report, is_down = self._look()
        if is_down and member.access is not None:
            report = replace(report, problem=f"nobody answers at {member.identity}", hint="")
        return replace(report, url=member.identity), is_down

    def _look(self) -> tuple[ServerReport, bool]:
        member = self.member
        url = member.access.url() if member.access else member.url
        report = probe(url, member.key, self.hurry)
        is_down = not report.can_play and glance(url, member.key, self.hurry) is Glance.DOWN
        if is_down and member.access is not None:
            for _ in range(_LOOKS_AT_SSH):  # raises when it was the tunnel that let nothing through
                member.access.url()
                time.sleep(_SSH_SPEAKS_S / _LOOKS_AT_SSH)
        return replace(report, problem=report.problem.replace(url, member.identity)), is_down


def _server(visit: _Visit, start_hint: str, *, thinking: bool) -> Check:
    name = visit.member.name
    try:
        report, is_down = visit.report()
    except SongpipeError as error:
        return Check("music server", False, _of(name, error.message), error.hint, error.exit_code)
    if not report.can_play:
        hint = (start_hint if is_down else "") or report.hint or "start ACE-Step's API server"
        return Check("music server", False, _of(name, report.problem), hint, BandError.exit_code)
    return Check("music server", True, _told(report, name, thinking=thinking))


def _of(name: str, problem: str) -> str:
    """Say which server has the problem, unless that is said already."""
    return problem if name in problem else f"{name}: {problem}"


class _Named:
    """A watch that hears of one server among several; any call raises `Interrupted` once it is all over."""

    def __init__(self, watch: Watch, name: str, is_over: threading.Event) -> None:
        self._watch, self._name, self._is_over = watch, name, is_over

    def stage(self, name: str) -> None:
        """Begin a stage."""
        self._go_on()
        self._watch.stage(name)

    def words(self, text: str) -> None:
        """Show nothing: servers have no words."""

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Tell how far it is, by its name."""
        self._go_on()
        self._watch.progress(fraction, f"{self._name}: {label}", left_s)

    def note(self, text: str) -> None:
        """Tell a line, by its name."""
        self._go_on()
        self._watch.note(f"{self._name}: {text}")

    def _go_on(self) -> None:
        if self._is_over.is_set():
            raise Interrupted("stopped")


def _told(report: ServerReport, name: str, *, thinking: bool) -> str:
    facts = [f"{name} answers at {report.url} ({report.service or report.dialect})"]
    if report.models:
        facts.append(f"models: {', '.join(report.models)}")
    if report.language_model is False and thinking:
        facts.append("no language model: songs will be played without thinking")
    elif report.language_model:
        facts.append("language model ready")
    if report.queued:
        facts.append(f"{report.queued} waiting in its queue")
    return "; ".join(facts)


def _disk(output: Path) -> Check:
    home = next(folder for folder in (output, *output.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=home):
            free = shutil.disk_usage(home).free
    except OSError as error:
        hint = "choose a folder you can write to with --output"
        return Check("disk", False, f"{home} cannot be written to: {error.strerror}", hint, 7)
    detail = f"{output} on a disk with {free / 1e9:.1f} GB free"
    return Check("disk", free >= _ROOM_FOR_A_SONG, detail, "free some space: a song needs about 500 MB", 7)
