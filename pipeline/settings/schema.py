"""JSON Schemas of the files that people write, for editors and agents."""

from typing import Any, Literal

from pipeline.brief import Brief
from pipeline.settings import packaged
from pipeline.settings.briefs import OPTIONS
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
    """A brief's own schema tells what the options are; the file puts defaults and a list around it."""
    fields = Brief.model_json_schema()["properties"]
    options = {name: fields[name] for name in OPTIONS}
    song = {"brief": fields["text"], **options}
    return {
        "$schema": _DIALECT,
        "title": "songpipe briefs",
        "description": "many songs in one file",
        "type": "object",
        "properties": {
            "defaults": {"description": "options for every song below", **_closed(options)},
            "songs": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "anyOf": [{"type": "string", "minLength": 1}, {**_closed(song), "required": ["brief"]}]
                },
            },
        },
        "required": ["songs"],
        "additionalProperties": False,
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
