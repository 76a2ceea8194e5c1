"""The herald: what it tells is heard here and read by others, and who calls a song off is heard by it."""

from pathlib import Path

import pytest

from pipeline.cli.watching import Silent
from pipeline.engine.herald import FILE, Herald, news
from pipeline.errors import Interrupted


class Ears(Silent):
    """A watch that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def stage(self, name: str) -> None:
        self.told.append(name)

    def words(self, text: str) -> None:
        self.told.append(text)

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        self.told.append((fraction, label, left_s))

    def note(self, text: str) -> None:
        self.told.append(text)


def nobody_minds() -> None:
    """Let the song go on."""


def test_everything_is_passed_on(tmp_path: Path) -> None:
    ears = Ears()
    herald = Herald(ears, tmp_path, nobody_minds)

    herald.stage("writing")
    herald.words("I bur")
    herald.progress(0.5, "take 1", 20.0)
    herald.note("another model")

    assert ["writing", "I bur", (0.5, "take 1", 20.0), "another model"] == ears.told


def test_others_read_the_latest_news_a_second_or_two_later(tmp_path: Path) -> None:
    times = iter([100.0, 101.0, 102.0, 102.0])
    herald = Herald(Silent(), tmp_path / "song", nobody_minds, now=lambda: next(times))

    herald.stage("playing")
    begun = news(tmp_path / "song")
    herald.progress(0.1, "take 1", 90.0)  # a second later: not worth a write
    soon = news(tmp_path / "song")
    herald.progress(0.2, "take 1", 80.0)

    assert ({"stage": "playing", "label": "", "fraction": None, "left_s": None, "at": 100.0}, begun) == (
        begun,
        soon,
    )
    assert {"stage": "playing", "label": "take 1", "fraction": 0.2, "left_s": 80.0, "at": 102.0} == news(
        tmp_path / "song"
    )
    assert [FILE] == [path.name for path in (tmp_path / "song").iterdir()]


def test_a_song_that_was_called_off_stops_at_its_next_news_but_never_inside_a_reply(tmp_path: Path) -> None:
    def called_off() -> None:
        raise Interrupted("cancelled")

    herald = Herald(Silent(), tmp_path, called_off)

    herald.words("paid for")
    with pytest.raises(Interrupted):
        herald.stage("playing")
    with pytest.raises(Interrupted):
        herald.progress(None, "", None)


def test_news_that_cannot_be_left_fail_no_song(tmp_path: Path) -> None:
    (tmp_path / "song").write_text("in the way")

    Herald(Silent(), tmp_path / "song", nobody_minds).stage("writing")

    assert {} == news(tmp_path / "song")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")]
)
def test_damaged_news_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    assert {} == news(tmp_path)
