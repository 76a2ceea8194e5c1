"""The catalogue: songs and takes as text, in tables that fit the terminal, in colour where that is wanted."""

import math
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.cli.watching import clock, harmless
from pipeline.library.cards import Card
from pipeline.take import Take
from pipeline.track import Track
from pipeline.writing import render

_ROOMY, _NARROW = (
    90,
    60,
)  # columns: below the first there is no id, key and tempo, below the second no verdict
_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red"}
_PIPED = 10_000  # columns where no terminal says how many there are: nothing is cut


def table(cards: Sequence[Card]) -> str:
    """Draw songs as a table: the title gives way first, then what matters least."""
    console = _console()
    wide, narrow = console.width >= _ROOMY, console.width < _NARROW
    drawn = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    names = [*(["id"] if wide else []), "made", "title", "length", *(["bpm", "key"] if wide else [])]
    for name in [*names, *([] if narrow else ["verdict", "rating"])]:
        is_number = name in {"length", "bpm"}
        ratio, least = (1, 10) if name == "title" else (None, len(name))
        drawn.add_column(
            name, justify="right" if is_number else "left", no_wrap=True, ratio=ratio, min_width=least,
            overflow="ellipsis" if name == "title" else "crop",
        )  # fmt: skip
    for card in cards:
        head = [_line(card.id[:8])] if wide else []
        facts = [_line(card.made_at[:10]), _title(card), _line(clock(card.duration_s))]
        sound = [_line(str(card.bpm or "")), _line(card.key)] if wide else []
        opinions = [] if narrow else [_verdict(card.verdict), Text(stars(card.rating), style="yellow")]
        drawn.add_row(*head, *facts, *sound, *opinions)
    return _drawn(console, drawn)


def song(track: Track) -> str:
    """Write down what is known of a song, for people."""
    facts = Table(box=None, pad_edge=False, show_header=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in _facts(track):
        facts.add_row(name, _line(value) if isinstance(value, str) else value)
    words = Text(harmless(render.lyrics(track.words.song)))
    return _drawn(
        _console(), Group(Text(_plain(track.title), style="bold"), facts, Padding(words, (1, 0, 0, 0)))
    )


def takes(track: Track) -> str:
    """Draw the takes of a song side by side, a column each: verdict, score and its parts, and the reasons."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    drawn.add_column("", style="dim", no_wrap=True)
    for take in track.takes:
        mark = _chosen(track) if take.recording.number == track.chosen_take else ""
        drawn.add_column(f"take {take.recording.number}{mark}", overflow="fold")
    parts = dict.fromkeys(part for take in track.takes for part in take.score)
    rows: list[tuple[str, list[RenderableType]]] = [
        ("verdict", [_verdict(take.verdict) for take in track.takes])
    ]
    if parts:
        rows.append(("score", [_number(sum(take.score.values())) for take in track.takes]))
        rows += [
            (f"  {_plain(part)}", [_number(take.score.get(part)) for take in track.takes]) for part in parts
        ]
    rows.append(("length", [_line(_length(take)) for take in track.takes]))
    rows.append(("seed", [_line(str(take.recording.seed)) for take in track.takes]))
    rows.append(("server", [_line(take.recording.server) for take in track.takes]))
    rows.append(("reasons", [_line("; ".join(take.reasons)) for take in track.takes]))
    for name, cells in rows:
        drawn.add_row(Text(name), *cells)
    return _drawn(_console(), Group(Text(_plain(track.title), style="bold"), drawn))


def stars(rating: int | None) -> str:
    """Draw a rating."""
    return "★" * (rating or 0)


def _facts(track: Track) -> Iterator[tuple[str, str | Text]]:
    written, best = (
        track.words.song,
        next((take for take in track.takes if take.recording.number == track.chosen_take), None),
    )
    bpm, key = track.brief.bpm or written.bpm, track.brief.key or written.key
    tempo = [f"{bpm} bpm"] if bpm else []
    yield "id", track.id
    yield "made", track.made_at
    yield "file", track.file
    yield "brief", track.brief.text
    if track.brief.blend:
        yield "blend", ", ".join(track.brief.blend)
    yield "sound", " · ".join(filter(None, [clock(track.duration_s), *tempo, key, track.language]))
    if best is not None:
        yield "verdict", Text.assemble(_verdict(best.verdict), f" {_plain('; '.join(best.reasons))}")
    count = len(track.takes)
    yield "take", f"{track.chosen_take} of {count}{_chosen(track)}" if count > 1 else "the only one"
    if track.rating:
        yield "rating", stars(track.rating)
    if track.words.model:
        cost = f" (${track.words.cost_usd:.4f})" if track.words.cost_usd else ""
        yield "words by", f"{track.words.model}{cost}"
    if track.rehearsal:
        yield "rehearsal", "not a real take"
    for sentence in track.degraded:
        yield "note", sentence
    yield "prompt", written.prompt


def _chosen(track: Track) -> str:
    return " (picked by hand)" if track.picked else " (chosen)"


def _title(card: Card) -> Text:
    return _line(f"{card.title} (rehearsal)" if card.rehearsal else card.title)


def _verdict(verdict: str) -> Text:
    return Text(verdict, style=_COLOURS.get(verdict, ""))


def _number(value: float | None) -> Text:
    return Text("–" if value is None or not math.isfinite(value) else f"{value:.1f}")


def _length(take: Take) -> str:
    return clock(take.measures.duration_s) if take.measures else "cannot be decoded"


def _line(text: str) -> Text:
    return Text(_plain(text))


def _plain(text: str) -> str:
    return " ".join(harmless(text).split())


def _console() -> Console:
    """Give a console as wide as the terminal; where there is none, as wide as the longest line wants to be."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return Console(highlight=False, markup=False, emoji=False, width=None if is_terminal else _PIPED)


def _drawn(console: Console, what: RenderableType) -> str:
    """Give what the console would print, without the blanks that fill up its lines."""
    with console.capture() as captured:
        console.print(what)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
