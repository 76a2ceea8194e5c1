"""The wording of the command line: times, counts, and text from elsewhere that must not draw on the terminal."""

import unicodedata


def clock(seconds: float) -> str:
    """Write seconds as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def counted(number: int, what: str) -> str:
    """Write a number of things whose plural ends in s.

    >>> counted(1, "song"), counted(1200, "song")
    ('1 song', '1,200 songs')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def harmless(text: str) -> str:
    """Take away what could move the cursor or change the terminal: a model's text is not to be trusted."""
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co"}
    )
