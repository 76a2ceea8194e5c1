"""Claims about keys: they come from the environment, reach the wire, and are seen nowhere else."""

import copy
import pickle
import re
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import environment, keys
from pipeline.settings.load import load

KEY = "sk-nano-0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize("name", keys.WRITER_VARIABLES)
def test_each_variable_of_the_contract_gives_the_writers_key(name: str) -> None:
    found = keys.read({name: f" {KEY}\n"})

    assert (KEY, name) == (found.writer, found.writer_variable)


def test_the_most_specific_variable_wins() -> None:
    environ = {"NANO_GPT_API_KEY": "c", "NANOGPT_API_KEY": "b", "SONGPIPE_LLM_API_KEY": "a"}

    assert "a" == keys.read(environ).writer
    assert "b" == keys.read(environ | {"SONGPIPE_LLM_API_KEY": ""}).writer


def test_without_a_key_there_is_none() -> None:
    found = keys.read({})

    assert ("", "", "") == (found.writer, found.writer_variable, found.of())


def test_music_servers_may_have_keys_of_their_own() -> None:
    found = keys.read({"ACESTEP_API_KEY": "one", "ATTIC_KEY": "two", "OTHER": "three"}, ["ATTIC_KEY"])

    assert ("one", "two", "") == (found.of(), found.of("ATTIC_KEY"), found.of("OTHER"))


@pytest.mark.parametrize("value", ["two words", "a\nb", "schlüssel", "a\x00b", "“quoted”"])
def test_what_cannot_be_a_key_is_refused_by_name_only(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^NANOGPT_API_KEY: ") as caught:
        keys.read({"NANOGPT_API_KEY": value})
    assert value not in caught.value.message


def test_keys_are_shown_by_name_only() -> None:
    found = keys.read({"NANOGPT_API_KEY": KEY, "ACESTEP_API_KEY": "hush-hush"})

    assert "Keys(ACESTEP_API_KEY, NANOGPT_API_KEY)" == repr(found) == f"{found}"
    assert "Keys(none set)" == repr(keys.read({}))


def test_keys_cannot_be_stored() -> None:
    found = keys.read({"NANOGPT_API_KEY": KEY})

    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="never stored"):
            store(found)


def test_hiding_hides_every_key_in_a_text_the_longer_ones_first() -> None:
    assert "a ••• b ••• c" == keys.hide(f"a {KEY} b {KEY}-longer c", [KEY, f"{KEY}-longer"])


def test_hiding_leaves_words_alone_that_are_too_short_for_a_key() -> None:
    assert "a test" == keys.hide("a test", ["a", "", "test"])


def test_redact_hides_what_looks_like_a_secret_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTIC_KEY", "hush-hush")
    monkeypatch.setenv("SOME_WORD", "visible")

    assert "••• and visible" == environment.redact("hush-hush and visible")


@pytest.mark.parametrize(
    "line",
    [
        "llm: {api_key: KEY}",
        "llm: {apikey: KEY}",
        "llm: {key: KEY}",
        "llm: {token: KEY}",
        "api-key: KEY",
        "NANOGPT_API_KEY: KEY",
        "llm: {headers: {Authorization: KEY}}",
        "llm: {models: KEY}",
        "llm: {models: [{key: KEY}]}",
        "llm: {base_url: 'https://KEY@host/v1'}",
        "llm: {base_url: 'https://host/v1?key=KEY'}",
        "llm: {max_tokens: KEY}",
        "llm: KEY",
        "acestep: {servers: [{url: 'http://h', key_env: KEY}]}",
        "acestep: {servers: [{url: 'http://h', key: KEY}]}",
        "taste: 'KEY KEY'",
        "KEY",
        "KEY: 1",
        "llm: {KEY: 1}",
        "llm: {prices: {KEY: 1}}",
    ],
)
def test_a_key_in_a_file_is_refused_and_never_repeated(tmp_path: Path, line: str) -> None:
    (tmp_path / "songpipe.yaml").write_text(re.sub(r"\bKEY\b", KEY, line) + "\n")

    with pytest.raises(SettingsError) as caught:
        load(environ={}, home=tmp_path, cwd=tmp_path)
    assert KEY not in caught.value.message + caught.value.hint + repr(caught.value.__context__)


@pytest.mark.parametrize(
    ("line", "variable"),
    [
        ("llm: {api_key: x}", "NANOGPT_API_KEY"),
        ("acestep: {servers: [{url: 'http://h', token: x}]}", "ACESTEP_API_KEY"),
    ],
)
def test_a_key_in_a_file_is_told_which_variable_to_use(tmp_path: Path, line: str, variable: str) -> None:
    (tmp_path / "songpipe.yaml").write_text(line)

    with pytest.raises(SettingsError, match=r"songpipe\.yaml:1: .* looks like an API key") as caught:
        load(environ={}, home=tmp_path, cwd=tmp_path)
    assert variable in caught.value.hint


def test_a_list_of_secrets_may_have_blanks_between_them() -> None:
    found = keys.read({"NOTIFY": " json://a,\n json://b "}, [], ["NOTIFY", "NOT_SET"])

    assert ("json://a, json://b", "") == (found.of("NOTIFY"), found.of("NOT_SET"))
