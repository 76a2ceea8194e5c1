"""Claims about laying settings over each other, and about the spelling of dotted keys and addresses."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings.addresses import is_in_the_house, model_server_url, server_url
from pipeline.settings.layers import Layer, Stack, dotted, leaves, nested, places, stack, steps
from pipeline.settings.nearest import every_key, keys_at, nearest
from pipeline.settings.yaml import parse

HERE = Path("/here")


def from_text(text: str, name: str) -> Layer:
    file = parse(text, name)
    return Layer(file.value, HERE, name, file)


def test_sections_merge_and_everything_else_replaces() -> None:
    below = {"llm": {"models": ["a", "b"], "attempts": 3}, "taste": "x"}

    result = stack([Layer(below, HERE, "low"), Layer({"llm": {"models": ["c"]}}, HERE, "high")])

    assert {"llm": {"models": ["c"], "attempts": 3}, "taste": "x"} == result.values


def test_every_value_remembers_the_line_it_came_from() -> None:
    low = from_text("llm:\n  models: [a, b]\n  attempts: 3\n", "low.yaml")
    high = from_text("\nllm:\n  models:\n    - c\n", "high.yaml")

    result = stack([low, high])

    assert "high.yaml:4" == result.source(("llm", "models", 0))
    assert "low.yaml:3" == result.source(("llm", "attempts"))
    assert "high.yaml:2" == result.source(("llm", "unheard", "of"))
    assert ("llm", "models", 1) not in result.sources


def test_a_section_left_empty_says_nothing() -> None:
    result = stack([Layer({"llm": {"attempts": 3}}, HERE, "low"), from_text("llm:\n", "high.yaml")])

    assert {"llm": {"attempts": 3}} == result.values


def test_a_null_unsets_a_plain_value() -> None:
    result = stack([Layer({"prompts": "p"}, HERE, "low"), Layer({"prompts": None}, HERE, "high")])

    assert {"prompts": None} == result.values


def test_laying_never_changes_the_layers() -> None:
    low: dict[str, Any] = {"a": {"b": [1]}}

    stack([Layer(low, HERE, "low"), Layer({"a": {"b": [2], "c": 3}}, HERE, "high")])

    assert {"a": {"b": [1]}} == low


def test_nothing_at_all_still_has_a_source() -> None:
    assert "settings" == Stack().source(("a",))


def test_places_lists_every_path() -> None:
    assert [(), ("a",), ("a", 0), ("a", 0, "b")] == list(places({"a": [{"b": 1}]}))


def test_leaves_are_values_and_empty_sections() -> None:
    values = {"a": {"b": 1, "c": [1]}, "d": {}}

    assert [(("a", "b"), 1), (("a", "c"), [1]), (("d",), {})] == list(leaves(values))


_STEPS = st.lists(st.text(alphabet="abc_-/.:09", min_size=1, max_size=12), min_size=1, max_size=4).map(tuple)


@given(_STEPS)
def test_a_dotted_key_is_read_back_as_it_was_spelled(path: tuple[str, ...]) -> None:
    assert path == steps(dotted(path))


@given(_STEPS, st.integers())
def test_a_nested_value_is_found_at_its_path(path: tuple[str, ...], value: int) -> None:
    assert [(path, value)] == list(leaves(nested(path, value)))


@pytest.mark.parametrize("key", ["", ".", "a..b", ".a", "a.", '"', 'a"b', '"a'])
def test_what_is_no_dotted_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="dotted key"):
        steps(key)


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("max_token", ["models", "max_tokens"], "max_tokens"),
        ("MAX_TOKENS", ["max_tokens"], "max_tokens"),
        ("zzz", ["models"], ""),
        ("x", [], ""),
    ],
)
def test_the_nearest_word_is_close_or_none(word: str, known: list[str], found: str) -> None:
    assert found == nearest(word, known)


def test_the_keys_of_a_schema_are_found_through_references_lists_and_open_mappings() -> None:
    schema = {
        "$defs": {"S": {"properties": {"x": {}, "y": {}}}},
        "properties": {
            "one": {"$ref": "#/$defs/S"},
            "many": {"items": {"$ref": "#/$defs/S"}},
            "open": {"additionalProperties": {"$ref": "#/$defs/S"}},
        },
    }

    for path in (("one",), ("many", 3), ("open", "any")):
        assert ("x", "y") == keys_at(schema, path)
    assert () == keys_at(schema, ("one", "x", "deeper"))
    assert ("one", "one.x", "one.y", "many", "open") == every_key(schema)


@pytest.mark.parametrize(
    ("pasted", "spelled"),
    [
        ("https://nano-gpt.com/api/v1/", "https://nano-gpt.com/api/v1"),
        (" nano-gpt.com/api/v1 ", "https://nano-gpt.com/api/v1"),
        ("localhost:8000", "http://localhost:8000"),
        ("gpu-box:8000//", "http://gpu-box:8000"),
        ("gpu-box.local", "http://gpu-box.local"),
        ("10.0.0.7:8000/ace", "http://10.0.0.7:8000/ace"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("[::1]", "http://[::1]"),
        ("localhost", "http://localhost"),
        ("http://gpu-box", "http://gpu-box"),
        ("HTTP://Host.Example/Path", "http://host.example/Path"),
    ],
)
def test_addresses_get_one_spelling(pasted: str, spelled: str) -> None:
    assert spelled == server_url(pasted)
    assert spelled == server_url(spelled)


def test_the_pasted_end_of_an_endpoint_is_dropped() -> None:
    assert "http://127.0.0.1:1/v1" == model_server_url("127.0.0.1:1/v1/chat/completions/")


@pytest.mark.parametrize(
    "text",
    [
        "", "http://", "ftp://x", "file:///etc/passwd", "http://user:pass@host", "user:pass@host", "http://@host",
        "http://h?x=1", "http://h#f", "http://h?", "http://h:99999", "http://h:0", "http://h:port", "http://[::1",
        "http://a b", "nanogpt", "gpu-box/v1", "sk-nano-secret", "http://h\u0000", "javascript://x", "[x",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must ") as caught:
        server_url(text)
    assert "pass" not in str(caught.value).replace("password", "")


@given(st.text(max_size=60))
def test_no_text_breaks_the_address_reader(text: str) -> None:
    def said() -> str:
        try:
            return server_url(text)
        except ValueError as error:
            return str(error)

    assert said().startswith(("http://", "https://", "must "))


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://localhost", True),
        ("http://10.1.2.3", True),
        ("http://box.lan:80", True),
        ("https://nano-gpt.com/api/v1", False),
        ("http://8.8.8.8", False),
        ("http://[::1", False),
    ],
)
def test_machines_in_the_house_are_told_from_the_rest(url: str, inside: bool) -> None:
    assert inside is is_in_the_house(url)
