"""Write a network: a folder of CSV files, one YAML file, a workbook. Reading gives it back.

Owns the text of the files; that they appear whole or not at all is `waferway.network.replacing`.
Tables without rows and columns without values are left out, so files stay short to edit.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel

from waferway.errors import Faults, Place
from waferway.evidence.claims import Claim, Evidence, Source
from waferway.evidence.formula_text import guarded
from waferway.network.declaration import Table
from waferway.network.network import Network
from waferway.network.replacing import new_file, new_folder
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES
from waferway.network.typed_rows import number_key

__all__ = ["write", "write_example"]

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._+/-]*[A-Za-z0-9._+/-])?")
_NULL = {"null", "Null", "NULL"}
_ALWAYS = ("currency", "price_year")


def write(
    network: Network,
    path: str | Path,
    form: Literal["folder", "yaml", "xlsx"] = "folder",
    *,
    force: bool = False,
) -> Path:
    """Write a network.

    Parameters
    ----------
    network : Network
    path : str or Path
        Folder or file to make.
    form : str
        ``folder``: ``network.yaml`` and a CSV file per table; ``yaml``: one file; ``xlsx``: a
        workbook with a sheet per table.
    force : bool
        Whether a network that is there may be replaced. Other files in its folder stay.

    Returns
    -------
    Path

    Raises
    ------
    OutputExists
        If something is there and `force` is false, or it is no network.
    InputError
        If a claim holds text that CSV, or a cell of a workbook, cannot carry; `yaml` can.

    Examples
    --------
    >>> import tempfile
    >>> from waferway.network.reading import read
    >>> net = Network.build({"party": [{"name": "acme", "kind": "lab", "country": "NO"}]})
    >>> read(write(net, Path(tempfile.mkdtemp()) / "net")) == net
    True
    """
    where = Path(path)
    if form == "xlsx":
        from waferway.network.workbook import write_workbook

        return write_workbook(network, where, force=force)
    if form == "yaml":
        with new_file(where, force=force) as draft:
            _put(draft, _one_file(network))
        return where
    files = _folder(network)
    with new_folder(where, force=force, ours=_ours) as folder:
        for name, text in files.items():
            _put(folder / name, text)
    return where


def write_example(path: str | Path, force: bool = False) -> Path:
    """Write a small, commented network that can be planned as it is.

    Parameters
    ----------
    path : str or Path
        A ``.yaml`` file, or a folder that gets a ``network.yaml``.
    force : bool
        Whether a network that is there may be replaced.

    Raises
    ------
    OutputExists
        If something is there and `force` is false.

    Examples
    --------
    >>> import tempfile
    >>> from waferway.network.reading import read
    >>> read(write_example(Path(tempfile.mkdtemp()) / "net.yaml")).setting("title")
    'A fab, a memory maker and a packager'
    """
    where = Path(path)
    text = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")
    if where.suffix in (".yaml", ".yml"):
        with new_file(where, force=force) as draft:
            _put(draft, text)
    else:
        with new_folder(where, force=force, ours=_ours) as folder:
            _put(folder / "network.yaml", text)
    return where


def _ours(path: Path) -> bool:
    """Whether a file of a folder belongs to the network in it."""
    if path.name == "network.yaml":
        return True
    if path.suffix == ".csv" and path.stem.startswith(("claim", "source")):
        return True
    return path.suffix in (".csv", ".yaml", ".yml") and path.stem in TABLES


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


# -- the folder ---------------------------------------------------------------------------------


def _folder(network: Network) -> dict[str, str]:
    files = {"network.yaml": _heading(network)}
    for name, declared in TABLES.items():
        if len(network.tables[name]):
            files[f"{name}.csv"] = _csv(*_cells(declared, network.tables[name]))
    evidence = network.evidence
    if len(evidence):
        files["claim.csv"] = _records(evidence.values(), Claim)
    if evidence.sources:
        files["source.csv"] = _records(evidence.sources.values(), Source)
    return files


def _csv(columns: list[str], rows: Iterable[Iterable[str]]) -> str:
    guard = [[guarded(cell) for cell in row] for row in rows]
    return "".join(",".join(map(_quoted, row)) + "\n" for row in (columns, *guard))


def _quoted(text: str) -> str:
    # The writer of the standard library leaves a lone carriage return bare, and cannot read it.
    if any(letter in text for letter in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _cells(declared: Table, frame: pd.DataFrame) -> tuple[list[str], list[tuple[str, ...]]]:
    """Columns that say something, and the text of their cells."""
    columns = {}
    for a in declared.attributes:
        texts = [_text(cell, a.default if a.kind == "flag" else None)
                 for cell in frame[a.name].tolist()]  # fmt: skip
        if a.name in declared.key or any(texts):
            columns[a.name] = texts
    return list(columns), list(zip(*columns.values(), strict=True))


def _text(cell: Any, default: Any = None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool | np.bool_):
        return "" if bool(cell) == default else str(bool(cell)).lower()
    if isinstance(cell, int | float | np.integer | np.floating):
        return "" if math.isnan(cell) else number_key(float(cell))
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _records(records: Iterable[BaseModel], model: type[BaseModel]) -> str:
    """CSV of claims or sources, as `waferway.evidence.claims.read_evidence` reads it."""
    faults = Faults()
    dumped = [_dump(record) for record in records]
    columns = [name for name in model.model_fields if any(name in cells for cells in dumped)]
    rows = [[_record_text(cells, name, faults) for name in columns] for cells in dumped]
    faults.raise_any("nothing was written")
    return _csv(columns, rows)


def _dump(record: BaseModel) -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_defaults=True)


def _record_text(cells: Mapping[str, Any], name: str, faults: Faults) -> str:
    value = cells.get(name)
    text = ""
    if name == "qualifiers":
        pairs = value or {}
        text = "; ".join(f"{key}={of}" for key, of in pairs.items())
        read = [pair.partition("=") for pair in text.split(";")]
        exact = {k.strip(): v.strip() for k, _, v in read if k.strip()} == pairs
    elif name == "derived_from":
        text, exact = " ".join(value or ()), True
    elif name == "dist":
        text, exact = json.dumps(value) if value is not None else "", True
    else:
        text = _text(value)
        exact = text != "" or value is None
    if not exact:
        who = cells.get("claim_id") or cells.get("source_id")
        faults.add(
            Place(cell=f"{who}.{name}"), f"{who}: {name} is {value!r}, which CSV cannot carry",
            "", "leave it out where it is empty; or write form yaml", "csv",
        )  # fmt: skip
    return text


# -- YAML -----------------------------------------------------------------------------------------


def _heading(network: Network) -> str:
    lines = [f"waferway: {SCHEMA_VERSION}", "setting:"]
    for a in SETTINGS:
        value = network.settings[a.name]
        if a.name == "price_year" and value is None:
            value = "nominal"
        if a.name in _ALWAYS or value != a.default:
            lines.append(f"  {a.name}: {_scalar(_text(value))}")
    if network.applied:
        lines.append(f"applied: [{', '.join(map(_scalar, network.applied))}]")
    return "\n".join(lines) + "\n"


def _one_file(network: Network) -> str:
    parts = [_heading(network)]
    for name, declared in TABLES.items():
        frame = network.tables[name]
        if len(frame):
            parts.append(f"{name}:\n" + "".join(_yaml_rows(declared, frame)))
    parts += _yaml_evidence(network.evidence)
    return "\n".join(parts)


def _yaml_rows(declared: Table, frame: pd.DataFrame) -> Iterable[str]:
    columns, rows = _cells(declared, frame)
    named = len(declared.key) == 1
    for row in rows:
        cells = {column: text for column, text in zip(columns, row, strict=True) if text}
        name = cells.pop(declared.key[0], "") if named else ""
        flow = ", ".join(f"{column}: {_scalar(text)}" for column, text in cells.items())
        yield f"  {_scalar(name)}: {{{flow}}}\n" if named else f"  - {{{flow}}}\n"


def _yaml_evidence(evidence: Evidence) -> Iterable[str]:
    for name, records in (("claims", evidence.values()), ("sources", evidence.sources.values())):
        if len(records):
            entries = (f"  - {_flow(_dump(record))}\n" for record in records)
            yield f"{name}:\n" + "".join(entries)


def _flow(value: Any, name: str = "") -> str:
    if name == "dist":
        return _scalar(json.dumps(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v, k)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    return _scalar(_text(value))


def _scalar(text: str) -> str:
    """Text as a YAML scalar that reads back as the same text."""
    if _PLAIN.fullmatch(text) and text not in _NULL:
        return text
    escaped = "".join(_escape(letter) for letter in text)
    return f'"{escaped}"'


def _escape(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    code = ord(letter)
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )
