"""Many songs at once: one line each for logs, a table for people, results on standard output alone."""

import contextlib
import math
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipeline.brief import Brief
from pipeline.cli.board import Plain, Silent, board, summary
from pipeline.cli.rows import Row, drawing
from pipeline.cli.table import Table
from pipeline.cli.tally import Tally, ending, stretch
from pipeline.engine.order import Order
from pipeline.engine.performance import Ended
from pipeline.errors import BandError, Interrupted, ShelfError
from tests.fakes import tracks
from tests.fakes.screen import Screen

HOSTILE = "\x1b[2J\x1b]0;owned\x07red\u202e\u200b\n\n\x9b31m 日本" + "a\u0301" * 3000


class Time:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ordered(text: str = "insomnia trip-hop") -> Order:
    """An order with that brief."""
    return Order(Brief(text=text))


def done(song: str = "song", **result: Any) -> Ended:
    """A song that has been finished."""
    return Ended(
        song, "done", result={"title": "Porch Light", "duration_s": 192.4, "file": "/s.mp3", **result}
    )


def failed(song: str = "song") -> Ended:
    """A song that has failed."""
    return Ended(song, "failed", error=BandError("the server is not up", hint="songpipe resume song"))


class Terminal(StringIO):
    """A file that shows what is written to it on a screen, and tells more than one thread at the same time."""

    encoding = "utf-8"

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.screen = Screen(width, height)
        self.writers: set[str] = set()
        self.console = Console(
            file=self, force_terminal=True, width=width, height=height, highlight=False, markup=False
        )

    def write(self, text: str) -> int:
        self.writers.add(threading.current_thread().name)
        self.screen.write(text)
        return len(text)

    @property
    def lines(self) -> list[str]:
        """What is seen."""
        return self.screen.lines


@contextlib.contextmanager
def a_table(terminal: Terminal, total: int | None = 40, clock: Time | None = None) -> Iterator[Table]:
    """A table on that terminal."""
    now = clock or Time()
    with Table(terminal.console, Tally(total, now), now) as table:
        yield table


# What is told of a song, and of many


def test_a_finished_song_is_told_with_title_and_length() -> None:
    assert "“Porch Light” · 3:12" == ending(done(), "a brief")


def test_a_track_tells_more_than_what_was_kept_of_it() -> None:
    track = tracks.track(title="Ferry", duration_s=60.0, file="/ferry.mp3")

    assert "“Ferry” · 1:00" == ending(Ended("song", "done", track, result={"title": "old"}), "")


def test_words_without_music_have_no_length() -> None:
    assert "“Porch Light” · words only" == ending(done(file=""), "")


def test_a_song_of_which_nothing_is_known_goes_by_its_id() -> None:
    assert "“0123456789abcdef” · words only" == ending(Ended("0123456789abcdef", "done"), "")


def test_a_failure_says_what_happened_and_what_to_do_now() -> None:
    assert "“a brief” failed: the server is not up (songpipe resume song)" == ending(failed(), "a brief")


def test_a_bug_is_called_a_bug() -> None:
    ended = Ended("song", "failed", error=KeyError("x"))

    assert "“a brief” failed: this is a bug in songpipe: KeyError: 'x'" == ending(ended, "a brief")


def test_a_song_that_was_called_off_did_not_fail() -> None:
    cancelled = Ended("song", "cancelled", error=Interrupted("cancelled"))
    stopped = Ended("song", "stopped", error=Interrupted("stopped", hint="go on"))

    assert "“a” was cancelled" == ending(cancelled, "a")
    assert "“a” was stopped: stopped (go on)" == ending(stopped, "a")


def test_whatever_others_wrote_is_told_in_one_harmless_line() -> None:
    told = ending(done(title=HOSTILE), "") + ending(Ended("s", "failed", error=BandError(HOSTILE)), HOSTILE)

    assert told.isprintable()
    assert len(told) < 4000


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((38, 1, 1, 0, 840.0, 1.52), "38 done, 1 failed, 1 skipped in 14 min · $1.52"),
        ((0, 0, 40, 0, 0.4, None), "0 done, 40 skipped in 0 s"),
        ((2, 0, 0, 5, 7300.0, 0.0042), "2 done, 5 stopped in 2 h 2 min · $0.0042"),
    ],
)
def test_a_run_is_summed_up_in_a_line(
    counts: tuple[int, int, int, int, float, float | None], told: str
) -> None:
    assert told == summary(*counts)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (59.6, "60 s"),
        (99.4, "99 s"),
        (99.6, "2 min"),
        (5940, "99 min"),
        (7199, "2 h 0 min"),
        (600_000, "167 h"),
    ],
)
def test_a_length_of_time_is_said_as_people_do(seconds: float, told: str) -> None:
    assert told == stretch(seconds)


