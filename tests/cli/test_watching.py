"""What a person sees: words as they come, a bar with the time left, and nothing dangerous."""

import io
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.cli.terminal import Live, Plain
from pipeline.cli.watching import Silent, watching
from pipeline.cli.wording import harmless


def terminal(width: int = 80) -> Console:
    """A terminal that keeps what was written to it."""
    return Console(file=io.StringIO(), force_terminal=True, width=width, highlight=False, markup=False)


def shown(console: Console) -> str:
    """What was written."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def plain(drawn: str) -> str:
    """The text of a drawing, without its commands to the terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn)


def test_long_lines_break_between_words() -> None:
    console = terminal(20)
    view = Live(console)

    for piece in ("one two thr", "ee four fi", "ve six ", "日本語日本語日本語 x"):
        view.words(piece)
    view.close()

    assert "one two three four \nfive six \n日本語日本語日本語 x\n" == plain(shown(console))


def test_a_note_never_sticks_to_a_line_of_the_song() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, no_color=True, highlight=False)
    view = Plain(console)

    view.words("the last line")
    view.note("take 1")

    assert "the last line\nsongpipe: take 1\n" == shown(console)


def test_the_words_are_shown_as_they_come() -> None:
    console = terminal()
    view = Live(console)

    view.stage("writing")
    for piece in ("I buried ", "your name\n", "in the [bold]yard[/bold]"):
        view.words(piece)
    view.close()

    assert "I buried your name\nin the [bold]yard[/bold]\n" in plain(shown(console))


def test_the_bar_tells_the_stage_and_the_time_left() -> None:
    console = terminal()
    view = Live(console)

    view.stage("playing")
    view.progress(0.5, "Decoding audio...", 75)
    time.sleep(0.15)  # a frame of the animation
    view.close()

    assert "Decoding audio..." in shown(console)
    assert "1:15 left" in shown(console)


def test_an_unknown_stage_and_a_late_progress_do_no_harm() -> None:
    console = terminal()
    view = Live(console)

    view.stage("dancing")
    view.progress(None, "…", None)
    view.note("a note")
    view.close()

    assert "a note" in shown(console)


@pytest.mark.parametrize("width", [20, 40, 200])
def test_narrow_terminals_are_fine(width: int) -> None:
    console = terminal(width)
    view = Live(console)

    view.stage("playing")
    view.progress(0.1, "Generating music (batch size: 1) with a very long explanation", 600)
    view.close()

    lines = re.split(r"[\r\n]+", plain(shown(console)))
    assert any("10:00 left" in line for line in lines)
    assert width >= max(len(line) for line in lines)


def test_text_of_a_model_cannot_drive_the_terminal() -> None:
    assert "[2Jredkept\n" == harmless("\x1b[2J\x07r\u202eed\x9bkept\n")


def test_a_pipe_gets_notes_only(capsys: pytest.CaptureFixture[str]) -> None:
    with watching({}) as view:
        view.stage("playing")
        view.words("la la")
        view.progress(0.5, "half", 3.0)
        view.note("take 1: it is \x1b[1msilent")

    assert ("", "songpipe: take 1: it is [1msilent\n") == capsys.readouterr()


def test_a_verbose_pipe_gets_the_stages_and_each_step_once(capsys: pytest.CaptureFixture[str]) -> None:
    with watching({"verbose": True}) as view:
        view.stage("playing")
        view.progress(0.5, "Decoding audio...", 75)
        view.progress(0.6, "Decoding audio...", 60)

    told = "songpipe: The band plays\nsongpipe: Decoding audio... · 50% · 1:15 left\n"
    assert told == capsys.readouterr().err


def test_a_terminal_without_colour_gets_words_and_each_step_once() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, no_color=True, highlight=False)
    view = Plain(console)

    view.words("la la\n")
    view.progress(0.5, "Decoding audio...", 75)
    view.progress(0.6, "Decoding audio...", 60)

    assert "la la\nsongpipe: Decoding audio... · 50% · 1:15 left\n" == shown(console)


def test_quiet_means_nobody_watches() -> None:
    with watching({"quiet": True}) as view:
        view.stage("writing")
        view.words("la")
        view.progress(0.5, "half", 3.0)
        view.note("a note")

    assert isinstance(view, Silent)


def on_a_terminal(arguments: list[str], environment: Mapping[str, str], folder: Path) -> str:
    """Run the command with a real terminal on standard error and give what it drew there."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *arguments],
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        env=dict(environment),
        cwd=folder,
    )
    os.close(theirs)
    drawn = b""
    while child.poll() is None or select.select([ours], [], [], 0.1)[0]:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                drawn += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
    child.wait(30)
    os.close(ours)
    return drawn.decode(errors="replace")


def test_a_real_terminal_sees_words_bar_and_summary(
    tmp_path: Path, quiet_environment: Mapping[str, str]
) -> None:
    coloured = {name: value for name, value in quiet_environment.items() if name != "NO_COLOR"} | {
        "TERM": "xterm"
    }

    drawn = on_a_terminal(["write", "--rehearse", "a lamp", "--duration", "10"], coloured, tmp_path)

    assert "LYRICS:" in drawn
    assert "The band plays" in drawn
    assert "a rehearsal, not a real take" in " ".join(plain(drawn).split())  # a long title breaks the line
    assert "\x1b[" in drawn


def test_no_color_is_obeyed_on_a_terminal(tmp_path: Path, quiet_environment: Mapping[str, str]) -> None:
    plain = {**quiet_environment, "TERM": "xterm"}

    drawn = on_a_terminal(["write", "--rehearse", "a lamp", "--duration", "10"], plain, tmp_path)

    assert "LYRICS:" in drawn
    assert "songpipe: The band plays" in drawn
    assert "\x1b" not in drawn
