"""The rows of the live table: what each song in the works last told, and how it is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from pipeline.cli.board import note_of
from pipeline.cli.tally import Tally, cut, in_a_line
from pipeline.cli.watching import Silent as Nobody
from pipeline.cli.wording import clock as minutes

_LONGEST_S = 100 * 3600.0  # more is no time that anybody tells
_GAP = "  "
_NAME = 60  # columns of a song's name, at most
_NARROW, _SPACIOUS, _ROOMY, _VAST = 34, 59, 99, 139  # columns that time, bar, step and a longer bar need
# What a terminal and rich count differently, so that a row could grow too long: variation selectors, skin tones.
_UNCOUNTED = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400)])
_COLOURS = {"writing": "magenta", "waiting": "dim", "playing": "cyan", "finishing": "green"}


@dataclass(frozen=True, slots=True)
class News:
    """What is known of a song: its stage, what is done in it, how far (0…1), the seconds left at the time `at`."""

    stage: str
    since: float
    at: float
    label: str = ""
    fraction: float | None = None
    left_s: float | None = None

    @property
    def shown_stage(self) -> str:
        """The stage; a song that waits for a server does not play yet."""
        return "waiting" if self.stage == "playing" and self.label.startswith("waiting") else self.stage


class Row(Nobody):
    """The watch of one song: it keeps the latest news for whoever draws, which costs next to nothing."""

    def __init__(self, name: str, tell: Callable[[Text], None], clock: Callable[[], float]) -> None:
        self.name = cut(in_a_line(name).translate(_UNCOUNTED), _NAME)
        self._tell, self._clock = tell, clock
        self.news = News("", clock(), clock())

    def stage(self, name: str) -> None:
        """Begin a stage."""
        now = self._clock()
        self.news = News(name, now, now)

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        """Remember how far it is."""
        told = self._clock()
        self.news = replace(self.news, at=told, fraction=fraction, label=label, left_s=left_s)

    def note(self, text: str) -> None:
        """Have the line printed above the table."""
        self._tell(Text(note_of(self.name, text), style="yellow"))


def drawing(rows: Sequence[Row], tally: Tally, width: int, height: int, now: float) -> Text:
    """Draw the table: the songs that began first, as many as fit, and the tally under them."""
    room = max(0, height - 3)  # the last line, the one that counts the hidden, and the cursor's
    wide = width - 1  # the last column stays free: letters there make some terminals wrap
    lines = [_line(row, wide, now) for row in rows[:room]]
    if len(rows) > room:
        lines.append(Text(cut(f"… and {len(rows) - room} more", wide), style="dim"))
    return Text("\n").join([*lines, Text(tally.line(wide), style="bold")])


def _line(row: Row, width: int, now: float) -> Text:
    """Draw one row; a narrow terminal goes without the step, then the bar, then the time."""
    news = row.news
    columns = [(_cell(in_a_line(news.shown_stage), 9), _COLOURS.get(news.shown_stage, ""))]
    if width >= _SPACIOUS:
        columns.append((_bar(news.fraction, 24 if width >= _VAST else 16), "cyan"))
    if width >= _NARROW:
        columns.append((f"{_time(news, now):>10}", "" if news.left_s is not None else "dim"))
    if width >= _ROOMY:
        columns.append((_cell(in_a_line(news.label), min(40, width // 4)), "dim"))
    room = width - sum(len(_GAP) + cell_len(text) for text, _ in columns)
    line = Text(_cell(row.name, max(0, min(_NAME, room))), no_wrap=True)
    for text, style in columns:
        line.append(_GAP).append(text, style)
    line.truncate(width)
    return line


def _cell(text: str, width: int) -> str:
    return set_cell_size(cut(text, width), width)


def _bar(fraction: float | None, width: int) -> str:
    """Draw how far a song is, to half a letter; nothing as long as nobody knows."""
    halves = round(min(1.0, max(0.0, fraction or 0.0)) * width * 2)  # not a number counts as nothing
    return f"{'━' * (halves // 2)}{'╸' * (halves % 2)}".ljust(width)


def _time(news: News, now: float) -> str:
    """Give the time left; else the part that is done, else how long the stage has taken so far."""
    if news.left_s is not None and 0 <= news.left_s < _LONGEST_S:
        return f"{minutes(max(0.0, news.left_s - (now - news.at)))} left"
    if news.fraction is not None and 0 < news.fraction <= 1:
        return f"{news.fraction:.0%}"
    return minutes(now - news.since) if news.stage else ""
