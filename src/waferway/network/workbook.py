"""A network as an Excel workbook, out and back: a sheet a table, drop-downs, units in headings.

Owns which sheet says what, and the drop-downs. How cells are written is for
`waferway.network.sheets`; the way back for `waferway.network.workbook_reading`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from waferway.errors import Faults, Place
from waferway.evidence.claims import Claim, Source
from waferway.network.countries import COUNTRIES
from waferway.network.declaration import Attribute, Table
from waferway.network.network import Network
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES
from waferway.network.sheets import add_sheet, new_workbook, put_text, too_long

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["GUIDE_SHEET", "SETTING_SHEET", "heading_of", "write_workbook"]

SETTING_SHEET = "network"
GUIDE_SHEET = "read me"
_OWN_UNIT = "unit of the row"
_LISTS = "_lists"
_MORE_ROWS = 300
"""Rows below a table that carry its drop-downs, so that it can be continued."""
_GUIDE = (
    "A network of waferway. One sheet a table; the first row names the columns, with the unit in "
    "brackets; a note on each heading says what it means.",
    "Numbers are in the unit of the heading, or text with a unit of its own: 20k wafer/month, "
    "$8-10bn. `unit of the row` stands for the item, or the capacity unit of the technology.",
    "Empty is unknown or not applicable, never zero. Values by date, age or branch, with their "
    "intervals, are rows of the sheet profile; the claims under a number are rows of cite.",
    "Columns with few valid entries have drop-downs. Sheets whose name begins with _ are not read.",
    "Check: waferway network check THIS.xlsx. Plan: waferway plan THIS.xlsx.",
)


def heading_of(attribute: Attribute) -> str:
    """Heading of a column, with its unit.

    Examples
    --------
    >>> from waferway.network.schema import TABLES
    >>> heading_of(TABLES["module"]["capex_usd"]), heading_of(TABLES["line"]["capacity"])
    ('capex_usd [USD]', 'capacity [unit of the row]')
    """
    if not attribute.numeric:
        return attribute.name
    unit = attribute.unit or "1"
    return f"{attribute.name} [{_OWN_UNIT if '{' in unit else unit}]"


def write_workbook(network: Network, path: str | Path, *, force: bool = False) -> Path:
    """Write a network as a workbook; reading it gives the same network.

    Parameters
    ----------
    network : Network
    path : str or Path
        An ``.xlsx`` file.
    force : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path

    Raises
    ------
    OutputExists
        If the file exists and `force` is false.
    InputError
        If the name does not end in ``.xlsx``, or some text is longer than a cell can hold; all of
        them at once.

    Examples
    --------
    >>> import tempfile
    >>> from waferway.network.reading import read
    >>> net = Network.build({"party": [{"name": "acme", "kind": "lab", "country": "NO"}]})
    >>> read(write_workbook(net, Path(tempfile.mkdtemp()) / "net.xlsx")) == net
    True
    """
    _check_lengths(network)
    with new_workbook(path, force=force) as book:
        add_sheet(book, GUIDE_SHEET, [GUIDE_SHEET], [[line] for line in _GUIDE], widths=[100])
        _setting_sheet(book, network)
        filled = [name for name in TABLES if len(network.tables[name])]
        lists = _Lists(network)
        for name in [*filled, *(n for n in TABLES if n not in filled)]:
            sheet = _table_sheet(book, network, TABLES[name])
            lists.offer(sheet, TABLES[name], len(network.tables[name]))
        evidence = network.evidence
        _record_sheet(book, "claim", Claim, list(evidence.values()))
        _record_sheet(book, "source", Source, list(evidence.sources.values()))
        lists.write(book)
    return Path(path)


def _check_lengths(network: Network) -> None:
    faults = Faults()
    texts = [
        (f'{name}["{key}"].{column}', cell)
        for name, frame in network.tables.items()
        for column in frame.columns
        for key, cell in zip(frame.index, frame[column].tolist(), strict=True)
    ]
    texts += [
        (f"{who}.{column}", cell)
        for who, record in [*network.evidence.items(), *network.evidence.sources.items()]
        for column, cell in record.__dict__.items()
    ]
    for where, cell in texts:
        if isinstance(cell, str) and too_long(cell):
            faults.add(Place(cell=where), f"{len(cell):,} characters; a cell holds fewer", "",
                       "write a folder or YAML", "workbook")  # fmt: skip
    faults.raise_any("nothing was written")


def _setting_sheet(book: Workbook, network: Network) -> None:
    rows: list[list[Any]] = [["waferway", SCHEMA_VERSION, "", "version of the schema"]]
    for a in SETTINGS:
        value = network.settings[a.name]
        if a.name == "price_year" and value is None:
            value = "nominal"
        rows.append([a.name, None if value is None else value, a.unit, a.meaning])
    rows.append(["applied", "; ".join(network.applied) or None, "",
                 "scenarios that the tables already contain"])  # fmt: skip
    add_sheet(book, SETTING_SHEET, ["setting", "value", "unit", "meaning"], rows,
              widths=[24, 28, 10, 48])  # fmt: skip


def _table_sheet(book: Workbook, network: Network, declared: Table) -> Worksheet:
    frame = network.tables[declared.name]
    notes = []
    for a in declared.attributes:
        needed = "required" if a.required else "" if a.default is None else f"default {a.default}"
        notes.append("; ".join(part for part in (a.meaning, a.unit, needed) if part))
    columns = [_written(a, frame[a.name].tolist()) for a in declared.attributes]
    rows = zip(*columns, strict=True)
    heading = [heading_of(a) for a in declared.attributes]
    return add_sheet(book, declared.name, heading, rows, notes)


def _written(a: Attribute, cells: Sequence[Any]) -> list[Any]:
    """Cells of a column; flags that are the default are left empty, whole numbers are whole."""
    if a.kind == "flag":
        return [None if bool(cell) == a.default else bool(cell) for cell in cells]
    if a.numeric:
        return [int(cell) if cell == cell and cell == int(cell) and abs(cell) < 2**53 else cell
                for cell in cells]  # fmt: skip
    return list(cells)


def _record_sheet(book: Workbook, name: str, model: type[BaseModel], records: list[Any]) -> None:
    columns = list(model.model_fields)
    rows = []
    for record in records:
        cells = record.model_dump(mode="json", exclude_defaults=True)
        rows.append([_record_cell(cells.get(column), column) for column in columns])
    add_sheet(book, name, columns, rows)


def _record_cell(value: Any, column: str) -> Any:
    if column == "qualifiers" and value:
        return "; ".join(f"{key}={of}" for key, of in value.items())
    if column == "derived_from" and value:
        return " ".join(value)
    if column == "dist" and value is not None:
        return json.dumps(value)
    return value


class _Lists:
    """Drop-downs: choices, flags, names of other tables, countries; kept on a hidden sheet."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.columns: dict[tuple[str, ...], list[str]] = {}

    def offer(self, sheet: Worksheet, declared: Table, count: int) -> None:
        """Put drop-downs on the columns of a table that have few valid entries."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        for at, a in enumerate(declared.attributes, 1):
            entries = self._entries(a)
            if not entries:
                continue
            key = tuple(entries)
            if key not in self.columns:
                self.columns[key] = entries
            letter = get_column_letter(1 + list(self.columns).index(key))
            rule = DataValidation(
                type="list", formula1=f"{_LISTS}!${letter}$1:${letter}${len(entries)}",
                allow_blank=not a.required, showErrorMessage=True,
                # Names may be added on the same visit, so that only fixed choices are enforced.
                errorStyle="stop" if a.choices or a.kind == "flag" else "warning",
                error=f"not among the valid entries of {a.name}", errorTitle=declared.name,
            )  # fmt: skip
            column = get_column_letter(at)
            rule.add(f"{column}2:{column}{1 + count + _MORE_ROWS}")
            sheet.add_data_validation(rule)

    def _entries(self, a: Attribute) -> list[str]:
        if a.choices:
            return list(a.choices)
        if a.kind == "flag":
            return ["TRUE", "FALSE"]
        found: list[str] = []
        for table in a.refers:
            if table == "country":
                found += sorted(COUNTRIES)
            elif table in TABLES:
                found += [str(key) for key in self.network.tables[table].index]
            else:
                found.append(table)  # a word of its own, such as `any`
        return list(dict.fromkeys(found))

    def write(self, book: Workbook) -> None:
        """Write the hidden sheet."""
        sheet = book.create_sheet(_LISTS)
        sheet.sheet_state = "hidden"
        for at, entries in enumerate(self.columns.values(), 1):
            for row, entry in enumerate(entries, 1):
                put_text(sheet.cell(row, at), entry)
