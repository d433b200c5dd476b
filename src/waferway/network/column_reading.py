"""Columns of raw cells to typed columns: as a whole where they are plain, else cell by cell.

Owns the order in which a table is read: text, dates, flags and key numbers first, since the unit
of a number can depend on the row it stands in.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.network.cells import (
    CellError,
    Varying,
    read_date,
    read_flag,
    read_number,
    tidy_period,
)
from waferway.network.declaration import Attribute, Table
from waferway.network.intake import Intake, append_made
from waferway.network.row_units import Expected, RowUnits
from waferway.network.schema import TABLES

__all__ = ["read_numbers", "read_plain"]

_TEXT = ("name", "text", "choice", "reference")
_PERIOD_COLUMNS = {("profile", "period"), ("cite", "period"), ("outturn", "period"),
                   ("change", "period")}  # fmt: skip


def read_plain(declared: Table, work: Intake) -> None:
    """Convert text, dates, flags and key numbers of a table, column by column."""
    cells = work.cells[declared.name]
    count = cells[""]
    for a in declared.attributes:
        found = cells.get(a.name)
        if a.kind in _TEXT:
            default = a.default if isinstance(a.default, str) else ""
            texts = _texts(found, default, count, declared.name, a.name, work)
            if (declared.name, a.name) in _PERIOD_COLUMNS:
                tidy = {text: tidy_period(text) for text in set(texts)}
                texts = [tidy[text] for text in texts]
            cells[a.name] = texts
        elif a.kind == "flag":
            cells[a.name] = [
                _try(read_flag, raw, bool(a.default), bool(a.default), declared.name, row,
                     a.name, work)
                for row, raw in enumerate(found or [None] * count)
            ]  # fmt: skip
        elif a.kind == "date":
            cells[a.name] = [
                raw
                if raw is None or type(raw) is dt.date
                else _try(read_date, raw, a.closes, None, declared.name, row, a.name, work)
                for row, raw in enumerate(found or [None] * count)
            ]
        elif a.name in declared.key:
            cells[a.name] = _numbers(declared, a, work, None)


def _texts(
    found: list[Any] | None, default: str, count: int, table: str, column: str, work: Intake
) -> list[str]:
    if found is None:
        return [default] * count
    kinds = set(map(type, found))
    if kinds <= {str, type(None)}:
        return [default if cell is None else (cell.strip() or default) for cell in found]
    out = []
    for row, cell in enumerate(found):
        if cell is None or (isinstance(cell, float) and math.isnan(cell)):
            out.append(default)
        elif isinstance(cell, str | int | float | np.integer | np.floating | dt.date):
            out.append(str(cell).strip() or default)
        else:
            out.append(default)
            error = CellError(f"is {type(cell).__name__}, not text", kind="text")
            work.fault(table, row, column, error)
    return out


def _try(
    read: Callable[[Any, Any], Any], raw: Any, argument: Any, instead: Any, table: str, row: int,
    column: str, work: Intake,
) -> Any:  # fmt: skip
    try:
        return read(raw, argument)
    except CellError as error:
        work.fault(table, row, column, error)
        return instead


def read_numbers(declared: Table, work: Intake, units: RowUnits) -> None:
    """Convert the other numbers of a table, each in the unit that its row asks for."""
    if declared.name in ("profile", "cite"):
        append_made(declared.name, work)
    for a in declared.attributes:
        if a.numeric and a.name not in declared.key:
            work.cells[declared.name][a.name] = _numbers(declared, a, work, units)


def _numbers(
    declared: Table, a: Attribute, work: Intake, units: RowUnits | None
) -> NDArray[np.float64]:
    cells = work.cells[declared.name]
    found = cells.get(a.name)
    if found is None:
        return np.full(cells[""], math.nan)
    quick = _quick(found)
    if quick is not None:
        return quick
    out = np.full(len(found), math.nan)
    for row, raw in enumerate(found):
        if raw is None:
            continue
        try:
            number = read_number(raw, _expected(declared, a, row, work, units, raw))
        except CellError as error:
            work.fault(declared.name, row, a.name, error)
            continue
        if isinstance(number, Varying):
            _keep_parts(declared, a, row, number, work)
            number = number.plain
        out[row] = number
    return out


def _quick(found: list[Any]) -> NDArray[np.float64] | None:
    """A column of plain numbers at once; None when some cell has to be read as text."""
    kinds = set(map(type, found))
    try:
        if kinds <= {float, int, type(None)}:
            return np.array([math.nan if c is None else c for c in found], dtype=float)
        if kinds <= {str, type(None)} and not any("_" in cell for cell in found if cell):
            numbers = np.array([float(c) if c else math.nan for c in found], dtype=float)
            given = np.array([bool(c) for c in found])
            return numbers if np.isfinite(numbers[given]).all() else None
    except ValueError:
        return None
    return None


def _expected(
    declared: Table, a: Attribute, row: int, work: Intake, units: RowUnits | None, raw: Any
) -> Expected | None:
    if units is None or not isinstance(raw, str | Mapping):
        return None
    if declared.name == "profile":
        cells = work.cells["profile"]
        table, key, column = (cells[name][row] for name in ("table", "key", "column"))
        if table in TABLES:
            return units.of_cell(table, key, column)
        return None
    return units.of_row(declared.name, row, a.name)


def _keep_parts(declared: Table, a: Attribute, row: int, cell: Varying, work: Intake) -> None:
    table, key, column = declared.name, work.keys[declared.name][row], a.name
    place = work.locate(table, row, column)

    def cite(when: str, claims: tuple[str, ...]) -> None:
        for claim in claims:
            work.made.setdefault("cite", []).append([table, key, column, when, claim])
            work.made_at.setdefault("cite", []).append(place)

    cite("", cell.claims)
    for part in cell.parts:
        when = part.period if math.isnan(part.age_months) else f"age {part.age_months:g}"
        cite(when, part.claims)
        work.made.setdefault("profile", []).append(
            [table, key, column, part.period, part.age_months, part.branch, part.low, part.value,
             part.high]
        )  # fmt: skip
        work.made_at.setdefault("profile", []).append(place)
