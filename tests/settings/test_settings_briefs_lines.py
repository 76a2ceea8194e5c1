"""Claims about plain brief files: a line is a brief, and every fault names its line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.brief import Brief
from pipeline.errors import BriefError, InputError, SettingsError
from pipeline.settings import briefs


def songs(text: str) -> list[tuple[int, Brief]]:
    return list(briefs.from_text(text, "b.txt"))


def test_every_line_is_a_brief_but_blank_ones_and_comments() -> None:
    text = '# mine\n\ninsomnia trip-hop\n  # more\n\t a  ferry: #2, "never" docks \r\n'

    assert [
        (3, Brief(text="insomnia trip-hop")),
        (5, Brief(text='a ferry: #2, "never" docks')),
    ] == songs(text)


@pytest.mark.parametrize("name", ["b.txt", "briefs", "b.yaml.txt", "b.md"])
def test_a_file_that_is_not_named_yaml_is_read_line_by_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes("\ufeffeine Fähre\r\nзима\r\n".encode())

    texts = [brief.text for _, brief in briefs.read(tmp_path / name, 200)]

    assert ["eine Fähre", "зима"] == texts


@pytest.mark.parametrize("name", ["b.yaml", "b.yml", "B.YAML"])
def test_a_file_that_is_named_yaml_is_read_as_yaml(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("songs: [a, b]")

    assert 2 == len(briefs.read(tmp_path / name, 200))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "there is no brief in this file"),
        ("\n# only this\n", 1, "there is no brief in this file"),
        ("a\n\nb\x1b[2J\n", 3, "a control character inside the text"),
        ("a\nb\rc\n", 2, "a control character"),
        ("a\n\x00\n", 2, "a control character"),
        ("a\n" + "x" * 4001, 2, "brief: must be at most 4000 characters long, not 4001"),
        ("a\n\u2003\n", 2, "brief: the brief is empty"),
        ("# y\nsongs:\n- a\n", 2, "this is YAML, not a line a brief"),
        ("defaults: {takes: 2}\n", 1, "this is YAML"),
        ("a\nb\x07\nc\nd\x07\n\x07\n", 2, "a control character inside the text (and 2 more)"),
    ],
)
def test_a_fault_in_a_line_is_told_with_its_number(text: str, line: int, said: str) -> None:
    with pytest.raises(BriefError) as caught:
        songs(text)

    assert caught.value.message.startswith(f"b.txt:{line}: {said}")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\nb \xff\n", r"b\.txt:2: this is not UTF-8 text"),
        (b"a\n" * 2_000_001, r"b\.txt:1: the file is larger than 4000000 bytes"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "b.txt"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=said):
        briefs.read(path, 200)


@pytest.mark.parametrize("name", ["absent.txt", "absent.yaml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        briefs.read(tmp_path / name, 200)


def test_more_lines_than_anyone_sings_are_refused() -> None:
    with pytest.raises(BriefError, match=r"b\.txt:100001: more than 100,000 briefs"):
        songs("a\n" * 100_001)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_becomes_briefs_with_rising_lines_or_is_refused_with_one(text: str) -> None:
    def lines() -> list[int] | str:
        try:
            return [line for line, _ in songs(text)]
        except InputError as error:
            return error.message

    found = lines()

    if isinstance(found, str):
        assert found.startswith("b.txt:")
    else:
        assert sorted(set(found)) == found
        assert found[-1] <= text.count("\n") + 1
