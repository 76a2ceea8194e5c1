"""The catalogue: songs and takes as text, in tables that fit the terminal, in colour where that is wanted."""

import math
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.cli.wording import clock, harmless
from pipeline.library.cards import Card

if TYPE_CHECKING:
    from pipeline.take import Take  # these bring pydantic, which a list need not wait for
    from pipeline.track import Track

_ROOMY, _NARROW = (
    90,
    60,
)  # columns: below the first there is no id, key and tempo, below the second no verdict
_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red"}
_GAP = 2  # columns between two takes
_SERVER, _REASONS = 24, 20  # letters of a server's name and of a line of reasons that a take gets at least
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


def song(track: "Track") -> str:
    """Write down what is known of a song, for people."""
    from pipeline.writing import render

    facts = Table(box=None, pad_edge=False, show_header=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in _facts(track):
        facts.add_row(name, _line(value) if isinstance(value, str) else value)
    words = Text(harmless(render.lyrics(track.words.song)))
    return _drawn(
        _console(), Group(Text(_plain(track.title), style="bold"), facts, Padding(words, (1, 0, 0, 0)))
    )


def takes(track: "Track") -> str:
    """Draw the takes of a song side by side: verdict, score and its parts, and the reasons.

    Where the terminal is too narrow for all of them they stand in blocks, as many in each as fit. Only reasons are
    broken into lines, and only a server's name is cut.
    """
    console = _console()
    names, columns = _compared(track)
    room = console.width - max(map(cell_len, names))
    blocks: list[RenderableType] = []
    for some in _blocks(columns, room):
        drawn = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), show_header=False)
        drawn.add_column(style="dim", no_wrap=True)
        for width in _widths(some, room):
            drawn.add_column(width=width, overflow="fold")
        for name, *cells in zip(names, *some, strict=True):
            drawn.add_row(Text(name), *cells)
        blocks.append(Padding(drawn, (1 if blocks else 0, 0, 0, 0)))
    return _drawn(console, Group(Text(_plain(track.title), style="bold"), *blocks))


def _compared(track: "Track") -> tuple[list[str], list[list[Text]]]:
    """Give the names of what is compared, and of each take a column of it: the server last but one, then reasons."""
    parts = list(dict.fromkeys(part for take in track.takes for part in take.score))
    scores = ["score", *(f"  {_plain(part)}" for part in parts)] if parts else []
    columns = []
    for take in track.takes:
        mark = _chosen(track) if take.recording.number == track.chosen_take else ""
        points = [sum(take.score.values()), *(take.score.get(part) for part in parts)] if parts else []
        column = [
            Text.assemble((f"take {take.recording.number}{mark}", "bold")),
            _verdict(take.verdict),
            *map(_number, points),
            _line(_length(take)),
            _line(_seed(take)),
            _line(take.recording.server),
        ]
        for cell in column:
            cell.no_wrap, cell.overflow = True, "ellipsis"
        columns.append([*column, _line("; ".join(take.reasons))])
    return ["", "verdict", *scores, "length", "seed", "server", "reasons"], columns


def _blocks(columns: Sequence[list[Text]], room: int) -> Iterator[list[list[Text]]]:
    """Put as many columns side by side as there is room for, at least one."""
    block: list[list[Text]] = []
    for column in columns:
        if block and sum(_least(each) + _GAP for each in (*block, column)) > room:
            yield block
            block = []
        block.append(column)
    yield block


def _widths(block: Sequence[list[Text]], room: int) -> list[int]:
    """Give each column what it needs, and for its server and its reasons a share of what is left."""
    least = [min(_least(column), room - _GAP) for column in block]
    share = (room - sum(least) - _GAP * len(block)) // len(block)
    longest = [max(cell.cell_len for cell in column) for column in block]
    return [
        max(1, width + max(0, min(most - width, share))) for width, most in zip(least, longest, strict=True)
    ]


def _least(column: Sequence[Text]) -> int:
    *whole, server, reasons = (cell.cell_len for cell in column)
    return max(*whole, min(server, _SERVER), min(reasons, _REASONS))


def stars(rating: int | None) -> str:
    """Draw a rating."""
    return "★" * (rating or 0)


def _facts(track: "Track") -> Iterator[tuple[str, str | Text]]:
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


def _chosen(track: "Track") -> str:
    return " (picked by hand)" if track.picked else " (chosen)"


def _title(card: Card) -> Text:
    return _line(f"{card.title} (rehearsal)" if card.rehearsal else card.title)


def _verdict(verdict: str) -> Text:
    return Text(verdict, style=_COLOURS.get(verdict, ""))


def _number(value: float | None) -> Text:
    return Text("–" if value is None or not math.isfinite(value) else f"{value:.1f}")


def _length(take: "Take") -> str:
    return clock(take.measures.duration_s) if take.measures else "not measured"


def _seed(take: "Take") -> str:
    return "–" if take.recording.seed is None else str(take.recording.seed)


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
