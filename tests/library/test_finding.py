"""A song is found by what a person calls it; what is not there gets an answer that helps."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.library import finding
from pipeline.library.index import Index
from tests.fakes.shelved import song, write


@pytest.fixture
def index(output: Path) -> Iterator[Index]:
    """A library of five songs."""
    write(output, song("k3f9a2p7q8r9s0tv", "Porch Light"))
    write(output, song("k3f9zzp7q8r9s0tv", "Porch Light at Night", made_at="2026-11-21T10:00:00+01:00"))
    write(output, song("m111111111111111", "Harbour", lyrics="porch", made_at="2026-10-01T10:00:00+01:00"))
    write(output, song("n222222222222222", "Ümläut Café", made_at="2026-09-01T10:00:00+01:00"))
    salted = '(Again) Don\'t Look, "Salt"—un_der'
    write(output, song("p333333333333333", salted, made_at="2026-08-01T10:00:00+01:00"))
    with Index(output) as opened:
        opened.refresh()
        yield opened


@pytest.mark.parametrize(
    ("called", "title"),
    [
        ("k3f9a2p7q8r9s0tv", "Porch Light"),
        ("k3f9a2", "Porch Light"),
        ("K3F9A2", "Porch Light"),
        ("porch light", "Porch Light"),
        ("PORCH  LIGHT", "Porch Light"),
        ("night", "Porch Light at Night"),
        ("porch nig", "Porch Light at Night"),
        ("umlaut cafe", "Ümläut Café"),
        ("harb", "Harbour"),
        ("2026/10/2026-10-01-harbour-m11111.mp3", "Harbour"),
        ("2026-10-01-harbour-m11111.mp3", "Harbour"),
        ("2026-10-01-harbour-m11111", "Harbour"),
        ("2026-10-01-harbour-m11111.song.json", "Harbour"),
        ("2026-10-01-harbour-m11111.cover.jpg", "Harbour"),
        ("2026/10/2026-10-01-harbour-m11111.takes/take-1.mp3", "Harbour"),
    ],
)
def test_a_song_is_found_by_id_title_or_file(called: str, title: str, index: Index) -> None:
    assert title == finding.song(index, called).title


@pytest.mark.parametrize(
    "called",
    [
        "again",
        "(again)",
        "look",
        "don't",
        "don look",
        "salt",
        '"salt"',
        "salt again",
        "un der",
        "un_der",
        "again don't look salt un der",
        '(Again) Don\'t Look, "Salt"—un_der',
        "AGAIN, DON'T LOOK: SALT",
    ],
)
def test_a_song_is_found_by_words_that_touch_punctuation(called: str, index: Index) -> None:
    assert "p333333333333333" == finding.song(index, called).id


def test_a_title_with_other_punctuation_is_that_very_title(index: Index, output: Path) -> None:
    write(output, song("q444444444444444", "Again", made_at="2026-07-01T10:00:00+01:00"))
    index.refresh()

    assert "q444444444444444" == finding.song(index, "again!").id


def test_a_path_is_taken_from_where_one_stands(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(index.output / "2026" / "10")

    assert "Harbour" == finding.song(index, "./2026-10-01-harbour-m11111.mp3").title
    assert "Harbour" == finding.song(index, f"{index.output}/2026/10/2026-10-01-harbour-m11111.mp3").title
    assert "Harbour" == finding.song(index, "../10/2026-10-01-harbour-m11111.mp3").title


@pytest.mark.parametrize("way", ["2026/11/../10", "2026/10/./../../2026/10", "../output/2026/10"])
def test_a_path_may_go_up_and_down(way: str, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(index.output)
    name = "2026-10-01-harbour-m11111"

    assert "Harbour" == finding.song(index, f"{way}/{name}.mp3").title
    assert "Harbour" == finding.song(index, f"{index.output}/{way}/{name}.takes/take-1.mp3").title


def test_the_output_may_be_named_by_a_way_up_and_down(index: Index) -> None:
    with Index(index.output / ".." / "output") as roundabout:
        file = index.output / "2026" / "10" / "2026-10-01-harbour-m11111.mp3"

        assert "Harbour" == finding.song(roundabout, str(file)).title


@pytest.mark.parametrize(
    ("called", "near"),
    [
        ("porsch light", "Porch Light"),
        ("harbor", "Harbour"),
        ("again dont look salt", "p333333333333333"),
        ("cafe umlaute", "Ümläut Café"),
        ("zzzzzz", "songpipe library list"),
        ("../../etc/passwd", "songpipe library list"),
        ("*", "songpipe library list"),
        ("", "songpipe library list"),
        ("\0", "songpipe library list"),
    ],
)
def test_an_unknown_song_is_told_with_what_is_near(called: str, near: str, index: Index) -> None:
    with pytest.raises(InputError, match="there is no song") as told:
        finding.song(index, called)

    assert near in told.value.hint


def test_a_whole_id_is_no_beginning_of_another(output: Path) -> None:
    write(output, song("abc123", "Short"))
    write(output, song("abc123456", "Long", made_at="2026-11-21T10:00:00+01:00"))

    with Index(output) as index:
        index.refresh()

        assert ["Short", "Long"] == [finding.song(index, called).title for called in ("abc123", "abc1234")]


@pytest.mark.parametrize("called", ["k3f9", "porch"])
def test_what_may_be_several_songs_is_not_guessed(called: str, index: Index) -> None:
    with pytest.raises(InputError, match="any of 2 songs") as told:
        finding.song(index, called)

    assert "k3f9a2p7q8r9s0tv 'Porch Light'" in told.value.hint
    assert "k3f9zzp7q8r9s0tv" in told.value.hint