# How long the rest takes


def test_nothing_is_said_about_the_rest_before_two_songs_are_done() -> None:
    clock = Time()
    tally = Tally(40, clock)

    clock.now += 60
    tally.count(failed())
    tally.count(done())

    assert ("", None) == (tally.left, tally.hourly)


def test_the_rest_takes_as_long_as_the_songs_so_far() -> None:
    clock = Time()
    tally = Tally(43, clock)

    tally.skip(3)
    clock.now += 120
    tally.count(done())
    tally.count(done())

    assert ("about 38 min left", 60.0, "5 of 43") == (tally.left, tally.hourly, tally.position)


def test_the_guess_counts_down_until_the_next_song_ends() -> None:
    clock = Time()
    tally = Tally(12, clock)
    for _ in range(2):
        clock.now += 60
        tally.count(done())

    clock.now += 90
    waiting = tally.left_s
    tally.count(done())
    then = tally.left_s

    assert (510, 630) == pytest.approx((waiting, then))


def test_a_song_that_hangs_leaves_no_guess() -> None:
    clock = Time()
    tally = Tally(3, clock)
    for _ in range(2):
        clock.now += 60
        tally.count(done())

    clock.now += 3600

    assert ("", "2 done of 3 · 60 an hour") == (tally.left, tally.line(80))


def test_songs_of_the_dead_come_on_top() -> None:
    tally = Tally(1, Time())

    tally.count(done())
    tally.count(done())

    assert ("2 of 2", "") == (tally.position, tally.left)


def test_how_many_there_are_may_turn_out_later(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal, None) as table:
        views = (table, Plain(Tally(None), verbose=False), Silent())
        for view in views:
            view.expect(7)
            view.ended(done())
        table.draw()
        last = terminal.lines[-1]

    assert "1 done of 7" == last
    assert "songpipe: 1 of 7 · “Porch Light” · 3:12\n" == capsys.readouterr().err


def test_a_worker_does_not_know_how_many_there_will_be() -> None:
    clock = Time()
    tally = Tally(None, clock)
    clock.now += 60
    for _ in range(3):
        tally.count(done())

    assert ("3", "3 done · 180 an hour") == (tally.position, tally.line(80))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (79, "10 done, 2 failed, 3 skipped of 40 · 60 an hour · about 21 min left"),
        (60, "10 done, 2 failed, 3 skipped of 40 · about 21 min left"),
        (42, "15 of 40 · 2 failed · about 21 min left"),
        (20, "15 of 40"),
        (5, "15 o…"),
    ],
)
def test_a_narrow_terminal_gets_the_most_important_counts(width: int, line: str) -> None:
    clock = Time()
    tally = Tally(40, clock)
    tally.skip(3)
    tally.count(failed())
    tally.count(failed())
    clock.now += 600
    for _ in range(10):
        tally.count(done())

    assert line == tally.line(width)


# Lines for logs


