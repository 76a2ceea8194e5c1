"""Cards are read in passing, from sidecars that anybody may have written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.library import cards, sidecar
from tests.fakes.shelved import song

PLAIN = json.loads(sidecar.text(song("abc123", "Porch Light", blend=["The Ferry"], rating=4)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda deeper: (
        st.lists(deeper, max_size=4) | st.dictionaries(st.sampled_from(list(PLAIN)), deeper, max_size=6)
    ),
    max_leaves=20,
)


def document(**changes: Any) -> bytes:
    """A sidecar with some of its keys changed."""
    return json.dumps({**PLAIN, "file": "a.mp3", **changes}).encode()


def test_a_card_holds_what_the_sidecar_says() -> None:
    card, texts = cards.read(document(), "2026/11", "a.song.json")

    assert (
        cards.Card(
            id="abc123",
            title="Porch Light",
            brief="a song",
            made_at="2026-11-22T10:00:00+01:00",
            duration_s=60.0,
            bpm=84,
            key="A minor",
            language="en",
            verdict="pass",
            rating=4,
            picked=False,
            rehearsal=False,
            blend=("The Ferry",),
            takes=1,
            file="2026/11/a.mp3",
            sidecar="2026/11/a.song.json",
        )
        == card
    )
    assert "[verse 1]\nleave the light" == texts.lyrics
    assert "the ferry" in texts.about


def test_what_was_asked_for_goes_before_what_the_writer_said() -> None:
    asked = {"text": "x", "bpm": 120, "key": "C major"}

    card, _ = cards.read(document(brief=asked), "2026/11", "a.song.json")

    assert (120, "C major") == (card.bpm, card.key)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[1]", "no song document"),
        (b'{"schema": "songpipe.song/2"}', "no song document"),
        (b"[" * 200_000, "nested too deeply"),
        (document(title=""), "'title' is missing"),
        (document(id=7), "'id' is missing"),
        (document(file="../../etc/passwd"), "leads out"),
        (document(file="/etc/passwd"), "leads out"),
        (document(file=".."), "leads out"),
        (document(file="a\\b.mp3"), "leads out"),
        (document(file="a\0b.mp3"), "leads out"),
    ],
)
def test_what_is_no_song_document_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        cards.read(content, "2026/11", "a.song.json")


@pytest.mark.parametrize("made_at", ["yesterday", "", "0001-01-01T00:00:00+14:00", "9" * 5000, None])
def test_a_song_without_a_readable_date_is_as_old_as_can_be(made_at: object) -> None:
    card, _ = cards.read(document(made_at=made_at), "2026/11", "a.song.json")

    assert card.made_s <= 0


@given(st.dictionaries(st.sampled_from(list(PLAIN)), JSON, max_size=8))
def test_no_document_breaks_the_reading(changes: dict[str, Any]) -> None:
    try:
        card, texts = cards.read(document(**changes), "2026/11", "a.song.json")
    except ValueError:
        return
    assert card.rating is None or 1 <= card.rating <= 5
    assert 0 <= card.duration_s <= 86_400
    assert all(text.encode() is not None for text in (card.title, card.brief, texts.title, texts.about))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("CAFÉ", "cafe"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Ærøskøbing", "aeroskobing"),
        ("Ещё", "еще"),
        ("plain Text", "plain text"),
        ("日本", " 日  本 "),
        ("서울", "서울"),
    ],
)
def test_accents_and_case_do_not_count(text: str, folded: str) -> None:
    assert folded == cards.folded(text)
