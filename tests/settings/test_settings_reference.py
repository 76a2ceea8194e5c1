"""Claims about the generated table of settings."""

import json

import pytest

from pipeline.settings import packaged
from pipeline.settings.reference import Entry, settings_table
from pipeline.settings.yaml import read


@pytest.mark.parametrize(
    "entry",
    [
        Entry(
            "acestep.audio_duration",
            "number, 10 to 600 or auto",
            "240",
            "seconds; auto: as long as the words need",
        ),
        Entry(
            "llm.max_cost",
            "number, 0 to 1000 or null",
            "null",
            "US dollars for the words of a song; null: no limit",
        ),
        Entry("acestep.urls", "list of text", '["http://127.0.0.1:8000"]', "addresses of ACE-Step servers"),
        Entry("acestep.servers[].url", "text", "", "address of an ACE-Step server"),
        Entry("acestep.time_signature", "2, 3, 4, 6", "4", "beats in a bar when a brief names none"),
        Entry(
            "llm.second_asks", "whole number, 0 to 5", "2", "how often a faulty draft goes back to the model"
        ),
        Entry("output", "path", '"./output"', "where the songs land"),
    ],
)
def test_a_setting_is_told_with_type_default_and_purpose(entry: Entry) -> None:
    assert entry in settings_table()


def test_mappings_are_told_by_what_they_hold() -> None:
    types = {entry.key: entry.type for entry in settings_table()}

    assert "mapping to mapping (input, output)" == types["llm.prices"]
    assert types["rules"].startswith("mapping to error, warning, note, off or mapping to")
    server = "url, key_env, name, weight, max_duration, via, start_command"
    assert f"list of mapping ({server})" == types["acestep.servers"]


def test_every_default_of_the_file_is_in_the_table() -> None:
    written = read(packaged.folder("configs") / "default.yaml").value
    table = {entry.key: entry.default for entry in settings_table()}

    for name, part in written.items():
        keys = {f"{name}.{key}": value for key, value in part.items()} if name in SECTIONS else {name: part}
        for key, value in keys.items():
            assert json.dumps(value) == table[key]


SECTIONS = ("llm", "acestep", "listening", "finish", "engine", "daily")
