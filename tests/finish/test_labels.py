"""The labels say what is true about a track, and nothing else."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import labels
from pipeline.brief import LANGUAGES, Brief
from pipeline.labels import Labels
from pipeline.song import Section, Song
from pipeline.track import Track
from tests.fakes import tracks


def of(track: Track, album: str = "") -> Labels:
    return labels.of(track, lyrics="[Verse 1]\nthe words", artist="Night Kettle", album=album)


def song(*sections: Section, title: str = "", prompt: str = "folk") -> Song:
    return Song(prompt=prompt, sections=sections, title=title)


def titled(written: Song, brief: str = "a lighthouse keeper", wished: str | None = None) -> str:
    return labels.title(tracks.words(written), Brief(text=brief, title=wished))


def test_a_track_is_told_field_by_field() -> None:
    told = of(tracks.track())

    expected = Labels(
        title="Porch Light",
        artist="Night Kettle",
        album="Songs 2026",
        album_artist="Night Kettle",
        date="2026-11-22",
        genres=("Trip-Hop",),
        bpm=84,
        key="Am",
        language="eng",
        lyrics="[Verse 1]\nthe words",
        comment="AI-generated music (acestep-v15-turbo) made with songpipe; lyrics: maker/model-1.",
        encoded_by="songpipe 0.1.0",
        lyricist="maker/model-1",
        prompt=tracks.SONG.prompt,
        seed="7",
        model="acestep-v15-turbo",
        writer="maker/model-1",
        task_id="task-1",
        brief="insomnia trip-hop",
        server="http://band.example:8001",
        parameters='{"duration_s":60.0,"thinking":true}',
        song_id="k3f9a2p7q8r9s0tv",
        templates="ab" * 32,
        picked=False,
        digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        ai_contribution="vocals;instrumentation;composition;lyrics",
    )
    assert expected == told


def test_that_a_machine_made_it_cannot_be_switched_off() -> None:
    assert of(tracks.track()).ai_generated is True
    assert "ai_generated" not in {field.name for field in fields(Labels) if field.init}


def test_the_chosen_take_gives_seed_and_task() -> None:
    told = of(tracks.track(tracks.take(1), tracks.take(2), chosen_take=2))

    assert ("8", "task-2") == (told.seed, told.task_id)


def test_the_users_album_is_kept() -> None:
    assert of(tracks.track(), album="Kettle Songs").album == "Kettle Songs"


def test_a_rehearsal_is_marked_wherever_it_can_be_seen() -> None:
    told = of(tracks.track(rehearsal=True), album="Kettle Songs")

    assert told.rehearsal
    assert told.album == "Kettle Songs (rehearsal)"
    assert told.comment.startswith("Rehearsal: ")
    assert told.digital_source_type.endswith("/algorithmicMedia")


def test_words_that_a_person_wrote_are_not_called_generated() -> None:
    told = of(tracks.track(words=tracks.words(model="", attempts=())))

    assert told.ai_contribution == "vocals;instrumentation;composition"
    assert told.comment.endswith("lyrics: a person.")
    assert (told.lyricist, told.writer) == ("", "")


def test_an_instrumental_claims_neither_voice_nor_words() -> None:
    told = of(tracks.track(words=tracks.words(tracks.INSTRUMENTAL)))

    assert told.ai_contribution == "instrumentation;composition"
    assert (told.language, told.lyrics, told.lyricist) == ("zxx", "", "")
    assert told.comment.endswith("lyrics: none.")
    assert told.writer == "maker/model-1"  # the style prompt is the model's


def test_what_the_brief_asks_goes_before_what_the_draft_says() -> None:
    told = of(tracks.track(brief=Brief(text="waltz", bpm=120, key="Eb major")))

    assert (120, "Eb") == (told.bpm, told.key)


def test_a_server_that_names_no_model_is_not_given_one() -> None:
    take = tracks.take()
    silent = replace(take, recording=replace(take.recording, server_says={"dit_model": None}))

    told = of(tracks.track(silent))

    assert told.model == ""
    assert told.comment.startswith("AI-generated music (ACE-Step) made")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_of_the_brief_has_three_letters(language: str) -> None:
    code = of(tracks.track(language=language)).language

    assert len(code) == 3
    assert (code == "XXX") == (language == "unknown")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("A minor", "Am"),
        ("C# minor", "C#m"),
        ("Eb major", "Eb"),
        ("", ""),
    ],
)
def test_a_key_is_spelled_as_id3_has_it(key: str, expected: str) -> None:
    keyed = replace(tracks.SONG, key=key)

    assert expected == of(tracks.track(words=tracks.words(keyed))).key


def test_parameters_are_one_compact_line_of_json() -> None:
    told = of(tracks.track(parameters={"b": [1, 2], "a": "ä"}))

    assert told.parameters == '{"a":"\\u00e4","b":[1,2]}'
    assert json.loads(told.parameters) == {"a": "ä", "b": [1, 2]}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Dark trip-hop, vinyl crackle", ("Trip-Hop",)),
        ("dark trip hop over dusty drums", ("Trip-Hop",)),
        ("minimal R&B, silky ethereal vocals", ("R&B",)),
        (
            "Dark alternative rock with 90s grunge influence, then industrial rock",
            ("Alternative Rock", "Grunge", "Industrial Rock"),
        ),
        ("lofi hiphop, jazz, funk, disco", ("Lo-Fi Hip-Hop", "Jazz", "Funk")),
        ("rock that rocks: rock, ROCK and more rock", ("Rock",)),
        ("folk-inflected, scraping metal, an empty house, trap-influenced drums, poppy", ()),
        ("", ()),
    ],
)
def test_genres_are_the_known_names_in_the_prompt(prompt: str, expected: tuple[str, ...]) -> None:
    assert expected == labels.genres(prompt)


@given(st.text(max_size=300))
def test_any_prompt_gives_at_most_three_different_genres(prompt: str) -> None:
    found = labels.genres(prompt)

    assert len(found) <= 3
    assert len(found) == len(set(found))


CHORUS = Section(
    "Chorus", "", ("Burn the quiet down", "We were never here", "Burn the quiet down", "Ashes in the choir")
)


def test_the_title_of_the_brief_comes_first() -> None:
    assert titled(song(CHORUS, title="Choir"), wished=" My\u202e Own ") == "My Own"


def test_the_title_of_the_draft_comes_second() -> None:
    assert titled(song(CHORUS, title="Choir"), wished="  ") == "Choir"


def test_the_line_that_a_chorus_repeats_is_the_title() -> None:
    assert titled(song(Section("Verse", "", ("Copper rain",)), CHORUS)) == "Burn the quiet down"


def test_a_chorus_without_repetition_gives_its_last_line() -> None:
    chorus = Section("Chorus 1", "", ("Leave the light on,", "(oh) I am almost home..."))

    assert titled(song(chorus, replace(chorus, tag="Chorus 2"))) == "I am almost home"


def test_without_a_chorus_the_first_line_is_the_title() -> None:
    assert titled(song(Section("Verse", "", ("“Copper rain,”", "second")))) == "Copper rain"


def test_without_words_the_brief_is_the_title() -> None:
    assert titled(tracks.INSTRUMENTAL) == "a lighthouse keeper"


def test_a_long_line_is_cut_between_words() -> None:
    line = "I counted every single street lamp from the harbour to the hills and back again"

    assert (
        titled(song(Section("Verse", "", (line,))))
        == "I counted every single street lamp from the harbour to the"
    )


def test_a_line_without_spaces_is_cut_all_the_same() -> None:
    assert titled(tracks.INSTRUMENTAL, brief="x" * 300) == "x" * 60


def test_marks_alone_are_no_title() -> None:
    assert titled(song(Section("Chorus", "", ("(ooh)",))), brief="…") == "Untitled"


@given(brief=st.text(max_size=200).map("a{}".format), wished=st.text(max_size=200))
def test_a_title_is_always_one_clean_line(brief: str, wished: str) -> None:
    made = titled(tracks.INSTRUMENTAL, brief=brief, wished=wished)

    assert made == " ".join(made.split()) != ""
    assert made.isprintable()
