"""JSON Schemas of the files that people write, for editors and agents."""

from typing import Any, Literal

from pipeline.brief import Brief
from pipeline.settings import packaged
from pipeline.settings.briefyaml import LISTS
from pipeline.settings.model import Settings
from pipeline.settings.yaml import read

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: Literal["settings", "briefs"]) -> dict[str, Any]:
    """Describe a settings file or a brief file."""
    return _settings() if kind == "settings" else _briefs()


def _settings() -> dict[str, Any]:
    """Every key with its default; none is required, for a settings file holds only what differs."""
    schema = {"$schema": _DIALECT, **Settings.model_json_schema(), "title": "songpipe settings"}
    defaults = read(packaged.folder("configs") / "default.yaml").value
    del schema["required"]
    for name, node in schema["properties"].items():
        section = schema["$defs"].get(node.get("$ref", "").rsplit("/", 1)[-1])
        if section is None:
            node["default"] = defaults[name]
            continue
        section.pop("required", None)
        for key, child in section.get("properties", {}).items():
            child["default"] = defaults[name][key]
    return schema


def _briefs() -> dict[str, Any]:
    """A brief's own schema tells what the options are; the file puts defaults, a list and a matrix around it."""
    fields = Brief.model_json_schema()["properties"]
    text = {**fields.pop("text"), "minLength": 1}
    one = {name: field["items"] if name in LISTS else field for name, field in fields.items()}
    options = {
        name: _or_listed(one[name], field) if name in LISTS else field for name, field in fields.items()
    }
    every = {"brief": text, **options}
    axes = {name: _or_listed(one.get(name, option), _list_of(option)) for name, option in every.items()}
    matrix = {**_closed(axes), "required": ["brief"]}
    song = {**_closed(every), "required": ["brief"]}
    return {
        "$schema": _DIALECT,
        "title": "songpipe briefs",
        "description": "many songs in one file",
        "type": "object",
        "properties": {
            "defaults": {"description": "options for every song", **_closed(options)},
            "songs": _list_of({"anyOf": [text, song]}),
            "matrix": {
                "description": "a list of values for any option: every combination is a song",
                **_or_listed(matrix, _list_of(matrix)),
            },
        },
        "anyOf": [{"required": ["songs"]}, {"required": ["matrix"]}],
        "additionalProperties": False,
    }


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": item}


def _or_listed(one: dict[str, Any], many: dict[str, Any]) -> dict[str, Any]:
    """Take one as well as many; what is said about them stands once, before the branches."""
    about = ("title", "description", "default")
    said = {name: value for name, value in many.items() if name in about}
    return {**said, "anyOf": [one, {name: value for name, value in many.items() if name not in about}]}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
