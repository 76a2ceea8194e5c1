"""Claims about the brief: what can be used is spelled one way, and the rest is refused in one plain line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.brief import Brief, first_fault, key_scale, quoted, take_order
from pipeline.errors import BriefError


def refusal(text: str = "a ferry", **options: object) -> str:
    with pytest.raises(BriefError) as caught:
        take_order(text, **options)
    assert "see songpipe write --help" == caught.value.hint
    return caught.value.message


def test_a_refusal_points_to_the_page_of_its_command() -> None:
    with pytest.raises(BriefError) as caught:
        take_order("a ferry", command="retake", takes=0)

    assert ("--takes 0: must be from 1 to 16", "see songpipe retake --help") == (
        caught.value.message,
        caught.value.hint,
    )


def test_an_order_is_spelled_one_way() -> None:
    brief = take_order("  a ferry\n that never docks ", key="a-minor", language="DE", models=(" m ",))

    assert Brief(text="a ferry that never docks", key="A minor", language="de", models=("m",)) == brief


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"duration": 5.0}, "--duration 5: must be from 10 to 600 seconds, or auto"),
        ({"duration": 600.5}, "--duration 600.5: must be from 10 to 600 seconds, or auto"),
        ({"duration": float("nan")}, "--duration nan: must be from 10 to 600 seconds, or auto"),
        ({"duration": float("inf")}, "--duration inf: must be from 10 to 600 seconds, or auto"),
        ({"duration": "soon"}, "--duration 'soon': must be from 10 to 600 seconds, or auto"),
        ({"seed": -5}, "--seed -5: must be from 0 to 4294967295"),
        ({"seed": 2**32}, "--seed 4294967296: must be from 0 to 4294967295"),
        ({"seed": 10**4000}, f"--seed 1{'0' * 39}: must be from 0 to 4294967295"),
        ({"takes": 0}, "--takes 0: must be from 1 to 16"),
        ({"takes": 17}, "--takes 17: must be from 1 to 16"),
        ({"bpm": 29}, "--bpm 29: must be from 30 to 300 beats a minute"),
        ({"time_signature": 5}, "--time-signature 5: must be 2, 3, 4 or 6 beats in a bar"),
        ({"instrumental": "perhaps"}, "--instrumental 'perhaps': must be true or false"),
        ({"language": "klingon"}, "--language: 'klingon' is not a language the music server knows"),
        ({"key": "H moll"}, "--key: 'H moll' is not a key; write it like 'A minor'"),
        ({"models": ("",)}, "--model: '' is not the name of a model"),
        ({"models": ("a", "b\x1b[2J")}, r"--model: 'b\x1b[2J' is not the name of a model"),
        ({"blend": "The XX"}, "--blend 'The XX': must be the name of an influence of the taste, or a list"),
        (
            {"title": "x" * 201},
            f"--title '{'x' * 39}…': must be at most 200 characters long, not 201",
        ),
    ],
)
def test_an_option_that_cannot_be_used_is_named_with_its_value_and_what_it_must_be(
    options: dict[str, Any], said: str
) -> None:
    assert refusal(**options).startswith(said)


@pytest.mark.parametrize(
    "options",
    [
        {"duration": 10},
        {"duration": 600},
        {"duration": "auto"},
        {"seed": 0},
        {"seed": 2**32 - 1},
        {"takes": 1},
        {"takes": 16},
        {"bpm": 30},
        {"bpm": 300},
        {"time_signature": 6},
        {"title": "x" * 200},
    ],
)
def test_the_limits_themselves_can_be_used(options: dict[str, Any]) -> None:
    assert options == take_order("x", **options).model_dump(include=set(options))


def test_a_long_brief_is_told_its_length_and_the_limit() -> None:
    assert "x" * 4000 == take_order("x" * 4000).text
    assert "the brief: must be at most 4000 characters long, not 4001" == refusal("x" * 4001)


@pytest.mark.parametrize("text", ["", " \t\n"])
def test_an_empty_brief_is_refused(text: str) -> None:
    assert "the brief: the brief is empty; say in a line what the song is about" == refusal(text)


@pytest.mark.parametrize("option", ["key", "language", "title"])
def test_an_api_key_in_the_wrong_place_is_not_repeated(option: str) -> None:
    assert "sk-nano" not in refusal(**{option: "sk-nano-0f1e2d3c" * 20})


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("plain", "'plain'"),
        ("x" * 40, f"'{'x' * 40}'"),
        ("x" * 41, f"'{'x' * 39}…'"),
        ("\x1b]0;\u202e\n", r"'\x1b]0;\u202e\n'"),
        ("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "this text"),
        (True, "true"),
        (False, "false"),
        (None, "nothing"),
        (7, "7"),
        (7.0, "7"),
        (7.25, "7.25"),
        ({"a": 1}, "keys with values"),
        (["a"], "a list"),
        ([], "an empty list"),
    ],
)
def test_a_value_is_quoted_short_and_harmless(value: object, spelled: str) -> None:
    assert spelled == quoted(value)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"text": 1984}, "f 1984: must be text that says what the song is about; put it in quotes"),
        ({"takes": "3"}, "f '3': must be from 1 to 16; write it without quotes"),
        ({"takes": "many"}, "f 'many': must be from 1 to 16"),
        ({"title": ["x"]}, "f a list: must be text of at most 200 characters"),
    ],
)
def test_in_a_file_quotes_may_make_the_difference(given_: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Brief.model_validate({"text": "x", **given_}, strict=True)

    assert said == first_fault(caught.value).told("f")


@given(
    st.sampled_from([name for name in Brief.model_fields if name != "text"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text() | st.integers()),
)
def test_whatever_is_asked_for_is_taken_or_refused_in_one_short_printable_line(
    option: str, value: object
) -> None:
    def said() -> str:
        try:
            return repr(bool(take_order("x", **{option: value}).text))
        except BriefError as error:
            return error.message

    assert said().isprintable()
    assert len(said()) < 200
    assert "Input" not in said()


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Am", "A minor"),
        ("a MINOR", "A minor"),
        ("A-minor", "A minor"),
        ("eb", "Eb major"),
        ("F♯ min", "F# minor"),
        ("B flat major", "Bb major"),
        ("C", "C major"),
        ("CM", "C major"),
    ],
)
def test_a_key_is_spelled_as_the_server_learned_it(text: str, spelled: str) -> None:
    assert spelled == key_scale(text)
