"""Claims about the matrix of a brief file: every combination, counted before any is made."""

from itertools import islice, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.brief import Brief
from pipeline.errors import BriefError
from pipeline.settings import briefs
from pipeline.settings.yaml import parse

EXAMPLE = """\
matrix:
  brief: [insomnia trip-hop, a lighthouse keeper's last night]
  blend: [[The XX], [Halsey, Soundgarden]]
  bpm: [70, 90]
"""


def from_text(text: str, most: int = 200) -> tuple[Brief, ...]:
    return tuple(brief for _, brief in briefs.from_yaml(parse(text, "b.yaml"), most))


def refused(text: str, most: int = 200) -> BriefError:
    with pytest.raises(BriefError) as caught:
        from_text(text, most)
    return caught.value


def test_a_matrix_makes_every_combination_and_the_last_option_changes_first() -> None:
    texts = ("insomnia trip-hop", "a lighthouse keeper's last night")
    blends = (("The XX",), ("Halsey", "Soundgarden"))

    expected = tuple(
        Brief(text=text, blend=blend, bpm=bpm) for text, blend, bpm in product(texts, blends, (70, 90))
    )

    assert expected == from_text(EXAMPLE)


def test_the_defaults_hold_for_a_matrix_too_and_an_option_of_its_own_replaces_them() -> None:
    text = "defaults: {bpm: 60, takes: 2}\nmatrix: {brief: x, bpm: [70, null], time-signature: 3}"

    assert (
        Brief(text="x", bpm=70, takes=2, time_signature=3),
        Brief(text="x", takes=2, time_signature=3),
    ) == from_text(text)


def test_a_text_in_a_matrix_is_one_influence_and_a_list_in_it_a_blend() -> None:
    text = "matrix: {brief: x, blend: [The XX, [Halsey, Soundgarden], []], model: a}"

    blends = [brief.blend for brief in from_text(text)]

    assert [("The XX",), ("Halsey", "Soundgarden"), ()] == blends
    assert {("a",)} == {brief.models for brief in from_text(text)}


def test_songs_come_before_the_matrices_and_there_may_be_several() -> None:
    text = "matrix:\n- {brief: [c, d]}\n- {brief: e}\nsongs: [a, b]"

    assert list("abcde") == [brief.text for brief in from_text(text)]


def test_every_combination_stands_on_the_line_of_its_text() -> None:
    text = "matrix:\n  bpm: [60, 70]\n  brief:\n  - x\n  - y\n"

    found = [(line, brief.text, brief.bpm) for line, brief in briefs.from_yaml(parse(text, "b.yaml"), 200)]

    assert [(4, "x", 60), (5, "y", 60), (4, "x", 70), (5, "y", 70)] == found


def test_more_combinations_than_allowed_are_refused_with_their_number_and_the_way_to_allow_them() -> None:
    error = refused("songs: [x]\n" + EXAMPLE, most=7)

    assert "b.yaml:2: every combination would be 8 songs; 7 may be made" == error.message
    assert error.hint.endswith("--set engine.most_combinations=8")
    assert 8 == len(from_text(EXAMPLE, most=8))


def test_the_combinations_of_several_matrices_are_counted_together() -> None:
    error = refused("matrix:\n- {brief: [a, b]}\n- {brief: c}\n- {brief: [d, e]}", most=3)

    assert "b.yaml:4: every combination would be 5 songs; 3 may be made" == error.message


def test_more_combinations_than_there_are_atoms_in_a_human_are_refused_at_once() -> None:
    options = ("brief", "title", "language", "key", "blend", "models", "bpm", "seed", "takes", "duration")
    text = "matrix:\n" + "".join(f"  {name}: [{'1,' * 1000}]\n" for name in options)

    error = refused(text, most=100_000)

    assert "b.yaml:1: every combination would be about 10^30 songs; 100,000 may be made" == error.message
    assert "take values out of the matrix" == error.hint


def test_songs_of_a_large_matrix_are_made_only_when_asked_for() -> None:
    text = f"matrix: {{brief: x, seed: [{','.join(map(str, range(300)))}], takes: [1, 2, 3]}}"
    file = briefs.from_yaml(parse(text, "b.yaml"), 900)

    first = [(brief.seed, brief.takes) for _, brief in islice(file, 4)]

    assert [(0, 1), (0, 2), (0, 3), (1, 1)] == first
    assert 900 == len(file)
    assert 1 == len(file.matrices)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("matrix:", 1, "a matrix must be keys with values, not nothing"),
        ("matrix: []", 1, "'matrix' must be keys with values, or a list of such"),
        ("matrix: x", 1, "a matrix must be keys with values, not 'x'"),
        ("matrix:\n- {brief: x}\n- y", 3, "a matrix must be keys with values, not 'y'"),
        ("matrix:\n  bpm: [60]", 1, "this matrix has no 'brief'"),
        ("matrix:\n  brief: x\n  bpm: []", 3, "'bpm' has no values; write one, or leave it out"),
        ("matrix:\n  brief: []", 2, "'brief' has no values"),
        ("matrix:\n  brief: x\n  bmp: [60]", 3, "unknown key 'bmp'; the nearest is 'bpm'"),
        ("matrix:\n  brief: x\n  bpm:\n  - 60\n  - 7", 5, "bpm 7: must be from 30 to 300"),
        ("matrix:\n  brief: [x, [y]]", 2, "brief a list: must be text that says"),
        ("matrix:\n  brief: x\n  bpm: [[60]]", 3, "bpm a list: must be from 30 to 300"),
        ("matrix:\n  brief: x\n  blend: [[1]]", 3, "blend 1: must be the name of an influence"),
        ("matrix: {brief: x, model: [a], models: [b]}", 1, "the same option stands here in two spellings"),
        ("songs:\nmatrix: {brief: x}", 1, "'songs' must be a list with at least one song"),
    ],
)
def test_a_fault_in_a_matrix_is_told_with_its_line(text: str, line: int, said: str) -> None:
    error = refused(text)

    assert error.message.startswith(f"b.yaml:{line}: {said}")


def test_one_value_that_spoils_many_combinations_is_one_fault() -> None:
    error = refused("matrix: {brief: [a, b, c], bpm: [7, 8], takes: [1, 2, 3]}")

    assert error.message.endswith("bpm 7: must be from 30 to 300 beats a minute")


VALUES = st.lists(st.integers(30, 300), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(bpm=VALUES, seed=VALUES, texts=st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_there_are_as_many_songs_as_combinations(bpm: list[int], seed: list[int], texts: list[str]) -> None:
    text = f"matrix: {{brief: [{','.join(texts)}], bpm: {bpm}, seed: {seed}}}"

    made = from_text(text)

    assert [(t, b, s) for t in texts for b in bpm for s in seed] == [(m.text, m.bpm, m.seed) for m in made]
