"""Claims about the identity of a brief: the same content reads the same, today and in later versions."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.brief import LANGUAGES, Brief, identity

TEXTS = st.text(alphabet='aé🌧" \\{}:,0', min_size=1, max_size=20).filter(str.strip)
NAMES = st.lists(st.sampled_from(["The XX", "Halsey", "a,b", '"']), max_size=3).map(tuple)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "duration": st.none() | st.just("auto") | st.floats(10, 600),
    "takes": st.integers(1, 16),
    "seed": st.none() | st.integers(0, 2**32 - 1),
    "models": NAMES,
    "language": st.none() | st.sampled_from(sorted(LANGUAGES)),
    "instrumental": st.booleans(),
    "bpm": st.none() | st.integers(30, 300),
    "key": st.none() | st.sampled_from(["A minor", "Eb major"]),
    "time_signature": st.none() | st.sampled_from([2, 3, 4, 6]),
    "blend": NAMES,
    "title": st.none() | TEXTS,
}
BRIEFS = st.fixed_dictionaries(
    {"text": TEXTS}, optional={name: OPTIONS[name] for name in OPTIONS if name != "text"}
).map(Brief.model_validate)


@given(BRIEFS, BRIEFS)
def test_two_briefs_have_one_identity_exactly_when_they_are_equal(one: Brief, other: Brief) -> None:
    assert (one == other) == (identity(one) == identity(other))


@given(BRIEFS, st.data())
def test_any_changed_field_is_another_identity(brief: Brief, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(OPTIONS)))
    changed = Brief.model_validate({**brief.model_dump(), name: data.draw(OPTIONS[name])})
    assume(changed != brief)

    assert identity(brief) != identity(changed)


@given(BRIEFS)
def test_a_brief_comes_back_from_its_identity(brief: Brief) -> None:
    assert brief == Brief.model_validate_json(identity(brief))
    assert identity(brief).isascii()


def test_every_field_is_part_of_the_properties_above() -> None:
    assert set(Brief.model_fields) == set(OPTIONS)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"takes": 1, "blend": (), "duration": None, "instrumental": False},
        {"text": "  a ferry\n"},
    ],
)
def test_what_is_left_to_the_defaults_is_no_content(options: dict[str, Any]) -> None:
    assert '{"text":"a ferry"}' == identity(Brief.model_validate({"text": "a ferry", **options}))


def test_the_identity_of_a_brief_stays_as_it_was_when_songs_were_made_with_it() -> None:
    brief = Brief(text="зима", duration=180, key="am", blend=("The XX",), takes=2, seed=7)

    expected = (
        '{"blend":["The XX"],"duration":180,"key":"A minor","seed":7,"takes":2,'
        r'"text":"\u0437\u0438\u043c\u0430"}'
    )

    assert expected == identity(brief)


def test_a_whole_number_of_seconds_reads_the_same_in_either_spelling() -> None:
    copied = Brief(text="x").model_copy(update={"duration": 180})

    assert identity(Brief(text="x", duration=180.0)) == identity(copied)


def test_a_field_of_a_later_version_changes_no_older_brief() -> None:
    class Later(Brief):
        mood: str | None = None

    assert identity(Brief(text="x", bpm=90)) == identity(Later(text="x", bpm=90))
    assert identity(Later(text="x")) != identity(Later(text="x", mood="grim"))
