"""The check-up: everything that a song needs, looked at one by one, without making one."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import wiring
from pipeline.acestep.checkup import ServerReport, probe
from pipeline.errors import KeyRejected, SongpipeError, WriterError
from pipeline.llm import catalogue
from pipeline.llm.balance import balance
from pipeline.settings.load import Loaded
from pipeline.settings.templates import load_templates

_ROOM_FOR_A_SONG = 500_000_000  # bytes: takes of ten minutes in WAV, copies while they are labelled
_QUICK_S = 10.0


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


def examine(loaded: Loaded, *, rehearse: bool) -> Iterator[Check]:
    """Look at templates, taste, rules, key, models, music servers and disk, in this order."""
    yield Check("settings", True, str(loaded.file) if loaded.file else "the packaged defaults")
    yield _attempt("templates", lambda: _templates(loaded))
    yield _attempt("taste", lambda: _taste(loaded))
    with ExitStack() as stack:
        wires = wiring.rehearsal_wires(stack) if rehearse else wiring.real_wires(loaded)
        if not rehearse:
            yield _key(loaded, wires)
        yield _models(wires)
        yield _band(wires, loaded)
    yield _disk(loaded.settings.output)


def _attempt(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except SongpipeError as error:
        return Check(name, False, error.message, error.hint, error.exit_code)


def _templates(loaded: Loaded) -> str:
    folder = wiring.templates_folder(loaded)
    templates = load_templates(folder)
    origin = f"with yours from {folder}" if folder else "the packaged ones"
    return f"{len(templates.sources)} templates, {origin}"


def _taste(loaded: Loaded) -> str:
    taste = wiring.taste(loaded)
    wiring.rulebook(loaded, taste)
    return f"{taste.name}: {len(taste.artists)} influences, {len(taste.blends)} blends"


def _key(loaded: Loaded, wires: wiring.Wires) -> Check:
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


def _models(wires: wiring.Wires) -> Check:
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


def _band(wires: wiring.Wires, loaded: Loaded) -> Check:
    hurry = replace(wiring.deadlines(loaded.settings.acestep), connect_s=_QUICK_S, answer_s=_QUICK_S)
    try:
        report = probe(wires.band_url, wires.band_key, hurry)
    except SongpipeError as error:
        return Check("music server", False, error.message, error.hint, error.exit_code)
    if not report.can_play:
        return Check("music server", False, report.problem, report.hint or "start ACE-Step's API server", 5)
    return Check(
        "music server", True, _told(report, wires.band_name, thinking=loaded.settings.acestep.thinking)
    )


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
