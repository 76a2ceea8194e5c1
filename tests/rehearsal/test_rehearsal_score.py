"""The score: what the band reads in lyrics, tempo, key and length."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rehearsal.melody import tune, vowel_letter
from pipeline.rehearsal.score import MAJOR, MINOR, Gig, read, write
from tests.rehearsal.conftest import LYRICS


def gig(**changes: object) -> Gig:
    usual: dict[str, object] = {
        "caption": "punk",
        "lyrics": LYRICS,
        "duration_s": 60.0,
        "bpm": 120,
        "key": "A minor",
        "time_signature": 4,
        "seed": 1,
    }
    return Gig(**{**usual, **changes})  # type: ignore[arg-type]


def test_sections_are_read_with_their_lines() -> None:
    kinds = [(kind, len(lines)) for kind, lines in read(LYRICS)]

    assert [("intro", 0), ("verse", 2), ("chorus", 2), ("bridge", 2), ("outro", 1)] == kinds


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("Verse 2 - chorus-like", "verse"),
        ("Pre-Chorus", "pre-chorus"),
        ("Final Chorus", "chorus"),
        ("HOOK", "chorus"),
        ("Guitar Solo", "break"),
        ("Instrumental Break", "break"),
        ("Breakdown", "bridge"),
        ("Song fades out", "outro"),
        ("Rap", "verse"),
    ],
)
def test_a_tag_names_a_kind_of_section(tag: str, kind: str) -> None:
    assert kind == read(f"[{tag}]\nla la\n[Outro]")[0][0]


def test_lines_before_any_tag_are_a_verse() -> None:
    assert (("verse", ("la la",)),) == read("\nla la\n")


@pytest.mark.parametrize("lyrics", ["", "[Instrumental]", "[inst]", "\n\n"])
def test_without_words_the_band_plays_the_usual_form(lyrics: str) -> None:
    kinds = [kind for kind, _ in read(lyrics)]

    assert ("intro", "outro") == (kinds[0], kinds[-1])
    assert kinds.count("chorus") == 3


@pytest.mark.parametrize(
    ("key", "tonic", "scale"),
    [
        ("A minor", 9, MINOR),
        ("Eb major", 3, MAJOR),
        ("F# minor", 6, MINOR),
        ("B♭ major", 10, MAJOR),
        ("Am", 9, MINOR),
        ("C", 0, MAJOR),
        ("no key", 9, MINOR),
    ],
)
def test_a_key_is_read(key: str, tonic: int, scale: tuple[int, ...]) -> None:
    score = write(gig(key=key))

    assert (tonic, scale) == (score.tonic, score.scale)


def test_bars_fill_the_duration_and_every_section_gets_some() -> None:
    score = write(gig())

    assert 30 == sum(passage.bars for passage in score.passages)
    assert ["intro", "verse", "chorus", "bridge", "outro"] == [passage.kind for passage in score.passages]


def test_a_short_song_leaves_its_last_sections_out() -> None:
    score = write(gig(duration_s=4.0))

    assert 2 == sum(passage.bars for passage in score.passages)
    assert "outro" not in [passage.kind for passage in score.passages]


@given(
    st.floats(min_value=0.5, max_value=600),
    st.integers(min_value=30, max_value=300),
    st.sampled_from([2, 3, 4, 6, 7]),
    st.lists(st.sampled_from(["[Verse]", "[Chorus]", "[Outro]", "la", ""]), max_size=40),
)
def test_the_bars_always_cover_the_duration_and_not_one_more(
    duration_s: float, bpm: int, meter: int, lines: list[str]
) -> None:
    score = write(gig(duration_s=duration_s, bpm=bpm, time_signature=meter, lyrics="\n".join(lines)))

    played = sum(passage.bars for passage in score.passages) * score.bar_s

    assert played >= duration_s - 1e-3
    assert played - score.bar_s < duration_s
    assert all(passage.bars == len(passage.degrees) >= 1 for passage in score.passages)


def test_the_last_two_bars_come_home() -> None:
    assert (0, 0) == write(gig()).passages[-1].degrees[-2:]


def test_what_is_left_open_is_chosen_by_the_seed() -> None:
    songs = {
        (score.bpm, score.tonic) for score in (write(gig(bpm=0, key="", seed=seed)) for seed in range(20))
    }

    assert len(songs) > 10
    assert write(gig(bpm=0, seed=5)) == write(gig(bpm=0, seed=5))


@pytest.mark.parametrize(
    ("caption", "feel"),
    [
        ("dark trip-hop", "broken"),
        ("deep house", "floor"),
        ("indie folk", "soft"),
        ("grunge", "driving"),
        ("", "driving"),
    ],
)
def test_the_caption_chooses_the_feel(caption: str, feel: str) -> None:
    assert feel == write(gig(caption=caption)).feel


@pytest.mark.parametrize(("meter", "beats"), [(2, 2), (3, 3), (4, 4), (6, 3), (5, 4)])
def test_the_meter_sets_the_beats_of_a_bar(meter: int, beats: int) -> None:
    assert beats == write(gig(time_signature=meter)).beats


def test_every_syllable_gets_a_note_of_the_scale() -> None:
    score = write(gig())
    verse = score.passages[1]

    notes = tune(score, verse)

    assert 7 + 9 == len(notes)
    assert {(note.midi - score.tonic) % 12 for note in notes} <= set(score.scale)


def test_notes_stay_inside_their_passage_and_do_not_overlap() -> None:
    score = write(gig())

    for passage in score.passages:
        notes = tune(score, passage)
        starts = [note.beat for note in notes]
        assert sorted(starts) == starts
        assert notes[-1].beat + notes[-1].beats <= passage.bars * score.beats
        assert all(one.beat + one.beats <= two.beat + 1e-9 for one, two in pairwise(notes))


def test_the_chorus_is_sung_higher_than_the_verse() -> None:
    higher = []
    for seed in range(10):
        score = write(gig(seed=seed))
        verse, chorus = (np.mean([note.midi for note in tune(score, score.passages[n])]) for n in (1, 2))
        higher.append(chorus > verse)

    assert sum(higher) >= 8


def test_the_same_kind_of_section_has_the_same_tune_when_it_returns() -> None:
    score = write(gig(lyrics="[Chorus]\nla la la\n[Verse]\nda da da\n[Chorus]\nla la la\n[Chorus]\nla la la"))
    choruses = [passage for passage in score.passages if passage.kind == "chorus"]

    assert tune(score, choruses[0])[0] == tune(score, choruses[1])[0]


def test_a_line_without_letters_is_sung_all_the_same() -> None:
    score = write(gig(lyrics="[Verse]\n…\n[Chorus]\nla"))

    assert 1 == len(tune(score, score.passages[0]))


@pytest.mark.parametrize(("vowels", "letter"), [("ea", "e"), ("y", "i"), ("ü", "a"), ("oo", "o")])
def test_a_group_of_vowels_is_sung_on_one(vowels: str, letter: str) -> None:
    assert letter == vowel_letter(vowels)
