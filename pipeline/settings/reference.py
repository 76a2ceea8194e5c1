"""The table of all settings for the reference page, told from the schema so that it cannot be out of date."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.settings.schema import json_schema

_TYPES = {
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A setting: its dotted key, what it takes, its default as YAML has it, what it does."""

    key: str
    type: str
    default: str
    does: str


def settings_table() -> list[Entry]:
    """List every setting in the order of `configs/default.yaml`; reserved sections are left out."""
    schema = json_schema("settings")
    return [entry for name, node in schema["properties"].items() for entry in _entries(schema, name, node)]


def _entries(schema: Mapping[str, Any], key: str, node: Mapping[str, Any]) -> Iterator[Entry]:
    if "$ref" in node:
        for name, child in _definition(schema, node).get("properties", {}).items():
            yield from _entries(schema, f"{key}.{name}", child)
        return
    default = json.dumps(node["default"]) if "default" in node else ""
    yield Entry(key, _type(schema, node), default, _description(node))
    if "$ref" in node.get("items", {}):
        yield from _entries(schema, f"{key}[]", node["items"])


def _definition(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return found


def _description(node: Mapping[str, Any]) -> str:
    found = [part["description"] for part in (node, *node.get("anyOf", [])) if "description" in part]
    return str(found[0])


def _type(schema: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    """Say what a setting takes: `number, 10 to 600, or auto`."""
    if "$ref" in node:
        return f"mapping ({', '.join(_definition(schema, node)['properties'])})"
    if "anyOf" in node:
        return " or ".join(_type(schema, part) for part in node["anyOf"])
    if "enum" in node or "const" in node:
        return ", ".join(str(choice) for choice in node.get("enum", [node.get("const")]))
    if node["type"] in {"array", "object"}:
        inner = node["items"] if node["type"] == "array" else node["additionalProperties"]
        return f"{'list of' if node['type'] == 'array' else 'mapping to'} {_type(schema, inner)}"
    limits = f", {node['minimum']} to {node['maximum']}" if "minimum" in node else ""
    return ("path" if node.get("format") == "path" else _TYPES[node["type"]]) + limits
