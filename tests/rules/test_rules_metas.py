"""Tempo, key and length inside a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.song import clean_line
from pipeline.writing.rules import metas


@pytest.mark.parametrize(
    ("prompt", "rest", "bpm"),
    [
        ("dark trip-hop, 84 BPM, sparse", "dark trip-hop, sparse", 84),
        ("dark trip-hop at 84 bpm", "dark trip-hop", 84),
        ("dark trip-hop (84bpm).", "dark trip-hop.", 84),
        ("70-75 BPM, dark", "dark", 70),
        ("BPM: 120. Dark trip-hop", "Dark trip-hop", 120),
        ("played at a tempo of 96, dark", "played, dark", 96),
        ("house, around 124 beats per minute; warm", "house; warm", 124),
        ("dark, 20 BPM", "dark", None),  # nobody plays that
        ("dark, 92.5 BPM, sparse", "dark, sparse", 92),
    ],
)
def test_a_tempo_moves_out(prompt: str, rest: str, bpm: int | None) -> None:
    assert rest == metas.without(prompt)
    assert bpm == metas.bpm(metas.find(prompt))


@pytest.mark.parametrize(
    ("prompt", "rest", "key"),
    [
        ("dark trip-hop in A minor, sparse", "dark trip-hop, sparse", "A minor"),
        ("dark trip-hop in the key of F# minor", "dark trip-hop", "F# minor"),
        ("Key: Bb. Dark", "Dark", "Bb major"),
        ("D Major, bright", "bright", "D major"),
        ("bright, A major.", "bright.", "A major"),
        ("dark, E-flat minor key, sparse", "dark, sparse", "Eb minor"),
        ("dark, in Cm, sparse", "dark, sparse", "C minor"),
        ("dark, C♯ minor", "dark", "C# minor"),
    ],
)
def test_a_key_moves_out(prompt: str, rest: str, key: str) -> None:
    assert rest == metas.without(prompt)
    assert key == metas.key(metas.find(prompt))


@pytest.mark.parametrize(
    ("prompt", "rest"),
    [
        ("dark trip-hop, 4 minutes long, sparse", "dark trip-hop, sparse"),
        ("Duration: 3:30. Dark", "Dark"),
        ("length of 240 s, dark", "dark"),
        ("dark, 3 minutes, sparse", "dark, sparse"),
        ("a 4-minute epic", "a"),
        ("dark, 3:30.", "dark."),
    ],
)
def test_a_length_is_removed(prompt: str, rest: str) -> None:
    assert rest == metas.without(prompt)
    assert metas.bpm(metas.find(prompt)) is None
    assert "" == metas.key(metas.find(prompt))


@pytest.mark.parametrize(
    "prompt",
    [
        "the song must hook the listener in the first 10 seconds",
        "a 10-second drone before the beat",
        "slow tempo, 90s grunge influence",
        "mid-tempo 80s synths",
        "up-tempo 80's drums",
        "A major shift in dynamics after the bridge",
        "a minor detail, a major key change",
        "opens with a stark C minor chord",
        "opens on an A minor arpeggio",
        "808 bass, TR-909 drums, 4/4 kick",
        "Key elements: dust and tape",
        "the key of everything is silence",
        "half-time drums enter after 8 bars",
        "plan B minorly changed",
    ],
)
def test_ordinary_words_of_style_stay(prompt: str) -> None:
    assert () == metas.find(prompt)
    assert prompt == metas.without(prompt)


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("dark , , sparse", "dark, sparse"),
        ("dark ( ) end .", "dark end."),
        (", dark,", "dark"),
        (". Dark", "Dark"),
        ("dark, .", "dark."),
        ("Dark. , sparse", "Dark. sparse"),
        ("wait ... what", "wait... what"),
    ],
)
def test_gaps_are_closed(text: str, tidied: str) -> None:
    assert tidied == metas.tidy(text)


@given(st.text(alphabet="at ABG#bm90120 BPMkeyof:,.()minor3major-", max_size=60).map(clean_line))
def test_what_was_taken_out_is_gone_and_the_rest_is_clean(prompt: str) -> None:
    rest = metas.without(prompt)

    assert () == metas.find(rest)
    assert rest == clean_line(rest)
    assert rest == metas.without(rest)


def test_phrases_nested_too_deep_are_left() -> None:
    nested = "84 " * 12 + "BPM " * 12

    assert "84 84 84 84 BPM BPM BPM BPM" == metas.without(nested.strip())
