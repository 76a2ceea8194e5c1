"""A draft: a song as it was read, with what was mended on the way and where everything stood."""

from dataclasses import dataclass

from pipeline.song import Song


@dataclass(frozen=True, slots=True)
class Positions:
    """Line numbers (from 1) in the text that was read; `sections[i]` is the tag's, then each sung line's.

    0 means that the text had no such line (a tag that was supplied, a label that was missing).
    """

    title: int = 0
    prompt: int = 0
    sections: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A song, the repairs its text needed (a sentence each) and the positions of its parts."""

    song: Song
    repairs: tuple[str, ...] = ()
    positions: Positions = Positions()


class NoSong(Exception):  # noqa: N818 -- the field's word; it is a fault for the model, not an error for the user
    """The text holds no song. The message is written for the model that sent it.

    `refusal` is True when the text declines to write at all: another model is asked then.
    """

    def __init__(self, message: str, *, refusal: bool = False) -> None:
        super().__init__(message)
        self.refusal = refusal
