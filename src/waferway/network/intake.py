"""Raw tables on their way in: cells as found, where they stood, and what was wrong.

Owns the state of an assembly: cells by table and column, names of rows, rows that cells of other
tables gave to `profile` and `cite`, and the faults so far. What a cell means is for
`waferway.network.column_reading`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from waferway.errors import Faults, Place, nearest
from waferway.network.cells import CellError
from waferway.network.declaration import Table
from waferway.network.positions import InCsv, InSheet, Listed, Origin, Places
from waferway.network.schema import TABLES
from waferway.network.typed_rows import number_key

__all__ = ["Intake", "RawTable", "append_made", "merge", "name_rows", "no_table"]


@dataclass
class RawTable:
    """Cells of one table as they were found.

    Attributes
    ----------
    name : str
    columns : dict of str to list
        Cells by column; None or "" is missing.
    count : int
        Number of rows.
    origin : Origin
    """

    name: str
    columns: dict[str, list[Any]]
    count: int
    origin: Origin


@dataclass
class Intake:
    """A network on its way in: what has been read, and what was wrong."""

    faults: Faults
    poisoned: set[tuple[str, int, str]] = field(default_factory=set)
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[str, list[tuple[int, Origin]]] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    made: dict[str, list[list[Any]]] = field(default_factory=dict)
    made_at: dict[str, list[Place]] = field(default_factory=dict)

    def locate(self, table: str, row: int, column: str) -> Place:
        """Where a cell stands."""
        return Places(self.origins, {}, {}).locate(table, row, column)

    def fault(self, table: str, row: int, column: str, error: CellError) -> None:
        """Record that a cell cannot be read; nothing more is said of it."""
        self.poisoned.add((table, row, column))
        keys = self.keys.get(table) or self.cells[table].get(TABLES[table].key[0])
        name = str(keys[row] or "") if keys else ""
        who = f'{table} "{name}"' if name else f"{table} row {row + 1}"
        self.faults.add(
            self.locate(table, row, column), f"{who}: {column} {error.what}",
            error.why, error.suggestion, error.kind,
        )  # fmt: skip


def no_table(name: str, place: Place, faults: Faults) -> None:
    """Record that there is no such table, with the nearest there is."""
    found = nearest(name, TABLES)
    faults.add(
        place,
        f'"{name}" is no table of a network',
        f"tables are: {', '.join(TABLES)}",
        f"did you mean {found[0]}?" if found else "",
        "unknown-table",
    )


def merge(name: str, parts: list[RawTable], work: Intake) -> None:
    """Take in a table whose rows stand in several places, one after another."""
    declared = TABLES[name]
    work.origins[name] = [(part.count, part.origin) for part in parts]
    total = sum(part.count for part in parts)
    merged: dict[str, list[Any]] = {}
    for column in declared.columns:
        if any(column in part.columns for part in parts):
            merged[column] = [
                cell for part in parts for cell in part.columns.get(column, [None] * part.count)
            ]
    work.cells[name] = merged | {"": total}
    start = 0
    for part in parts:
        for column in part.columns:
            if column not in declared:
                _no_column(declared, part, column, start, work)
        start += part.count


def _no_column(declared: Table, part: RawTable, column: str, start: int, work: Intake) -> None:
    """Record a column that does not exist; the one that was meant is not called missing too."""
    found = nearest(column, declared.columns)
    if found and found[0] not in part.columns:
        work.poisoned |= {(declared.name, start + row, found[0]) for row in range(part.count)}
    filled = (row for row, cell in enumerate(part.columns[column]) if cell is not None)
    row = -1 if isinstance(part.origin, InCsv | InSheet) else next(filled, -1)
    work.faults.add(
        part.origin.place(row, column), f"{declared.name}.{column} is not a column of "
        f"{declared.name}", f"{declared.name} has: {', '.join(declared.columns)}",
        f"did you mean {found[0]}?" if found else "", "unknown-column",
    )  # fmt: skip


def name_rows(declared: Table, work: Intake) -> None:
    """Name the rows of a table by its key columns, which are read already."""
    cells = work.cells[declared.name]
    parts = [_key_part(cells[column]) for column in declared.key]
    if len(parts) == 1:
        work.keys[declared.name] = parts[0]
    else:
        work.keys[declared.name] = ["/".join(part) for part in zip(*parts, strict=True)]


def _key_part(cells: Any) -> list[str]:
    if isinstance(cells, np.ndarray):
        return [number_key(number) for number in cells.tolist()]
    return [cell.isoformat() if isinstance(cell, dt.date) else str(cell or "") for cell in cells]


def append_made(name: str, work: Intake) -> None:
    """Add the rows that cells of other tables gave to `profile` and `cite`."""
    made = work.made.get(name, [])
    if not made:
        return
    cells = work.cells[name]
    before = cells[""]
    for column, more in zip(TABLES[name].columns, zip(*made, strict=True), strict=True):
        have = cells.get(column)
        have = [None] * before if have is None else have
        numbers = isinstance(have, np.ndarray)
        cells[column] = np.concatenate([have, more]) if numbers else [*have, *more]
    cells[""] = before + len(made)
    work.origins[name].append((len(made), Listed(work.made_at[name])))
    name_rows(TABLES[name], work)
