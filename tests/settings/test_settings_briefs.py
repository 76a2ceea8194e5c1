"""Claims about brief files: every song becomes a brief, and every fault names its line."""

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.brief import Brief
from pipeline.errors import BriefError, InputError, SettingsError
from pipeline.settings import briefs
from pipeline.settings.yaml import parse

CONTRACT = """\
defaults: {duration: 180, takes: 2}
songs:
  - insomnia trip-hop
  - brief: a lighthouse keeper's last night on duty
    blend: [The XX, Nine Inch Nails]
    duration: 240
    seed: 7
"""


def from_text(text: str) -> tuple[Brief, ...]:
    return tuple(brief for _, brief in briefs.from_yaml(parse(text, "b.yaml"), most_combinations=200))


def test_the_file_of_the_contract_becomes_its_two_briefs(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(CONTRACT)

    assert (
        Brief(text="insomnia trip-hop", duration=180, takes=2),
        Brief(
            text="a lighthouse keeper's last night on duty",
            blend=("The XX", "Nine Inch Nails"),
            duration=240,
            takes=2,
            seed=7,
        ),
    ) == tuple(brief for _, brief in briefs.read(path, 200))


def test_every_option_of_a_brief_may_stand_in_the_file() -> None:
    (brief,) = from_text(
        "songs:\n- {brief: x, duration: auto, takes: 3, seed: 1, models: [a], language: DE,"
        " instrumental: true, bpm: 90, key: am, time_signature: 3, blend: [Y], title: T}"
    )

    assert set(Brief.model_fields) == brief.model_fields_set
    assert ("auto", "de", "A minor", ("a",)) == (brief.duration, brief.language, brief.key, brief.models)


def test_the_command_lines_spellings_are_understood() -> None:
    (brief,) = from_text("songs:\n- {brief: x, model: m, blend: The XX, time-signature: 6}")

    assert (("m",), ("The XX",), 6) == (brief.models, brief.blend, brief.time_signature)


def test_a_null_option_takes_back_the_default() -> None:
    (brief,) = from_text("defaults: {bpm: 90, takes: 4}\nsongs:\n- {brief: x, bpm: null, takes: }")

    assert Brief(text="x") == brief


def test_norwegian_is_a_language_and_no_boolean() -> None:
    (brief,) = from_text("songs:\n- {brief: x, language: no}")

    assert "no" == brief.language


def test_a_song_overrides_a_default_in_another_spelling() -> None:
    (brief,) = from_text("defaults: {model: a}\nsongs: [{brief: x, models: [b, c]}]")

    assert ("b", "c") == brief.models


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "needs 'songs:'"),
        ("- a song", 1, "needs 'songs:'"),
        ("defaults: {takes: 2}", 1, "needs 'songs:'"),
        ("{}", 1, "needs 'songs:'"),
        ("\nsongs:", 2, "'songs' must be a list"),
        ("songs: []", 1, "at least one song"),
        ("songs: insomnia", 1, "'songs' must be a list"),
        ("song:\n- x", 1, "unknown key 'song'; the nearest is 'songs'"),
        ("songs: [x]\nxyzzy: 1", 2, "unknown key 'xyzzy'; known here: defaults, songs, matrix"),
        ("defaults: 3\nsongs: [x]", 1, "'defaults' must be keys with values, not 3"),
        ("defaults:\n  takes: 99\nsongs: [x]", 2, "takes 99: must be from 1 to 16"),
        ("defaults:\n  brief: y\nsongs: [x]", 2, "unknown key 'brief'"),
        ("songs:\n- x\n- 1984", 3, "not 1984; put it in quotes"),
        ("songs:\n- [x]", 2, "a song must be a line of text or keys with values, not a list"),
        ("songs:\n- ", 2, "not nothing"),
        ("songs:\n- ' '", 2, "brief: the brief is empty"),
        ("songs:\n- brief: 7", 2, "brief 7: must be text that says what the song is about; put it in quotes"),
        ("songs:\n- brief:", 2, "brief nothing: must be text"),
        ("songs:\n- duration: 60", 2, "this song has no 'brief'"),
        ("songs:\n- brief: x\n  duratoin: 60", 3, "unknown key 'duratoin'; the nearest is 'duration'"),
        ("songs:\n- brief: x\n  duration: 5", 3, "duration 5: must be from 10 to 600 seconds, or auto"),
        (
            "songs:\n- brief: x\n  duration: '60'",
            3,
            "duration '60': must be from 10 to 600 seconds, or auto; write it without",
        ),
        (
            "songs:\n- brief: x\n  title: 1984",
            3,
            "title 1984: must be text of at most 200 characters; put it in quotes",
        ),
        (
            "songs:\n- brief: x\n  blend: [1]",
            3,
            "blend 1: must be the name of an influence of the taste, or a list of them; put",
        ),
        ("songs:\n- brief: x\n  blend: 3", 3, "blend 3: must be the name of an influence"),
        ("songs:\n- brief: x\n  language: klingon", 3, "'klingon' is not a language"),
        ("songs:\n- brief: x\n  key: H flat", 3, "'H flat' is not a key"),
        ("songs:\n- {brief: x, model: a, models: [b]}", 2, "two spellings"),
        ("songs:\n- {brief: x, takes: true}", 2, "takes true: must be from 1 to 16"),
        ("songs:\n- {brief: x, model: ''}", 2, "models: '' is not the name of a model"),
        ("songs:\n- brief: x\n  seed: -5", 3, "seed -5: must be from 0 to 4294967295"),
        ("songs:\n- " + "x" * 4001, 2, "brief: must be at most 4000 characters long, not 4001"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BriefError) as caught:
        from_text(text)
    assert caught.value.message.startswith(f"b.yaml:{line}: ")
    assert said in caught.value.message
    assert 2 == caught.value.exit_code


