"""JSON Schema (draft 2020-12) of the one-file YAML form, for completion and hints in editors.

Owns nothing of its own: it follows from the declarations. It says less than the checks of
`waferway.network.checking`, which see names, units and what tables say together.
"""

from __future__ import annotations

from typing import Any

from waferway.evidence.claims import Claim, Source
from waferway.network.declaration import Attribute, Table
from waferway.network.migrations import MIGRATIONS
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES

__all__ = ["json_schema"]

_NAME = "^[A-Za-z0-9][A-Za-z0-9._:+-]*$"
_PERIOD = r"^[0-9]{4}(-?[QH][1-4]|-[0-9]{2}(-[0-9]{2})?)?$"
_AGE = r"^age [0-9]+(\.[0-9]+)?( months?)?$"


def json_schema() -> dict[str, Any]:
    """JSON Schema of a network in one YAML file.

    Returns
    -------
    dict
        Ready for `json.dumps`. Editors find it through a first line such as
        ``# yaml-language-server: $schema=network.schema.json``.

    Examples
    --------
    >>> schema = json_schema()
    >>> schema["$schema"], sorted(schema["required"])
    ('https://json-schema.org/draft/2020-12/schema', ['waferway'])
    """
    definitions: dict[str, Any] = {"interval": _interval()}
    for model in (Claim, Source):
        schema = model.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        definitions[model.__name__.lower()] = _lax(schema)
    properties: dict[str, Any] = {
        "waferway": {
            "description": "version of the schema",
            "enum": [*sorted(MIGRATIONS), SCHEMA_VERSION],
        },
        "setting": {
            "description": "settings of the network",
            "type": "object",
            "additionalProperties": False,
            "properties": {a.name: _cell(a) for a in SETTINGS},
        },
        "applied": {
            "description": "scenarios that the tables already contain",
            "type": "array",
            "items": {"type": "string"},
        },
        "claims": {"type": "array", "items": {"$ref": "#/$defs/claim"}},
        "sources": {"type": "array", "items": {"$ref": "#/$defs/source"}},
    }
    for table in TABLES.values():
        definitions[f"row.{table.name}"] = _row(table)
        properties[table.name] = _table(table)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "waferway network",
        "type": "object",
        "required": ["waferway"],
        "additionalProperties": False,
        "properties": properties,
        "$defs": definitions,
    }


def _lax(schema: dict[str, Any]) -> dict[str, Any]:
    """A record whose cells may also be bare YAML numbers, as they are read as text."""
    for name, cell in schema["properties"].items():
        if name not in ("qualifiers", "dist", "derived_from"):
            cell.setdefault("anyOf", []).append({"type": ["number", "string", "boolean", "null"]})
            for key in ("type", "pattern", "enum"):
                if key in cell and key != "enum":
                    cell.pop(key)
            if "enum" in cell:
                cell.pop("anyOf")
    return schema


def _table(table: Table) -> dict[str, Any]:
    row = {"$ref": f"#/$defs/row.{table.name}"}
    keyed = {"required": list(_required(table, keyed=True))}
    listed: dict[str, Any] = {"type": "array", "items": {"allOf": [row, keyed]}}
    if len(table.key) > 1:
        return {"description": table.meaning} | listed
    mapped = {
        "type": "object",
        "propertyNames": {"pattern": _NAME},
        "additionalProperties": {
            "anyOf": [
                {"type": "null"},
                {"allOf": [row, {"required": list(_required(table, keyed=False))}]},
            ]
        },
    }
    return {"description": table.meaning, "anyOf": [mapped, listed]}


def _required(table: Table, *, keyed: bool) -> list[str]:
    # A required number may come from `profile`, so only the checks can say that it is missing.
    return [
        a.name
        for a in table.attributes
        if a.required and not a.numeric and (keyed or a.name not in table.key)
    ]


def _row(table: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "description": table.meaning,
        "additionalProperties": False,
        "properties": {a.name: _cell(a) for a in table.attributes},
    }


def _cell(a: Attribute) -> dict[str, Any]:
    unit = f" [{a.unit}]" if a.unit else ""
    described: dict[str, Any] = {"description": (a.meaning or a.name) + unit}
    if a.default is not None and not a.required:
        described["default"] = a.default
    if a.kind == "choice":
        return described | {"enum": list(a.choices)}
    if a.kind == "flag":
        return described | {"enum": [True, False, "yes", "no"]}
    if a.numeric:
        return described | {"anyOf": _numbers(a)}
    if a.kind == "name":
        return described | {"type": ["string", "integer"], "pattern": _NAME}
    return described | {"type": ["string", "number", "boolean", "null"]}


def _numbers(a: Attribute) -> list[dict[str, Any]]:
    number: dict[str, Any] = {"type": "number"}
    if a.low is not None:
        number["minimum"] = a.low
    if a.high is not None:
        number["maximum"] = a.high
    patterns: dict[str, Any] = {}
    inner = {"anyOf": [number, {"type": "string"}, {"$ref": "#/$defs/interval"}]}
    if a.dated:
        patterns[_PERIOD] = inner
    if a.aged:
        patterns[_AGE] = inner
    varying = {
        "type": "object",
        "patternProperties": patterns,
        "properties": {
            **_interval()["properties"],
            "always": inner,
            "branch": {"type": "object"},
        },
        "additionalProperties": False,
    }
    return [number, {"type": "string"}, {"type": "null"}, varying]


def _interval() -> dict[str, Any]:
    bound = {"type": ["number", "string"]}
    claim = {"type": ["string", "array"], "description": "claims it rests on"}
    return {
        "type": "object",
        "properties": {"low": bound, "value": bound, "high": bound, "cite": claim},
        "additionalProperties": False,
    }