def test_a_log_gets_a_line_a_song_and_the_notes(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Time()
    view = Plain(Tally(42, clock), verbose=False)

    view.skipped(2)
    watch = view.watch_for("one", ordered("a lighthouse keeper's last night on duty"))
    watch.stage("writing")
    watch.words("la la")
    watch.progress(0.5, "half", 3.0)
    watch.note("take 1: it is silent")
    clock.now += 60
    view.ended(done("one"))
    view.say("/shelf/one.mp3")
    view.ended(done("two", title="Ferry"))
    view.watch_for("three", ordered("a ferry"))
    view.ended(failed("three"))
    view.watch.note("the server is back")

    said, told = capsys.readouterr()
    assert "/shelf/one.mp3\n" == said
    assert [
        "songpipe: 2 of 42 · made before",
        "songpipe: a lighthouse keeper's last ni…: take 1: it is silent",
        "songpipe: 3 of 42 · “Porch Light” · 3:12",
        "songpipe: 4 of 42 · “Ferry” · 3:12 · about 19 min left",
        "songpipe: 5 of 42 · “a ferry” failed: the server is not up (songpipe resume song) · about 12 min left",
        "songpipe: the server is back",
    ] == told.splitlines()


def test_whoever_wants_to_know_more_sees_songs_begin(capsys: pytest.CaptureFixture[str]) -> None:
    Plain(Tally(40), verbose=True).watch_for("one", ordered())

    assert "songpipe: “insomnia trip-hop” begins\n" == capsys.readouterr().err


def test_quiet_tells_results_and_errors_only(capsys: pytest.CaptureFixture[str]) -> None:
    with board({"quiet": True}, 3) as view:
        view.skipped(1)
        watch = view.watch_for("one", ordered())
        watch.note("a note")
        view.watch.note("a note")
        view.ended(done("one"))
        view.say("/shelf/one.mp3")
        view.ended(failed("two"))

    assert isinstance(view, Silent)
    assert ("/shelf/one.mp3\n", "songpipe: “two” failed: the server is not up (songpipe resume song)\n") == (
        capsys.readouterr()
    )


def test_a_pipe_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with board({}, 3) as view:
        view.ended(done())

    assert isinstance(view, Plain)
    assert "songpipe: 1 of 3 · “Porch Light” · 3:12\n" == capsys.readouterr().err


def test_hostile_text_stays_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    view = Plain(Tally(3), verbose=True)

    view.watch_for("one", ordered(HOSTILE[:4000])).note(HOSTILE)
    view.ended(done("one", title=HOSTILE))

    lines = capsys.readouterr().err.split("\n")
    assert (4, True) == (len(lines), all(line.isprintable() for line in lines))


def test_lines_of_many_threads_never_mix(capsys: pytest.CaptureFixture[str]) -> None:
    view = Plain(Tally(None), verbose=False)

    def sing(song: int) -> None:
        watch = view.watch_for(f"{song}", ordered(f"song {song}"))
        for count in range(20):
            watch.note(f"note {count}")

    together(sing, 50)

    expected = sorted(f"songpipe: song {song}: note {count}" for song in range(50) for count in range(20))
    assert expected == sorted(capsys.readouterr().err.splitlines())


def test_a_song_goes_on_when_nobody_reads_the_lines_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as gone:  # noqa: PTH123 -- a pipe has no path
        monkeypatch.setattr(sys, "stderr", gone)
        view = Plain(Tally(3), verbose=True)
        view.watch_for("one", ordered()).note("a note")
        view.ended(done("one"))
        with contextlib.suppress(OSError):
            gone.close()


@pytest.mark.parametrize("view", [Silent(), Plain(Tally(1), verbose=False)])
def test_a_result_that_cannot_be_printed_is_told_otherwise(
    view: Silent | Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)

    with pytest.raises(ShelfError) as error:
        view.say("/shelf/one.mp3")

    assert "the song is finished: /shelf/one.mp3" == error.value.hint


# The table


def rows_of(*texts: str, clock: Time) -> list[Row]:
    """A song that plays for each brief."""
    rows = [Row(text, lambda _: None, clock) for text in texts]
    for row in rows:
        row.stage("playing")
        row.progress(0.5, "take 1: Decoding audio...", 75)
    return rows


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (20, "insomni…  playing"),
        (40, "insomnia trip-h…  playing     1:15 left"),
        (60, "insomnia trip-hop   playing    ━━━━━━━━           1:15 left"),
        (80, "insomnia trip-hop                       playing    ━━━━━━━━           1:15 left"),
        (
            100,
            "insomnia trip-hop                 playing    ━━━━━━━━           1:15 left  take 1: Decoding audio.…",
        ),
    ],
)
def test_a_row_tells_what_fits_into_the_terminal(width: int, line: str) -> None:
    clock = Time()
    rows = rows_of("insomnia trip-hop", clock=clock)

    drawn = drawing(rows, Tally(40, clock), width, 24, clock.now)

    assert [line, "0 done of 40"] == [text.rstrip() for text in drawn.plain.split("\n")]


@pytest.mark.parametrize("width", [1, 5, 20, 33, 40, 60, 80, 100, 140, 200])
@pytest.mark.parametrize("name", ["日本語" * 20, "❤️👍🏽🇩🇪👩‍👩‍👧" * 20, HOSTILE[:900], "", "z̸̡͎͋" * 200])
def test_no_row_is_ever_wider_than_the_terminal(width: int, name: str) -> None:
    clock = Time()
    row = Row(name, lambda _: None, clock)
    row.stage(HOSTILE)
    row.progress(0.5, HOSTILE, 59_999_999)

    drawn = drawing([row], Tally(40, clock), width, 24, clock.now)

    lines = drawn.plain.split("\n")
    assert 2 == len(lines)
    assert max(1, width - 1) >= max(cell_len(line) for line in lines)


