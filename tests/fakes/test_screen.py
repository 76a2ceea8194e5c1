"""The screen shows what a terminal would."""

import pytest

from tests.fakes.screen import Screen


def seen(text: str, width: int = 20, height: int = 10) -> list[str]:
    """The lines after that was written."""
    screen = Screen(width, height)
    screen.write(text)
    return screen.lines


def test_lines_follow_each_other_and_colours_are_not_seen() -> None:
    assert ["one", "two"] == seen("\x1b[1mone\x1b[0m\r\ntwo\n")


def test_a_line_that_is_erased_and_written_again_shows_the_new_text_only() -> None:
    assert ["kept", "new"] == seen("kept\nolder text\r\x1b[2Knew")


def test_the_cursor_goes_up_but_never_above_the_screen() -> None:
    assert ["a", "B", "c"] == seen("a\nb\nc\x1b[9A\rB", height=2)


def test_a_letter_that_does_not_fit_goes_to_the_next_line() -> None:
    assert ["日本", "語x"] == seen("日本語x", width=5)


def test_a_hidden_cursor_is_noticed() -> None:
    screen = Screen(20, 10)

    screen.write("\x1b[?25l")

    assert not screen.has_cursor


@pytest.mark.parametrize("text", ["\x1b[2J", "\a", "\x1b]0;title", "\x9b"])
def test_what_else_drives_a_terminal_is_refused(text: str) -> None:
    with pytest.raises(AssertionError):
        seen(text)
