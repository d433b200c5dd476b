"""What a release of the atlas says of itself: a Frictionless data package, each file hashed.

Owns `datapackage.json`. The tables are the truth and are edited by hand; this description is
made from them and from the declarations, and a test holds the two together.
"""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

from waferway.atlas.catalogue_schema import CATALOGUE, CREDITS, MISSING
from waferway.evidence.claims import Claim, Source
from waferway.network.declaration import Table
from waferway.network.schema import TABLES

__all__ = ["DATA_VERSION", "describe", "write_description"]

DATA_VERSION = "1.1.0"
_KINDS = {"number": "number", "integer": "integer", "date": "date", "flag": "boolean"}
_RECORDS = {"claim": Claim, "source": Source}
_ODBL = {
    "name": "ODbL-1.0",
    "title": "Open Data Commons Open Database License 1.0",
    "path": "https://opendatacommons.org/licenses/odbl/1-0/",
}


def describe(folder: Path) -> dict[str, Any]:
    """The data package of a folder of atlas tables.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict
        As Frictionless wants it: one resource a file, with fields, size and SHA-256.

    Examples
    --------
    >>> from waferway.atlas.world import data_folder
    >>> describe(data_folder())["licenses"][0]["name"]
    'CC-BY-4.0'
    """
    resources = [_resource(path, TABLES, "") for path in sorted(folder.glob("*.csv"))]
    resources += [
        _resource(path, CATALOGUE, "catalogue/")
        for path in sorted((folder / "catalogue").glob("*.csv"))
    ]
    lines = "\n".join(f"{r['name']} {r['hash']}" for r in resources)
    return {
        "profile": "tabular-data-package",
        "name": "waferway-atlas",
        "title": "The AI-chip network: the atlas of waferway",
        "version": DATA_VERSION,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "contributors": [
            {"title": "Epoch AI", "role": "source", "path": "https://epoch.ai/data"},
            {
                "title": "Berkeley AI Risk, AI Chip Fab Atlas",
                "role": "source",
                "path": "https://github.com/Berkeley-AI-Risk/ai-chip-fab-atlas",
            },
        ],
        "root": "sha256:" + hashlib.sha256(lines.encode()).hexdigest(),
        "resources": resources,
    }


def write_description(folder: Path) -> Path:
    """Write ``datapackage.json`` beside the tables.

    Returns
    -------
    Path
        The file written.
    """
    path = folder / "datapackage.json"
    text = json.dumps(describe(folder), indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def _resource(path: Path, tables: dict[str, Table], inside: str) -> dict[str, Any]:
    # Hashed with plain line ends, so that a checkout on Windows describes the same data.
    content = path.read_bytes().replace(b"\r\n", b"\n")
    heading = next(csv.reader([content.decode("utf-8").splitlines()[0]]))
    record = next((r for stem, r in _RECORDS.items() if path.stem.startswith(stem)), None)
    table = None if record else tables[path.stem]
    schema: dict[str, Any] = {"fields": [_field(table, name) for name in heading]}
    if table is not None and inside:
        schema["missingValues"] = ["", *MISSING]
        schema["primaryKey"] = list(table.key)
        schema["foreignKeys"] = _foreign(table)
    found = {
        "name": (inside + path.stem).replace("/", "."),
        "path": inside + path.name,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
        "schema": schema,
    }
    if table is not None and table.meaning:
        found["description"] = table.meaning
    if inside and path.stem in CREDITS:
        found["sources"] = [{"title": CREDITS[path.stem]}]
    if inside and path.stem == "facility_point":
        found["licenses"] = [_ODBL]
    return found


def _foreign(table: Table) -> list[dict[str, Any]]:
    """References to rows of one other table of the catalogue."""
    found = []
    for attribute in table.attributes:
        if attribute.kind == "reference" and attribute.refers[0] in CATALOGUE:
            target = attribute.refers[0]
            if len(attribute.refers) == 1 and CATALOGUE[target].key == ("name",):
                resource = "" if target == table.name else f"catalogue.{target}"
                found.append({
                    "fields": [attribute.name],
                    "reference": {"resource": resource, "fields": ["name"]},
                })  # fmt: skip
    return found


def _field(table: Table | None, name: str) -> dict[str, Any]:
    if table is None:
        return {"name": name, "type": "string"}
    declared = table[name]
    field: dict[str, Any] = {"name": name, "type": _KINDS.get(declared.kind, "string")}
    if declared.meaning:
        field["description"] = declared.meaning
    if declared.unit:
        field["unit"] = declared.unit
    if declared.choices:
        field["constraints"] = {"enum": list(declared.choices)}
    return field
