"""Words against tokens and seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.song import Section, Song
from pipeline.writing import fit

LINE = "one two three four five six"


def song(*sections: Section, bpm: int | None = None) -> Song:
    return Song("", sections, bpm=bpm)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a" * 37, 10),
        ("a", 1),
        ("Чай" * 5, 10),
        ("水壶在四点响", 6),
        ("주전자", 3),
        ("é" * 3, 3),
    ],
)
def test_tokens_are_estimated_by_script(text: str, tokens: int) -> None:
    assert tokens == fit.tokens(text)


def test_seven_hundred_latin_characters_fit_into_a_caption() -> None:
    assert fit.tokens("a" * 700) <= fit.CAPTION_TOKENS < fit.tokens("a" * 710)


@given(st.text(), st.text())
def test_more_text_never_takes_fewer_tokens(text: str, more: str) -> None:
    assert fit.tokens(text) <= fit.tokens(text + more) <= fit.tokens(text) + fit.tokens(more)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", 0),
        ("the kettle's on", 3),
        ("don’t — not tonight!", 3),
        ("re-read it", 3),
        ("水壶在四点响", 3),
        ("水壶 in the hall", 4),
        ("やかんが", 2),
        ("...", 0),
    ],
)
def test_words_are_counted_as_they_are_sung(line: str, words: int) -> None:
    assert words == fit.words([line])


def test_the_range_of_words_grows_with_the_seconds() -> None:
    assert (87, 300) == fit.word_range(240)
    assert (22, 75) == fit.word_range(60)


def test_sparse_words_take_the_time_of_breathing() -> None:
    twenty_words = Section("Verse", "", (LINE,) * 20)

    assert 144.0 == fit.duration_for(song(twenty_words))  # 120 words / 1.25 per second x 1.5


def test_short_lines_take_three_seconds_each() -> None:
    assert 90.0 == fit.duration_for(song(Section("Verse", "", ("salt rust",) * 30)))


def test_empty_sections_are_played_for_their_bars_at_the_tempo() -> None:
    verse = Section("Verse", "", (LINE,) * 20)  # 96 s sung

    solo = fit.duration_for(song(verse, Section("Guitar Solo"), Section("Instrumental Break"), bpm=120))
    fade = fit.duration_for(song(verse, *[Section("Build-Up")] * 3, Section("Fade Out"), bpm=60))

    assert 96 + 2 * 16 * 2 == solo
    assert 96 + (3 * 8 + 4) * 4 == fade


def test_a_piece_without_words_lasts_as_long_as_its_sections_or_two_minutes() -> None:
    assert 120.0 == fit.duration_for(song(Section("Instrumental")))
    assert 192.0 == fit.duration_for(song(*[Section("Verse")] * 10, bpm=100))


def test_a_duration_stays_within_a_minute_and_eight() -> None:
    assert 60.0 == fit.duration_for(song(Section("Verse", "", ("salt",))))
    assert 480.0 == fit.duration_for(song(Section("Verse", "", (LINE,) * 900)))


def test_words_of_a_fitted_song_are_within_the_range_of_its_duration() -> None:
    for lines in (15, 30, 60, 90):
        fitted = song(Section("Verse", "", (LINE,) * lines))
        least, most = fit.word_range(fit.duration_for(fitted))
        assert least <= fit.words(fitted.lines) <= most
