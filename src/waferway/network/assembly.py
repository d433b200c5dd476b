"""From raw cells to a network: types, units, keys, cells that vary; then every check.

Owns the one way in. Files, workbooks and rows written in code all become `RawTable`; columns
are converted as a whole where they are plain, cell by cell only where text has to be read.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.errors import Faults, Place, nearest
from waferway.evidence.claims import Evidence
from waferway.network.cells import (
    CellError,
    Varying,
    read_date,
    read_flag,
    read_number,
    tidy_period,
)
from waferway.network.checking import faults_of
from waferway.network.declaration import Attribute, Table
from waferway.network.network import Network
from waferway.network.positions import InCode, InCsv, InSheet, Listed, Origin, Places
from waferway.network.row_units import Expected, RowUnits
from waferway.network.schema import SETTINGS, TABLES
from waferway.network.typed_rows import number_key, typed_frame
from waferway.units import CURRENCIES

__all__ = ["RawTable", "assemble", "from_raw", "no_table", "read_settings"]

_DECLARED_SETTINGS = {attribute.name: attribute for attribute in SETTINGS}
_TEXT = ("name", "text", "choice", "reference")
_PERIOD_COLUMNS = {("profile", "period"), ("cite", "period"), ("outturn", "period"),
                   ("change", "period")}  # fmt: skip


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
class _Assembly:
    """A network on its way in: what has been read, and what was wrong."""

    faults: Faults
    poisoned: set[tuple[str, int, str]] = field(default_factory=set)
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[str, list[tuple[int, Origin]]] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    made: dict[str, list[list[Any]]] = field(default_factory=dict)
    made_at: dict[str, list[Place]] = field(default_factory=dict)

    def locate(self, table: str, row: int, column: str) -> Place:
        return Places(self.origins, {}, {}).locate(table, row, column)

    def fault(self, table: str, row: int, column: str, error: CellError) -> None:
        self.poisoned.add((table, row, column))
        keys = self.keys.get(table) or self.cells[table].get(TABLES[table].key[0])
        name = str(keys[row] or "") if keys else ""
        who = f'{table} "{name}"' if name else f"{table} row {row + 1}"
        self.faults.add(
            self.locate(table, row, column), f"{who}: {column} {error.what}",
            error.why, error.suggestion, error.kind,
        )  # fmt: skip


def assemble(
    tables: Mapping[str, Iterable[Mapping[str, Any]]],
    settings: Mapping[str, Any],
    evidence: Evidence,
) -> Network:
    """Build and check a network from rows written in code.

    Parameters
    ----------
    tables : mapping of str to iterable of mapping, mapping of name to row, or DataFrame
        Rows by table; see `Network.build` for the forms of a cell.
    settings : mapping
    evidence : Evidence

    Returns
    -------
    Network

    Raises
    ------
    InputError
        With every fault at once.

    Examples
    --------
    >>> net = assemble({"site": {"fab1": {"party": "acme", "country": "US"}},
    ...     "party": [{"name": "acme", "kind": "foundry"}]}, {}, Evidence())
    >>> net.table("site").loc["fab1", "party"]
    'acme'
    """
    faults = Faults()
    raw = [found for name, rows in tables.items() if (found := _in_code(name, rows, faults))]
    given = read_settings(settings, _setting_in_code, faults)
    return from_raw(raw, given, evidence, faults, closing="nothing was built", keep_places=False)


def _setting_in_code(name: str) -> Place:
    return Place(cell=f"settings.{name}")


def _in_code(name: str, rows: Any, faults: Faults) -> RawTable | None:
    if name not in TABLES:
        no_table(name, Place(cell=name), faults)
        return None
    if isinstance(rows, pd.DataFrame):
        columns = {
            str(c): [None if missing else cell for cell, missing in
                     zip(rows[c].tolist(), rows[c].isna().tolist(), strict=True)]
            for c in rows.columns
        }  # fmt: skip
        return RawTable(name, columns, len(rows), InCode(name))
    if isinstance(rows, Mapping):
        key = TABLES[name].key
        if len(key) > 1:
            faults.add(
                Place(cell=name),
                f"{name} is a mapping, but its rows are named by {' and '.join(key)}",
                suggestion="give a list of rows",
                kind="table-form",
            )
            return None
        rows = [{key[0]: of, **row} for of, row in rows.items()]
    listed = list(rows)
    names = dict.fromkeys(column for row in listed for column in row)
    columns = {c: [row.get(c) for row in listed] for c in names}
    return RawTable(name, columns, len(listed), InCode(name))


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


def read_settings(
    given: Mapping[str, Any], locate: Callable[[str], Place], faults: Faults
) -> dict[str, Any]:
    """Settings in their declared types; faults for what is unknown or cannot be read."""
    out: dict[str, Any] = {}
    for name, raw in given.items():
        if name not in _DECLARED_SETTINGS:
            found = nearest(name, _DECLARED_SETTINGS)
            faults.add(
                locate(name), f'"{name}" is no setting',
                f"settings are: {', '.join(_DECLARED_SETTINGS)}",
                f"did you mean {found[0]}?" if found else "", "unknown-setting",
            )  # fmt: skip
            continue
        try:
            out[name] = _setting(_DECLARED_SETTINGS[name], raw)
        except CellError as error:
            faults.add(
                locate(name), f"setting {name} {error.what}", error.why, error.suggestion,
                error.kind,
            )  # fmt: skip
    return {name: value for name, value in out.items() if value is not None}


def _setting(attribute: Attribute, raw: Any) -> Any:
    if isinstance(raw, str) and attribute.name == "price_year" and raw.strip() == "nominal":
        return None
    if attribute.kind == "date":
        return read_date(raw, attribute.closes)
    if not attribute.numeric:
        text = None if raw is None else str(raw).strip()
        if text and attribute.choices and text not in attribute.choices:
            found = nearest(text, attribute.choices)
            raise CellError(
                f'is "{text}"', f"choices: {', '.join(attribute.choices)}",
                f"did you mean {found[0]}?" if found else "", "choice",
            )  # fmt: skip
        return text or None
    number = read_number(raw, _plain_unit(attribute.unit))
    if isinstance(number, Varying):
        raise CellError("varies", "a setting is one value", kind="setting")
    if math.isnan(number):
        return None
    low = -math.inf if attribute.low is None else attribute.low
    high = math.inf if attribute.high is None else attribute.high
    if not low <= number <= high or math.isinf(number):
        raise CellError(f"is {number:g}", f"allowed: {low:g} to {high:g}", kind="range")
    if attribute.kind == "integer" and number != int(number):
        raise CellError(f"is {number:g}, not a whole number", kind="integer")
    return int(number) if attribute.kind == "integer" else number


def _plain_unit(text: str) -> Expected:
    above, _, below = (text or "1").partition("/")
    return Expected(tuple(p for p in above.split("*") if p != "1"), tuple(filter(None, [below])))


def from_raw(
    raw: Sequence[RawTable],
    settings: Mapping[str, Any],
    evidence: Evidence,
    faults: Faults,
    *,
    closing: str = "nothing was read",
    keep_places: bool = True,
    applied: tuple[str, ...] = (),
    of_setting: Callable[[str], Place] | None = None,
    unread: Collection[str] = (),
    part: bool = False,
) -> Network:
    """Build and check a network from raw tables; raise every fault at once.

    Parameters
    ----------
    raw : sequence of RawTable
        Several may bear the same name; their rows follow one another.
    settings : mapping
        In their declared types (`read_settings`).
    evidence : Evidence
    faults : Faults
        What was already found wrong.
    closing : str
        How the error ends.
    keep_places : bool
        Whether the network remembers where its values stood.
    applied : tuple of str
        Scenarios that the tables already contain.
    of_setting : callable (name) -> Place, optional
        Where a setting stands.
    unread : collection of str
        Tables (or ``claims``) some of whose rows could not be read: what refers to them is not
        faulted for it.
    part : bool
        Whether it was cut from a larger network that was checked whole: its rows may refer to
        what was cut away, and only its cells are checked.
    """
    work = _Assembly(faults)
    for name in TABLES:
        _merge(name, [table for table in raw if table.name == name], work)
    for name in TABLES:
        _read_plain(TABLES[name], work)
        _name_rows(TABLES[name], work)
    currency = str(settings.get("currency", "USD"))
    units = RowUnits(work.cells, work.keys, currency if currency in CURRENCIES else "USD")
    for name in TABLES:
        _read_numbers(TABLES[name], work, units)
    frames = {
        name: typed_frame(TABLES[name], work.keys[name], work.cells[name])
        for name in TABLES
        if work.keys[name]
    }
    stands = {} if of_setting is None else {n: of_setting(n) for n in _DECLARED_SETTINGS}
    places = Places(work.origins, work.keys, {n: TABLES[n].columns for n in TABLES}, stands)
    network = Network(frames, settings, evidence, places if keep_places else {}, applied)
    if not part:
        _check(network, places, of_setting or _setting_in_code, work, unread)
    faults.raise_any(closing)
    return network


def _check(
    network: Network,
    places: Places,
    of_setting: Callable[[str], Place],
    work: _Assembly,
    unread: Collection[str],
) -> None:
    def locate(table: str, row: int, column: str) -> Place:
        return of_setting(column) if table == "setting" else places.locate(table, row, column)

    work.faults.extend(faults_of(network, locate, work.poisoned, unread))


def _merge(name: str, parts: list[RawTable], work: _Assembly) -> None:
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


def _no_column(declared: Table, part: RawTable, column: str, start: int, work: _Assembly) -> None:
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


def _read_plain(declared: Table, work: _Assembly) -> None:
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
    found: list[Any] | None, default: str, count: int, table: str, column: str, work: _Assembly
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
    column: str, work: _Assembly,
) -> Any:  # fmt: skip
    try:
        return read(raw, argument)
    except CellError as error:
        work.fault(table, row, column, error)
        return instead


def _name_rows(declared: Table, work: _Assembly) -> None:
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


def _read_numbers(declared: Table, work: _Assembly, units: RowUnits) -> None:
    if declared.name in ("profile", "cite"):
        _append_made(declared.name, work)
    for a in declared.attributes:
        if a.numeric and a.name not in declared.key:
            work.cells[declared.name][a.name] = _numbers(declared, a, work, units)


def _append_made(name: str, work: _Assembly) -> None:
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
    _name_rows(TABLES[name], work)


def _numbers(
    declared: Table, a: Attribute, work: _Assembly, units: RowUnits | None
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
    declared: Table, a: Attribute, row: int, work: _Assembly, units: RowUnits | None, raw: Any
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


def _keep_parts(declared: Table, a: Attribute, row: int, cell: Varying, work: _Assembly) -> None:
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
