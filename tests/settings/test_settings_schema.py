"""Claims about the JSON Schemas: complete, closed, and true to what is accepted."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

from pipeline.brief import Brief
from pipeline.errors import BriefError
from pipeline.settings import briefs, packaged, workspace
from pipeline.settings.nearest import every_key
from pipeline.settings.schema import json_schema
from pipeline.settings.yaml import YamlFile, parse, read


def sections(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema["$defs"][name] for name in ("Llm", "Acestep", "Finish", "Listening", "Engine", "Daily")]


@pytest.mark.parametrize("kind", ["settings", "briefs"])
def test_a_schema_is_plain_json_and_refuses_unknown_keys(kind: Literal["settings", "briefs"]) -> None:
    schema = json_schema(kind)

    assert schema == json.loads(json.dumps(schema))
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    assert False is schema["additionalProperties"]


def test_a_settings_file_may_leave_everything_out() -> None:
    schema = json_schema("settings")

    assert "required" not in schema
    assert all("required" not in section for section in sections(schema))
    assert ["url"] == schema["$defs"]["Server"]["required"]


def test_every_setting_has_its_default_from_the_file() -> None:
    schema = json_schema("settings")
    written = read(packaged.folder("configs") / "default.yaml").value

    assert written["llm"]["models"] == schema["$defs"]["Llm"]["properties"]["models"]["default"]
    assert written["output"] == schema["properties"]["output"]["default"]
    for section in sections(schema):
        assert all("default" in child for child in section.get("properties", {}).values())


def test_every_setting_is_described() -> None:
    schema = json_schema("settings")

    for section in sections(schema):
        for name, child in section.get("properties", {}).items():
            branches = child.get("anyOf", [])
            assert any("description" in node for node in (child, *branches)), name


def test_both_spellings_of_a_severity_are_in_the_schema() -> None:
    rules = json_schema("settings")["properties"]["rules"]

    assert {"string", "object"} == {branch["type"] for branch in rules["additionalProperties"]["anyOf"]}


def test_the_schema_knows_every_key_of_the_default_file() -> None:
    written = read(packaged.folder("configs") / "default.yaml").value
    keys = {f"{name}.{key}" for name, part in written.items() if isinstance(part, dict) for key in part}

    assert keys | set(written) == set(every_key(json_schema("settings")))


def test_a_song_in_the_schema_is_a_line_or_a_mapping_with_every_option() -> None:
    schema = json_schema("briefs")
    line, song = schema["properties"]["songs"]["items"]["anyOf"]

    assert "string" == line["type"]
    assert ["brief"] == song["required"]
    assert set(Brief.model_fields) - {"text"} | {"brief"} == set(song["properties"])
    assert set(song["properties"]) - {"brief"} == set(schema["properties"]["defaults"]["properties"])


BOTH = {
    "songs: [x, {brief: y, blend: The XX}]": True,
    "songs: [{brief: y, blend: [The XX, Halsey], models: m, bpm: null}]": True,
    "defaults: {duration: auto, blend: [A]}\nsongs: [x]": True,
    "matrix: {brief: [x, y], blend: [The XX, [Halsey, Soundgarden], []], bpm: [70, null], takes: 2}": True,
    "matrix: [{brief: x}, {brief: [y], models: [[a, b], c], duration: [auto, 60]}]": True,
    "songs: [x]\nmatrix: {brief: y}": True,
    "defaults: {takes: 2}": False,
    "songs: []": False,
    "songs: ['']": False,
    "songs: [{bpm: 70}]": False,
    "songs: [{brief: x, bpm: [70]}]": False,
    "songs: [{brief: [x]}]": False,
    "matrix: {bpm: [70]}": False,
    "matrix: []": False,
    "matrix: {brief: x, bpm: []}": False,
    "matrix: {brief: x, blend: []}": False,
    "matrix: {brief: x, bpm: [70, 700]}": False,
    "matrix: {brief: x, bpm: [[70]]}": False,
    "matrix: {brief: x, bmp: [70]}": False,
    "matrix: {brief: x, blend: [[[A]]]}": False,
    "matrix: {brief: x, blend: [1]}": False,
}


@pytest.mark.parametrize(("text", "accepted"), BOTH.items())
def test_the_schema_of_brief_files_takes_what_is_read_and_refuses_the_rest(text: str, accepted: bool) -> None:
    validator = Draft202012Validator(json_schema("briefs"))
    file = parse(text, "b.yaml")

    assert accepted == validator.is_valid(file.value)
    assert accepted == is_read(file)


def is_read(file: YamlFile) -> bool:
    try:
        return len(briefs.from_yaml(file, 200)) > 0
    except BriefError:
        return False


def test_the_example_of_a_new_workspace_is_read_and_true_to_the_schema(tmp_path: Path) -> None:
    workspace.create(tmp_path)
    example = (tmp_path / "briefs.yaml").read_text()
    with_matrix = example.replace("# matrix", "matrix").replace("\n#   ", "\n  ")
    validator = Draft202012Validator(json_schema("briefs"))

    songs = [len(briefs.from_yaml(parse(text, "b.yaml"), 200)) for text in (example, with_matrix)]

    assert [2, 10] == songs
    assert all(validator.is_valid(parse(text, "b.yaml").value) for text in (example, with_matrix))