def test_the_songs_that_do_not_fit_are_counted() -> None:
    clock = Time()
    rows = rows_of(*(f"song {number}" for number in range(20)), clock=clock)

    lines = drawing(rows, Tally(40, clock), 80, 10, clock.now).plain.split("\n")

    assert 9 == len(lines)
    assert (True, True) == (lines[0].startswith("song 0 "), lines[6].startswith("song 6 "))
    assert ["… and 13 more", "0 done of 40"] == lines[7:]


def test_the_time_left_counts_down_between_two_pieces_of_news() -> None:
    clock = Time()
    (row,) = rows_of("a", clock=clock)

    clock.now += 15
    in_time = drawing([row], Tally(1, clock), 40, 24, clock.now).plain
    clock.now += 100
    too_late = drawing([row], Tally(1, clock), 40, 24, clock.now).plain

    assert ("1:00 left" in in_time, "0:00 left" in too_late) == (True, True)


@pytest.mark.parametrize("label", ["waiting for a music server", "waiting in the queue"])
def test_a_song_waits_until_a_server_plays_it(label: str) -> None:
    clock = Time()
    (row,) = rows_of("a", clock=clock)

    row.progress(None, label, None)

    assert "waiting" == row.news.shown_stage
    assert "playing" not in drawing([row], Tally(1, clock), 40, 24, clock.now).plain


@pytest.mark.parametrize(
    ("fraction", "left_s", "told"),
    [
        (0.42, None, "42%"),
        (None, None, "0:07"),
        (math.nan, math.nan, "0:07"),
        (-1.0, -1.0, "0:07"),
        (7.0, math.inf, "0:07"),
    ],
)
def test_numbers_that_make_no_sense_are_not_shown(
    fraction: float | None, left_s: float | None, told: str
) -> None:
    clock = Time()
    row = Row("a", lambda _: None, clock)
    row.stage("playing")
    clock.now += 7

    row.progress(fraction, "take 1", left_s)

    assert told == drawing([row], Tally(1, clock), 80, 24, clock.now).plain.split("\n")[0].split()[-1]


def test_a_song_has_a_row_while_it_is_made_and_a_line_when_it_has_ended() -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal) as table:
        for song, text in (("one", "insomnia trip-hop"), ("two", "a ferry")):
            table.watch_for(song, ordered(text)).stage("writing")
        table.draw()
        during = terminal.lines
        table.ended(done("one"))
        table.ended(failed("two"))
        table.skipped(3)
        table.draw()
        after = terminal.lines

    assert ["insomnia", "a", "0"] == [line.split()[0] for line in during]
    ended = ["✓ “Porch Light” · 3:12", "✗ “a ferry” failed: the server is not up (songpipe resume song)"]
    assert [*ended, "1 done, 1 failed, 3 skipped of 40"] == after
    assert (ended, True) == (terminal.lines, terminal.screen.has_cursor)


def test_the_table_moves_by_itself() -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal) as table:
        table.watch_for("one", ordered()).stage("writing")
        give_up = time.monotonic() + 10
        while "writing" not in "".join(terminal.lines) and time.monotonic() < give_up:
            time.sleep(0.01)
        seen = terminal.lines

    assert ["insomnia", "0"] == [line.split()[0] for line in seen]


def test_notes_stand_above_the_table_with_the_song_in_front() -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal) as table:
        watch = table.watch_for("one", ordered("日本語の長い歌の説明、夜の海と電車"))
        watch.note("take 1:\x1b[2J it is\nsilent")
        watch.words("la la")
        table.watch.note("the server is back")
        table.draw()
        lines = terminal.lines

    assert ["日本語の長い歌の説明、夜の海…: take 1:[2J it is silent", "the server is back"] == lines[:2]
    assert 4 == len(lines)
    assert "la la" not in "".join(lines)


def test_a_note_that_fills_many_lines_does_not_tear_the_table() -> None:
    terminal = Terminal(40, 12)
    with a_table(terminal) as table:
        for number in range(20):
            table.watch_for(f"{number}", ordered(f"song {number}")).stage("writing")
        for _ in range(3):
            table.watch.note("日本語 and more " * 30)
            table.ended(failed("elsewhere"))
            table.draw()
        drawn = terminal.lines

    assert 1 == sum(line.startswith("song 0 ") for line in drawn)
    assert 1 == sum("more" in line and line.startswith("…") for line in drawn)
    assert not any(line.startswith("song ") for line in terminal.lines)


