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

from waferway.evidence.claims import Claim, Source
from waferway.network.schema import TABLES

__all__ = ["DATA_VERSION", "describe", "write_description"]

DATA_VERSION = "0.1.0"
_KINDS = {"number": "number", "integer": "integer", "date": "date", "flag": "boolean"}
_RECORDS = {"claim": Claim, "source": Source}


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
    resources = [_resource(path) for path in sorted(folder.glob("*.csv"))]
    lines = "\n".join(f"{r['name']} {r['hash']}" for r in resources)
    return {
        "profile": "tabular-data-package",
        "name": "waferway-atlas",
        "title": "The AI-chip network: first atlas of waferway",
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


def _resource(path: Path) -> dict[str, Any]:
    # Hashed with plain line ends, so that a checkout on Windows describes the same data.
    content = path.read_bytes().replace(b"\r\n", b"\n")
    heading = next(csv.reader([content.decode("utf-8").splitlines()[0]]))
    return {
        "name": path.stem,
        "path": path.name,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
        "schema": {"fields": [_field(path.stem.partition("-")[0], name) for name in heading]},
    }


def _field(table: str, name: str) -> dict[str, str]:
    if table in _RECORDS:
        return {"name": name, "type": "string"}
    declared = TABLES[table][name]
    field = {"name": name, "type": _KINDS.get(declared.kind, "string")}
    if declared.meaning:
        field["description"] = declared.meaning
    if declared.unit:
        field["unit"] = declared.unit
    return field
