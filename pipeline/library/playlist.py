"""Playlists: M3U8, which every player reads. Pure."""

import os
from collections.abc import Iterable
from pathlib import Path

from pipeline.library.cards import Card
from pipeline.song import clean_line

NAMES = (".m3u8", ".m3u")
SIGN = "#EXTM3U"


def text(cards: Iterable[Card], output: Path, folder: Path, *, name: str, artist: str) -> str:
    """Write a playlist called `name` that shall lie in `folder`; paths are relative to that, with slashes.

    A title with a line break would end its line and could name any file, so titles become one clean line.
    """
    lines = [SIGN, f"#PLAYLIST:{clean_line(name)}"]
    for card in cards:
        path = _relative(output / card.file, folder)
        if "\n" not in path and "\r" not in path:  # no playlist can name a folder called so
            told = " - ".join(filter(None, [clean_line(artist), clean_line(card.title)]))
            lines += [f"#EXTINF:{round(card.duration_s)},{told}", path]
    return "\n".join(lines) + "\n"


def _relative(file: Path, folder: Path) -> str:
    """Give the way from a folder to a file; on another Windows drive there is none but the whole one."""
    try:
        path = Path(os.path.relpath(file.absolute(), folder.absolute())).as_posix()
    except ValueError:
        path = file.absolute().as_posix()
    return f"./{path}" if path.startswith("#") else path
