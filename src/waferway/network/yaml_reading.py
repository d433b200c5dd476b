"""Read a network, or one table of it, from YAML, keeping line and column of every cell.

Owns the forms that YAML may take: rows as a mapping of name to row or as a list, settings,
claims and sources.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from waferway.errors import Place, nearest
from waferway.evidence.claims import Claim, Source
from waferway.network.gathering import Reading, file_text
from waferway.network.intake import RawTable
from waferway.network.migrations import Translation
from waferway.network.positions import InYaml
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES
from waferway.network.yaml_tree import Tree, parse_yaml

__all__ = ["read_network_file", "read_table_file"]

_TOP = ("waferway", "setting", "applied", "claims", "sources")


def read_network_file(path: Path, reading: Reading) -> None:
    """Read ``network.yaml``, or a network in one file."""
    tree = _mapping(path, reading)
    if tree is None:
        return
    if tree.is_list:
        reading.faults.add(
            tree.place, "the file is a list, not a mapping", "",
            f"begin with the line: waferway: {SCHEMA_VERSION}", "yaml-form",
        )  # fmt: skip
        return
    reading.settings_place = tree.place
    parts = list(tree.items())
    if not _version(parts, tree, reading):
        reading.readable = False
        return
    for written, part, mark in parts:
        name = reading.translate.table(written)
        place = Place(str(path), *mark)
        if name == "setting":
            _settings(part, place, reading)
        elif name == "applied":
            reading.applied = tuple(str(entry) for entry in part.plain() or ())
        elif name in ("claims", "sources"):
            _evidence(name, part, reading)
        elif name in TABLES:
            _table(name, part, mark, reading)
        elif name != "waferway":
            reading.not_whole(written)
            found = nearest(name, [*_TOP, *TABLES])
            reading.faults.add(
                place, f'"{written}" is no part of a network',
                f"parts are: {', '.join([*_TOP, *TABLES])}",
                f"did you mean {found[0]}?" if found else "", "unknown-table",
            )  # fmt: skip


def read_table_file(path: Path, reading: Reading) -> None:
    """Read one table from YAML: its rows, or a mapping with the version and the table."""
    tree = _mapping(path, reading)
    table = reading.translate.table(path.stem)
    if tree is None:
        reading.not_whole(table)
        return
    parts = list(tree.items()) if tree.is_mapping else []
    if "waferway" not in [name for name, _, _ in parts]:
        _table(table, tree, tree.mark, reading)
        return
    folder, reading.translate = reading.translate, Translation()
    if _version(parts, tree, reading):
        for name, part, mark in parts:
            if reading.translate.table(name) == table:
                _table(table, part, mark, reading)
            elif name != "waferway":
                reading.faults.add(
                    Place(str(path), *mark), f'"{name}" is not expected here',
                    f"{path.name} holds only waferway and {path.stem}",
                    kind="unknown-table",
                )  # fmt: skip
    reading.translate = folder


def _mapping(path: Path, reading: Reading) -> Tree | None:
    text = file_text(path, reading.faults)
    if text is None:
        return None
    tree = parse_yaml(text, str(path), reading.faults)
    if tree is not None and (tree.is_mapping or tree.is_list):
        return tree
    if tree is not None or not text.strip():
        reading.faults.add(
            Place(str(path), 1, 1), "the file is no mapping", "",
            f"begin with the line: waferway: {SCHEMA_VERSION}", "yaml-form",
        )  # fmt: skip
    return None


def _version(parts: list[tuple[str, Tree, tuple[int, int]]], tree: Tree, reading: Reading) -> bool:
    """Take up the version that a file states; False, and a fault, where it is not known."""
    version = next((part for name, part, _ in parts if name == "waferway"), None)
    if version is None:
        reading.faults.add(
            tree.place, "the schema version is missing", "",
            f"begin the file with the line: waferway: {SCHEMA_VERSION}", "version",
        )  # fmt: skip
        return True
    return reading.take_version(version.plain(), version.place)


def _settings(tree: Tree, place: Place, reading: Reading) -> None:
    reading.settings_place = place
    if tree.is_empty:
        return
    if not tree.is_mapping:
        reading.faults.add(
            tree.place, "setting is no mapping", "", "write `name: value` lines", "yaml-form"
        )
        return
    for written, part, mark in tree.items():
        name = reading.translate.setting(written)
        value = part.plain()
        known = any(name == attribute.name for attribute in SETTINGS)
        at = part.place if isinstance(value, str) and known else Place(part.file, *mark)
        reading.settings[name] = (value, at)


def _table(name: str, tree: Tree, mark: tuple[int, int], reading: Reading) -> None:
    """Rows of a table: a mapping of name to row, or a list of rows."""
    key = TABLES[name].key
    rows: list[tuple[dict[str, Any], dict[str, tuple[int, int]]]] = []
    if tree.is_empty:
        return
    if tree.is_mapping and len(key) == 1:
        for row_name, row, row_mark in tree.items():
            if not (row.is_mapping or row.is_empty):
                _no_row(name, row, reading)
                continue
            cells, marks = _row(row, name, reading.translate)
            marks[""] = row_mark
            if key[0] in cells and cells[key[0]] != row_name:
                reading.faults.add(
                    Place(row.file, *marks[key[0]]),
                    f'{name} "{row_name}" is also named "{cells[key[0]]}"',
                    "", f"leave out the line `{key[0]}: ...`", "duplicate-name",
                )  # fmt: skip
            cells[key[0]] = row_name
            marks.setdefault(key[0], row_mark)
            rows.append((cells, marks))
    elif tree.is_list:
        for row in tree.entries():
            if not row.is_mapping:
                _no_row(name, row, reading)
                continue
            rows.append(_row(row, name, reading.translate))
    else:
        reading.not_whole(name)
        reading.faults.add(
            tree.place,
            f"{name} is no {'mapping or ' if len(key) == 1 else ''}list of rows",
            f"its rows are named by {' and '.join(key)}",
            "write a list of rows, each `- {column: value, ...}`",
            "table-form",
        )
        return
    names = dict.fromkeys(column for cells, _ in rows for column in cells)
    columns = {c: [cells.get(c) for cells, _ in rows] for c in names}
    origin = InYaml(tree.file, [marks for _, marks in rows], mark)
    reading.raw.append(RawTable(name, columns, len(rows), origin))


def _no_row(name: str, row: Tree, reading: Reading) -> None:
    reading.not_whole(name)
    reading.faults.add(
        row.place, f"a row of {name} is no mapping", "",
        "write its cells as `column: value`", "table-form",
    )  # fmt: skip


def _evidence(name: str, tree: Tree, reading: Reading) -> None:
    if tree.is_empty:
        return
    if not tree.is_list:
        reading.unread.add("claims")
        reading.faults.add(tree.place, f"{name} is no list", kind="yaml-form")
        return
    model: type[Claim] | type[Source] = Claim if name == "claims" else Source
    for entry in tree.entries():
        given = entry.plain()
        if isinstance(given, dict):
            given = {key: value for key, value in given.items() if value is not None}
            if "dist" in given:
                given["dist"] = _distribution(given["dist"])
        try:
            record = model.model_validate(given)
        except ValidationError as error:
            reading.unread.add("claims")
            for problem in error.errors():
                _bad_record(entry, problem["loc"], problem["msg"], model, reading)
        else:
            (reading.claims if isinstance(record, Claim) else reading.sources).append(record)  # type: ignore[arg-type]


def _bad_record(
    entry: Tree,
    loc: tuple[int | str, ...],
    message: str,
    model: type[Claim] | type[Source],
    reading: Reading,
) -> None:
    column = str(loc[0]) if loc else ""
    at = entry.place
    if entry.is_mapping:
        at = next((part.place for key, part, _ in entry.items() if key == column), at)
    found = nearest(column, model.model_fields) if "extra" in message.lower() else []
    reading.faults.add(
        at, f"{model.__name__.lower()} {column or 'entry'}: {message}", "",
        f"did you mean {found[0]}?" if found else "", "evidence",
    )  # fmt: skip


def _distribution(given: Any) -> Any:
    """Parameters of a distribution: JSON text, or a mapping whose numbers are still text."""
    if isinstance(given, dict):
        return {key: _distribution(value) for key, value in given.items()}
    if isinstance(given, list):
        return [_distribution(value) for value in given]
    try:
        return json.loads(given)
    except (TypeError, ValueError):
        return given


def _row(
    tree: Tree, table: str, translate: Translation
) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """Cells of one row, and where each stands."""
    cells: dict[str, Any] = {}
    marks = {"": tree.mark}
    if not tree.is_mapping:
        return cells, marks
    for written, part, mark in tree.items():
        column = translate.column(table, written)
        cells[column] = part.plain()
        # An unknown column is pointed at by its name, a value by itself.
        marks[column] = mark if part.is_empty or column not in TABLES[table] else part.mark
    return cells, marks