def test_the_first_fault_is_told_with_the_number_of_the_others() -> None:
    text = "songs:\n- x\n- {brief: y, bpm: 7}\n- 1984\n- {bpm: 60}"

    with pytest.raises(BriefError, match=r"b\.yaml:3: bpm 7: .* \(and 2 more\)$"):
        from_text(text)


def test_a_fault_in_the_defaults_counts_once_whatever_number_of_songs_it_spoils() -> None:
    text = "defaults: {takes: 99}\nsongs: [x, y, z]"

    with pytest.raises(BriefError, match=r"b\.yaml:1: takes 99: must be from 1 to 16$"):
        from_text(text)


def test_every_song_stands_on_the_line_of_its_text() -> None:
    file = briefs.from_yaml(parse("songs:\n- x\n- bpm: 60\n  brief: y\n", "b.yaml"), 200)

    assert [(2, "x"), (4, "y")] == [(line, brief.text) for line, brief in file]
    assert 2 == len(file)


def test_a_song_with_the_content_of_one_before_it_names_the_first_of_them() -> None:
    one = briefs.from_text("a ferry\nsalt\n a  ferry \n", "one.txt")
    two = briefs.from_yaml(
        parse("songs:\n- {brief: a ferry, takes: 1}\n- {brief: salt, takes: 2}", "b.yaml"), 200
    )

    found = [(song.place, song.repeats) for song in briefs.in_order([one, two])]

    assert [
        ("one.txt:1", ""),
        ("one.txt:2", ""),
        ("one.txt:3", "one.txt:1"),
        ("b.yaml:2", "one.txt:1"),
        ("b.yaml:3", ""),
    ] == found


def test_a_file_with_more_songs_than_anyone_makes_is_refused() -> None:
    with pytest.raises(BriefError, match="more than 100,000 songs"):
        from_text("songs: [" + "x," * 100_001 + "]")


def test_a_brief_file_that_is_no_yaml_is_refused_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text("songs: [")

    with pytest.raises(SettingsError, match=r"b\.yaml:1: not YAML"):
        briefs.read(path, 200)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="songsbrief: \n-[]{}'\"07,", max_size=60).map("songs:\n- ".__add__))
def test_no_brief_file_does_anything_but_become_briefs_or_be_refused(text: str) -> None:
    def said() -> str:
        try:
            return "" if all(brief.text for brief in from_text(text)) else "a brief without text"
        except InputError as error:
            return error.message

    assert said().startswith("b.yaml:") or not said()


def test_the_examples_of_the_how_to_are_brief_files() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "batch.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"(?:^    .*\n)+", page, re.M) if "songpipe batch" not in block]

    plain, *in_yaml = [textwrap.dedent(block) for block in blocks]

    assert 2 == len(briefs.from_text(plain, "b.txt"))
    assert [2, 8] == [len(from_text(text)) for text in in_yaml]
