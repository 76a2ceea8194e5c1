"""Listening to files: measured side by side, told as a report each or as one JSON document."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.audio.tagger import FileTagger
from pipeline.cli.attention import Attention
from pipeline.cli.claims import judged
from pipeline.cli.loading import load
from pipeline.cli.printing import say, say_json
from pipeline.cli.watching import watching
from pipeline.cli.wording import clock, harmless
from pipeline.errors import ShelfError, SongpipeError
from pipeline.listening import hook
from pipeline.listening.limits import Limits
from pipeline.listening.verdict import Verdict
from pipeline.settings.load import Loaded
from pipeline.take import Measures

if TYPE_CHECKING:
    from pipeline.cli.plotting import Plots
    from pipeline.listening.alignment import Alignment
    from pipeline.studio import Watch

_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red"}
_NOBODY = "not measured"


@dataclass(frozen=True, slots=True)
class Heard:
    """A file and what the ear makes of it; no measures: it cannot be decoded, no `sung`: nobody heard words."""

    file: Path
    measures: Measures | None
    verdict: Verdict
    reasons: tuple[str, ...]
    sung: "Alignment | None" = None


def listen(given: Mapping[str, Any], begun: Attention, plot: str | None, assignments: Sequence[str]) -> bool:
    """Print what was heard in every file; False when one of them fails."""
    loaded = load(given, assignments)
    plots = _plots(plot, begun.files) if plot else None
    with watching(given) as watch:
        heard = _judged(begun, loaded.settings.listening.limits, watch)
        heard = _with_words(heard, loaded, watch)
        if plots is not None:
            for one in heard:
                if drawn := plots.draw(one.file, one.measures, one.reasons, begun.ear):
                    watch.note(f"drawn: {drawn}")
    if given.get("json"):
        say_json([_document(one) for one in heard])
    else:
        say("\n\n".join("\n".join(_report(one)) for one in heard))
    return all(one.verdict != "fail" for one in heard)


def _plots(wanted: str, files: Sequence[Path]) -> "Plots":
    from pipeline.cli.plotting import Plots  # Pillow, which only pictures need

    return Plots(wanted, files)


def _judged(begun: Attention, limits: Limits, watch: "Watch") -> list[Heard]:
    """Judge what was measured; tell of each file as soon as it is."""
    names = {future: file.name for file, future in zip(begun.files, begun.coming, strict=True)}
    for done, future in enumerate(as_completed(names), 1):
        watch.progress(done / len(names), f"listened to {names[future]}", None)
    measured = zip(begun.files, (future.result() for future in begun.coming), strict=True)
    return [Heard(file, measures, *judged(file, measures, limits)) for file, measures in measured]


def _with_words(heard: Sequence[Heard], loaded: Loaded, watch: "Watch") -> list[Heard]:
    """Have the words of songpipe's own songs heard, one song after the other, when there is a model for that."""
    if loaded.settings.listening.transcription is None:
        return list(heard)
    from pipeline.listening.alignment import align
    from pipeline.wiring.studios import scribe

    model, told = scribe(loaded), []
    for one in heard:
        lines = _written(one.file)
        try:
            if model is not None and one.measures is not None and lines:
                one = replace(one, sung=align(lines, model.words(one.file)))  # noqa: PLW2901 -- the same file
        except SongpipeError as fault:
            watch.note(f"the words of {one.file.name} were not heard: {fault.message}")
        told.append(one)
    return told


def _written(file: Path) -> list[str]:
    """Give the lines that the tags of a song of ours hold."""
    try:
        lyrics = FileTagger().read(file).lyrics
    except ShelfError:
        return []
    return [line for line in lyrics.splitlines() if line.strip() and not line.startswith("[")]


def _document(one: Heard) -> dict[str, Any]:
    measures = asdict(one.measures) if one.measures else {}
    kept: dict[str, Any] = dict(measures.pop("hook", None) or {})
    if one.measures and one.measures.hook:
        kept["verdict"], kept["reason"] = hook.judge(one.measures.hook)
    kept["first_word_s"] = one.sung.first_word_s if one.sung else _NOBODY
    kept["sung_share"] = one.sung.sung_share if one.sung else _NOBODY
    kept["line_times"] = list(one.sung.lines) if one.sung else _NOBODY
    return {
        "file": str(one.file.absolute()),
        "verdict": one.verdict,
        "reasons": list(one.reasons),
        "hook": _plain(kept),
        "measures": _plain(measures),
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Round for reading; JSON knows no infinity, so silence is null."""
    return {
        name: (round(value, 4) if abs(value) != float("inf") else None) if isinstance(value, float) else value
        for name, value in values.items()
    }


def _report(one: Heard) -> Iterator[str]:
    verdict = click.style(one.verdict, fg=_COLOURS[one.verdict], bold=True)
    yield f"{harmless(str(one.file))}: {verdict}"
    for reason in one.reasons:
        yield f"  {reason}"
    if one.measures is not None:
        for name, value in (*_rows(one.measures), ("words", _words(one))):
            yield f"  {name:<10}{value}"


def _rows(heard: Measures) -> Iterator[tuple[str, str]]:
    channels = {1: "mono", 2: "stereo"}.get(heard.channels, f"{heard.channels} channels")
    yield (
        "length",
        f"{clock(heard.duration_s)} ({heard.duration_s:.2f} s), {heard.sample_rate} Hz, {channels}",
    )
    if heard.hook is not None:
        kept, why = hook.judge(heard.hook)
        yield "hook", f"{kept}: {why}"
        voice = "none heard" if heard.hook.voice_s is None else f"after {heard.hook.voice_s:.1f} s"
        yield "voice", f"{voice} (certainty {heard.hook.certainty:.0%})"
    yield (
        "loudness",
        _joined(
            ("{:.1f} LUFS", heard.lufs),
            ("range {:.1f} LU", heard.loudness_range_lu),
            ("true peak {:.1f} dBTP", heard.true_peak_dbtp),
        ),
    )
    yield (
        "silence",
        _joined(
            ("first sound at {:.1f} s", heard.first_sound_s),
            ("last {:.1f} s", heard.trailing_silence_s),
            ("longest gap {:.1f} s", heard.longest_gap_s),
        ),
    )
    yield (
        "stereo",
        _joined(
            ("balance {:+.1f} dB", heard.balance_db),
            ("correlation {:.2f}", heard.correlation),
            ("side {:.0f} dB", heard.side_db),
        ),
    )
    yield (
        "signal",
        _joined(
            ("{:.0f} clipped runs/s", heard.clipped_per_s),
            ("{:.0f} overs/s", heard.overs_per_s),
            ("DC {:.4f}", heard.dc),
        ),
    )
    yield (
        "music",
        _joined(("about {:.0f} bpm", heard.bpm), ("pulse {:.2f}", heard.pulse))
        + (f", {heard.key}" if heard.key else ""),
    )
    yield (
        "form",
        _joined(
            ("variety {:.2f}", heard.variety),
            ("repetition {:.2f}", heard.repetition),
            ("flatness {:.3f}", heard.flatness),
        ),
    )


def _words(one: Heard) -> str:
    if one.sung is None:
        return _NOBODY
    first = "none heard" if one.sung.first_word_s is None else f"first at {one.sung.first_word_s:.1f} s"
    return f"{first}, {one.sung.sung_share:.0%} of the lines sung"


def _joined(*facts: tuple[str, float | None]) -> str:
    return ", ".join(text.format(value) for text, value in facts if value is not None) or _NOBODY