def test_only_the_table_itself_writes_however_many_songs_tell_something() -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal, 100) as table:

        def sing(song: int) -> None:
            watch = table.watch_for(f"{song}", ordered(f"song {song}"))
            for stage in ("writing", "playing", "finishing"):
                watch.stage(stage)
                for count in range(50):
                    watch.words("la")
                    watch.progress(count / 50, f"take {count}", 50.0 - count)
                if stage == "playing":
                    watch.note("a note")

        together(sing, 100)
        for song in range(100):
            table.ended(done(f"{song}", title=f"Title {song}"))

    assert terminal.writers <= {"table", threading.current_thread().name}
    notes, ends = terminal.lines[:100], terminal.lines[100:]
    assert sorted(f"song {song}: a note" for song in range(100)) == sorted(notes)
    assert [f"✓ “Title {song}” · 3:12" for song in range(100)] == ends


def test_a_table_in_which_nothing_has_changed_is_not_drawn_again() -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal) as table:
        table.watch_for("one", ordered()).stage("writing")
        table.draw()
        terminal.writers.clear()
        for _ in range(10):
            table.draw()

        assert set() == terminal.writers


def test_ten_thousand_songs_leave_nothing_behind() -> None:
    terminal = Terminal(80, 24)
    table = Table(terminal.console, Tally(10_000))

    for number in range(10_000):
        table.watch_for(f"{number}", ordered()).note("a note")
        table.ended(done(f"{number}"))

    assert 0 == len(table._rows)
    assert 1000 >= len(table._above)


def test_what_songs_tell_after_the_end_does_no_harm() -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal) as table:
        watch = table.watch_for("one", ordered())

    watch.progress(0.5, "late", 1.0)
    watch.note("late")
    table.ended(done("two"))

    assert [""] == terminal.lines


def test_songs_go_on_when_the_terminal_has_gone() -> None:
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, f"Input/output error: {text!r}")

    with a_table(Gone(80, 24)) as table:
        table.watch_for("one", ordered()).note("a note")
        table.draw()
        table.ended(done("one"))


def test_the_table_is_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(80, 24)
    with a_table(terminal) as table:
        table.watch_for("one", ordered()).note("a note")
        table.ended(done("one"))
        table.say("/shelf/one.mp3")

    assert ("/shelf/one.mp3\n", "") == capsys.readouterr()


def together(work: Any, threads: int) -> None:
    """Do something in many threads at the same time."""
    gate = threading.Barrier(threads)

    def begin(number: int) -> None:
        gate.wait()
        work(number)

    crowd = [
        threading.Thread(target=begin, args=(number,), name=f"song {number}") for number in range(threads)
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()


# A real terminal

_A_RUN = """
import sys
from pipeline.brief import Brief
from pipeline.cli.board import board, summary
from pipeline.engine.order import Order
from pipeline.engine.performance import Ended

with board({}, 12) as view:
    print(type(view).__name__, file=sys.stderr)
    for number in range(12):
        watch = view.watch_for(f"{number}", Order(Brief(text=f"song {number}")))
        watch.stage("playing")
    for number in range(12):
        watch.note(f"note {number}")
        view.ended(Ended(f"{number}", "done", result={"title": f"Title {number}", "file": "x", "duration_s": 60}))
        view.say(f"/shelf/{number}.mp3")
"""


def on_a_terminal(folder: Path, environment: Mapping[str, str]) -> Screen:
    """Run many songs with standard output and standard error on one real terminal."""
    ours, theirs = pty.openpty()
    size = {"COLUMNS": "60", "LINES": "10", "TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(
        [sys.executable, "-c", _A_RUN], stdout=theirs, stderr=theirs, env={**environment, **size}, cwd=folder
    )
    os.close(theirs)
    drawn = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while piece := os.read(ours, 65536):
            drawn += piece
    assert 0 == child.wait(30)
    os.close(ours)
    screen = Screen(60, 10)
    screen.write(drawn.decode())
    return screen


def test_results_and_table_share_a_terminal(tmp_path: Path, quiet_environment: Mapping[str, str]) -> None:
    coloured = {name: value for name, value in quiet_environment.items() if name != "NO_COLOR"}

    screen = on_a_terminal(tmp_path, coloured)

    expected = [
        line
        for number in range(12)
        for line in (f"song 11: note {number}", f"✓ “Title {number}” · 1:00", f"/shelf/{number}.mp3")
    ]
    assert ["Table", *expected] == screen.lines
    assert screen.has_cursor


def test_a_terminal_without_colour_gets_lines(tmp_path: Path, quiet_environment: Mapping[str, str]) -> None:
    screen = on_a_terminal(tmp_path, quiet_environment)

    assert "Plain" == screen.lines[0]
    assert ["songpipe: song 11: note 11", "songpipe: 12 of 12 · “Title 11” · 1:00", "/shelf/11.mp3"] == (
        screen.lines[-3:]
    )
