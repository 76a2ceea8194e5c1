"""Playlists name files as players read them, whatever songs are called."""

from pathlib import Path

import pytest

from pipeline.library import playlist
from pipeline.library.cards import Card

OUTPUT = Path("/music/output")


def card(title: str, file: str = "2026/11/a.mp3", duration_s: float = 61.4) -> Card:
    return Card(
        "id", title, "", "", duration_s, None, "", "", "pass", None, False, False, (), 1, file, "2026/11/a.song.json"
    )  # fmt: skip


def test_a_playlist_names_each_song_with_its_length() -> None:
    text = playlist.text([card("Porch Light")], OUTPUT, Path("/music"), name="best", artist="Nobody")

    assert "#EXTM3U\n#PLAYLIST:best\n#EXTINF:61,Nobody - Porch Light\noutput/2026/11/a.mp3\n" == text


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("/music/output", "2026/11/a.mp3"),
        ("/music/lists/deep", "../../output/2026/11/a.mp3"),
        ("/", "music/output/2026/11/a.mp3"),
    ],
)
def test_paths_are_relative_to_the_playlist(folder: str, path: str) -> None:
    text = playlist.text([card("a")], OUTPUT, Path(folder), name="", artist="")

    assert path == text.splitlines()[-1]


def test_a_title_cannot_add_a_line() -> None:
    text = playlist.text(
        [card("a\nfile:///etc/passwd\r\x0b\u2028b")], OUTPUT, OUTPUT, name="n\n#x", artist=""
    )

    assert 4 == len(text.splitlines())
    assert "#PLAYLIST:n #x" in text


def test_a_path_that_a_player_would_take_for_a_comment_is_spelled_otherwise() -> None:
    text = playlist.text([card("a", "#1/a.mp3")], OUTPUT, OUTPUT, name="", artist="")

    assert "./#1/a.mp3" == text.splitlines()[-1]


def test_a_path_that_would_be_two_lines_is_left_out() -> None:
    text = playlist.text([card("a")], Path("/music/out\nput"), Path("/music"), name="x", artist="")

    assert "#EXTM3U\n#PLAYLIST:x\n" == text
