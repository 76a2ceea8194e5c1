"""A song comes back out of its labels, and nothing else does."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import labels
from pipeline.brief import Brief
from pipeline.errors import InputError
from pipeline.labels import Labels
from pipeline.library.reissue import author_of, draft_of, settings_of
from pipeline.song import Section, Song, clean_line
from pipeline.track import Author
from pipeline.writing import parse, render
from tests.fakes import tracks

PARAMETERS = {
    "audio_format": "flac",
    "batch_size": 1,
    "bpm": 96,
    "duration_s": 61.5,
    "guidance_scale": 7.0,
    "inference_steps": 8,
    "key": "C# minor",
    "language": "de",
    "seed": 3,
    "thinking": False,
    "time_signature": 3,
}


def told(song: Song = tracks.SONG, **parameters: Any) -> Labels:
    track = tracks.track(words=tracks.words(song), parameters=PARAMETERS | parameters)
    return labels.of(track, lyrics=render.lyrics(song), artist="Night Kettle")


def words(found: Labels) -> Song:
    return parse.song(draft_of(found)[0]).song


def test_words_and_sound_come_back() -> None:
    song = words(told())

    assert (tracks.SONG.sections, tracks.SONG.prompt, "Porch Light") == (
        song.sections,
        song.prompt,
        song.title,
    )


def test_the_brief_plays_it_as_it_was_played() -> None:
    _, fields = draft_of(told())

    expected = {
        "text": "insomnia trip-hop",
        "duration": 61.5,
        "language": "de",
        "seed": 7,  # the take's own, not the job's
        "bpm": 96,
        "key": "C# minor",
        "time_signature": 3,
    }
    assert expected == fields
    assert Brief(**fields)


def test_the_settings_come_back_as_assignments() -> None:
    expected = (
        "acestep.thinking=false",
        "acestep.inference_steps=8",
        "acestep.guidance_scale=7.0",
        "acestep.audio_format=flac",
    )
    assert expected == settings_of(told())


def test_who_wrote_it_comes_back() -> None:
    assert Author("maker/model-1", "ab" * 32) == author_of(told())


@pytest.mark.parametrize("templates", ["", "ab" * 31, "ab" * 33, "AB" * 32, "../" * 20, "ab" * 32 + "\n"])
def test_an_author_that_makes_no_sense_is_cleaned(templates: str) -> None:
    strange = replace(told(), writer="maker\x1b[31m/" + "m" * 5000, templates=templates)

    author = author_of(strange)

    assert (True, "") == (author.model.isprintable(), author.prompts_hash)
    assert 200 >= len(author.model)


def test_an_instrumental_stays_one() -> None:
    found = told(tracks.INSTRUMENTAL)

    assert True is draft_of(found)[1]["instrumental"]
    assert () == words(found).lines


def test_lyrics_that_were_edited_otherwise_are_read_as_a_draft_is() -> None:
    edited = replace(told(), lyrics="**Verse 1**\r\nthe kettle sings\r\n\r\n(Chorus)\r\nleave the light on")

    assert ["Verse 1", "Chorus"] == [section.tag for section in words(edited).sections]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Labels(), "no song of songpipe"),
        (Labels(prompt="folk", lyrics="[Verse]\nla"), "no song of songpipe"),
        (replace(told(), lyrics=""), "lyrics are gone"),
        (replace(told(), lyrics="la " * 100_000), "too long"),
        (replace(told(), prompt="x" * 30_000), "too long"),
        (replace(told(), lyrics="[Verse]\n" + "la\n" * 5000), "make no song"),
        (replace(told(), lyrics="\n \n"), "make no song"),
    ],
)
def test_what_is_no_song_is_refused(found: Labels, why: str) -> None:
    with pytest.raises(InputError, match=why):
        draft_of(found)


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "no json",
        "[" * 9000,
        "[1, 2]",
        "9" * 5000,
        '{"duration_s": NaN, "bpm": Infinity}',
        '{"duration_s": "auto or so", "bpm": true, "key": ["A minor"], "seed": -1, "language": {"a": 1}}',
        '{"duration_s": 1e9, "bpm": 5, "key": "H moll", "time_signature": 5, "language": "../en"}',
    ],
)
def test_parameters_that_make_no_sense_are_ignored(parameters: str) -> None:
    _, fields = draft_of(replace(told(), parameters=parameters))

    expected = {"text": "insomnia trip-hop", "seed": 7, "bpm": 84, "key": "Am", "language": "en"}
    assert expected == fields


def test_settings_that_make_no_sense_are_ignored() -> None:
    bad = {
        "thinking": 1,
        "inference_steps": 10**9,
        "guidance_scale": True,
        "audio_format": "exe; rm",
        "urls": ["http://evil.example"],
    }

    assert () == settings_of(replace(told(), parameters=json.dumps(bad)))


@pytest.mark.parametrize("seed", ["", "-1", "9" * 10, "1e3", "٣", "9" * 5000])
def test_a_seed_that_is_none_is_the_jobs_or_none(seed: str) -> None:
    _, fields = draft_of(replace(told(), seed=seed))

    assert fields.get("seed") in {3, None}


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LINES = TEXT.map(clean_line).filter(bool)
TAGS = st.sampled_from(["Verse 1", "Chorus", "Bridge", "Outro", "The Long Way"])


@given(
    st.lists(
        st.builds(Section, TAGS, st.sampled_from(["", "whispered"]), st.lists(LINES, max_size=4).map(tuple)),
        min_size=1,
        max_size=5,
    ),
)
def test_any_words_come_back_exactly(sections: list[Section]) -> None:
    song = Song("dark trip-hop", tuple(sections), "Porch Light")
    found = told(song)

    if song.lines:
        assert song.sections == words(found).sections


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(PARAMETERS)), inner),
    max_leaves=8,
)


@given(TEXT, TEXT, TEXT, TEXT, TEXT, st.dictionaries(st.sampled_from(sorted(PARAMETERS)), JSON))
def test_any_tags_give_a_draft_and_a_brief_that_can_be_used(
    prompt: str, lyrics: str, title: str, brief: str, seed: str, parameters: dict[str, Any]
) -> None:
    found = Labels(
        prompt=prompt,
        lyrics=lyrics,
        title=title,
        brief=brief,
        seed=seed,
        song_id="x",
        parameters=json.dumps(parameters),
    )

    try:
        text, fields = draft_of(found)
    except InputError:
        return

    assert parse.song(text).song.sections
    assert Brief(**fields)
    assert all(one.startswith("acestep.") for one in settings_of(found))
