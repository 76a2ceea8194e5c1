"""Claims about reading YAML: what it means, what is refused, and that nothing else ever happens."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.settings.yaml import DEEPEST, LARGEST, YamlFile, parse, read
from tests.fakes.stopwatch import untraced


def refused(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parse(text, "a.yaml")
    assert "\n" not in caught.value.message
    return caught.value


def answer(text: str) -> str:
    """Parse, and give the refusal's message; "" when there was none."""
    try:
        parse(text, "a.yaml")
    except SettingsError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment", None),
        ("a:", {"a": None}),
        ("~", None),
        ("true", True),
        ("FALSE", False),
        ("[1, -2, +3, 0]", [1, -2, 3, 0]),
        ("[1.5, .5, 2., 1e3, -1E-2]", [1.5, 0.5, 2.0, 1000.0, -0.01]),
        ("'12'", "12"),
        ("|\n  one\n  two\n", "one\ntwo\n"),
        (">\n  one\n  two\n", "one two\n"),
        ('"tab\\tend"', "tab\tend"),
        ("\ufeffa: 1", {"a": 1}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("é: ü", {"é": "ü"}),
    ],
)
def test_yaml_means_what_the_core_schema_says(text: str, value: Any) -> None:
    assert value == parse(text, "a.yaml").value


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "off",
        "yes",
        "on",
        "y",
        "N",
        "12:30:45",
        "2026-01-01",
        "0x10",
        "0o17",
        "007",
        "1_000",
        ".inf",
        ".nan",
    ],
)
def test_words_that_older_yaml_twists_stay_text(word: str) -> None:
    assert [word] == parse(f"[{word}]", "a.yaml").value


def test_a_number_too_long_for_any_setting_stays_text() -> None:
    assert "9" * 50 == parse("9" * 50, "a.yaml").value


@pytest.mark.parametrize("key", ["1", "true", "null", "no", "2.5"])
def test_keys_are_always_text(key: str) -> None:
    assert {key: "x"} == parse(f"{key}: x", "a.yaml").value


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: &x 2", 2, "anchors"),
        ("a: &x [1]\nb: *x", 1, "anchors"),
        ("- *x", 1, "anchors"),
        ("&x a: 1", 1, "anchors"),
        ("a:\n  !!python/object/apply:os.system [ls]", 2, "tags"),
        ("a: !!str 1", 1, "tags"),
        ("a: ! 1", 1, "tags"),
        ("!x a: 1", 1, "tags"),
        ("a: {b: 1}\n<<: {c: 2}", 2, "merge keys"),
        ("a: 1\n\na: 2", 3, "'a' is here twice, first on line 1"),
        ("a: {b: 1, b: 2}", 1, "'b' is here twice"),
        ("1: a\n'1': b", 2, "twice"),
        ("? [a]\n: 1", 1, "a key must be a word"),
        ("--- 1\n--- 2", 2, "a second document"),
        ("a: 1e999", 1, "too large"),
        ('a: "\\0"', 1, "control character"),
        ('a: "\\x1b[31m"', 1, "control character"),
        ('a: "\\ud800"', 1, "control character"),
        ('"\\a": 1', 1, "control character"),
        ("a: 1\nb: \x07", 2, "cannot be printed"),
        ("a: 1\nb: [1", 2, "not YAML"),
        ("a: 1\n\tb: 2", 2, "not YAML"),
        ("a: b: c", 1, "not YAML"),
        ("a: @x", 1, "not YAML"),
        ("%YAML 2.0\n---\n", 1, "not YAML"),
        ('a: "\\U99999999"', 1, "not YAML"),
        ("[" * (DEEPEST + 2), 1, "levels deep"),
        ("{a: " * 5000, 1, "levels deep"),
    ],
)
def test_what_could_harm_or_mislead_is_refused_with_its_line(text: str, line: int, what: str) -> None:
    error = refused(text)

    assert error.message.startswith(f"a.yaml:{line}: ")
    assert what in error.message
    assert error.hint


def test_a_quoted_merge_sign_is_an_ordinary_key() -> None:
    assert {"<<": 1} == parse("'<<': 1", "a.yaml").value


def test_a_message_never_repeats_a_long_key_in_full() -> None:
    assert len(refused(f"{'k' * 500}: 1\n{'k' * 500}: 2").message) < 200


def test_text_longer_than_the_limit_is_refused() -> None:
    assert "longer than" in refused("#" + "x" * LARGEST).message


@pytest.mark.parametrize(
    "text",
    ["- " * 400_000, "a:\n " * 200_000, "[a, " * 200_000, "|" + "\n" * 200_000, '"' + "\\\n" * 100_000],
)
@pytest.mark.timeout(20)
def test_hostile_text_of_many_kilobytes_is_answered_soon(text: str) -> None:
    with untraced():
        told = answer(text)

    assert re.fullmatch(r"(a\.yaml:\d+: .+)?", told)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300) | st.text(alphabet="ab:- \n\t[]{}&*!|>'\"%#?,~.0e\\", max_size=80))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    assert re.fullmatch(r"(a\.yaml:\d+: .+)?", answer(text))


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs", "Zl", "Zp"]), max_size=20)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(-1e300, 1e300) | _WORDS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_VALUES, st.sampled_from([None, 2]))
def test_every_json_value_is_read_as_json_reads_it(value: Any, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)

    assert value == parse(text, "a.yaml").value


def test_every_value_knows_its_line() -> None:
    file = parse("# c\na: 1\nb:\n  - x: 1\n    y: 2\n  - z\nc: {d: 1}\n", "a.yaml")

    lines = [file.line("a"), file.line("b"), file.line("b", 0, "y"), file.line("b", 1), file.line("c", "d")]

    assert [2, 3, 5, 6, 7] == lines


def test_a_missing_path_has_the_line_of_its_nearest_parent() -> None:
    file = parse("\na:\n  b: 1\n", "a.yaml")

    assert [3, 2, 2] == [file.line("a", "b", "c", 4), file.line("a", "zzz"), file.line("zzz")]
    assert 1 == YamlFile({}, "made.yaml").line("a")


def test_a_file_is_read_with_its_path_as_name(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes("\ufeffa: 1\r\nb: é\r\n".encode())

    file = read(path)

    assert {"a": 1, "b": "é"} == file.value
    assert str(path) == file.name


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")

    with pytest.raises(SettingsError, match=r"s\.yaml:2: this is not UTF-8"):
        read(path)


@pytest.mark.parametrize("byte", [b"#", b"\xff"])
def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path, byte: bytes) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(byte * (LARGEST + 1))

    with pytest.raises(SettingsError, match="larger than"):
        read(path)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.yaml", tmp_path / "nul\0.yaml"):
        with pytest.raises(SettingsError, match="cannot be read"):
            read(path)
