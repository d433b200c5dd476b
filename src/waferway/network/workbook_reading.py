"""Read a network from the sheets of a workbook; faults are told by sheet and cell.

Owns which sheet means what on the way in; `waferway.network.workbook` owns it on the way out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waferway.errors import Place, nearest
from waferway.evidence.claims import Claim, Source, read_record
from waferway.network.declaration import Table
from waferway.network.gathering import Reading
from waferway.network.intake import RawTable, no_table
from waferway.network.schema import SCHEMA_VERSION, TABLES
from waferway.network.sheets import SheetRows, open_workbook, plain_text
from waferway.network.workbook import GUIDE_SHEET, SETTING_SHEET, heading_of

__all__ = ["read_sheets"]


def read_sheets(path: Path, reading: Reading) -> None:
    """Read every sheet of a workbook that belongs to a network.

    Parameters
    ----------
    path : Path
    reading : Reading
        Takes up tables, settings, evidence and faults.
    """
    sheets = {sheet.name: sheet for sheet in open_workbook(path, reading.faults)}
    if not sheets:
        reading.readable = False
        return
    settings = sheets.pop(SETTING_SHEET, None)
    if settings is not None:
        _settings(settings, reading)
    else:
        reading.faults.add(
            Place(str(path)), f"sheet {SETTING_SHEET} is missing",
            "it holds the schema version and the settings",
            "waferway network excel NEW.xlsx writes one", "no-file",
        )  # fmt: skip
    for name, sheet in sheets.items():
        table = reading.translate.table(name)
        if name in ("claim", "source"):
            _records(sheet, Claim if name == "claim" else Source, reading)
        elif table in TABLES:
            _table(sheet, TABLES[table], reading)
        elif name != GUIDE_SHEET:
            reading.not_whole(name)
            no_table(name, Place(str(path), cell=f"{name}!A1"), reading.faults)


def _table(sheet: SheetRows, declared: Table, reading: Reading) -> None:
    numeric = {a.name for a in declared.attributes if a.numeric}
    columns = {
        translated: [_raw(cell, translated in numeric) for cell in cells]
        for name, cells in sheet.columns.items()
        for translated in [reading.translate.column(declared.name, name)]
    }
    for name, written in sheet.headings.items():
        if name not in declared or "[" not in written:
            continue
        meant = heading_of(declared[name])
        if written.replace(" ", "") != meant.replace(" ", ""):  # its numbers would be misread
            reading.faults.add(
                sheet.origin.place(-1, name),
                f"{declared.name}.{name} is headed {written[len(name):].strip()}",
                f"its numbers are in {meant[len(name):].strip() or 'no unit'}",
                "give other units in the cells: 20k wafer/month", "unit",
            )  # fmt: skip
    reading.raw.append(RawTable(declared.name, columns, sheet.count, sheet.origin))


def _raw(cell: Any, numeric: bool) -> Any:
    """A cell as the assembly takes it: numbers as they are, the rest as text."""
    if numeric and isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    return plain_text(cell) or None


def _settings(sheet: SheetRows, reading: Reading) -> None:
    heading = sheet.origin.place(-1, "")
    missing = [c for c in ("setting", "value") if c not in sheet.columns]
    for column in missing:
        reading.faults.add(
            heading, f"{sheet.name}.{column} is missing",
            "the sheet has the columns setting and value", kind="unknown-column",
        )  # fmt: skip
    if missing:
        return
    reading.settings_place = heading
    stated = False
    for row, (written, value) in enumerate(
        zip(sheet.columns["setting"], sheet.columns["value"], strict=True)
    ):
        name, place = str(written or ""), sheet.origin.place(row, "value")
        if name == "waferway":
            stated = True
            reading.readable = reading.take_version(plain_text(value), place)
        elif name == "applied":
            names = (part.strip() for part in str(value or "").split(";"))
            reading.applied = tuple(part for part in names if part)
        elif name:
            reading.settings[reading.translate.setting(name)] = (plain_text(value) or None, place)
    if not stated:
        reading.faults.add(
            heading, "the schema version is missing", "",
            f"give the row: waferway, {SCHEMA_VERSION}", "version",
        )  # fmt: skip


def _records(sheet: SheetRows, model: type[Claim] | type[Source], reading: Reading) -> None:
    before = len(reading.faults)
    for column in sheet.columns:
        if column not in model.model_fields:
            found = nearest(column, model.model_fields)
            guess = f"did you mean {found[0]}?" if found else ""
            what = f"{column} is not a column of {sheet.name}"
            reading.faults.add(sheet.origin.place(-1, column), what, "", guess, "evidence")
    names = list(sheet.columns)
    for row, cells in enumerate(zip(*sheet.columns.values(), strict=True)):
        given = {c: plain_text(v) for c, v in zip(names, cells, strict=True)}

        def place(column: str, row: int = row) -> Place:
            return sheet.origin.place(row, column)

        record = read_record(given, model, place, reading.faults)
        if isinstance(record, Claim):
            reading.claims.append(record)
        elif record is not None:
            reading.sources.append(record)
    if len(reading.faults) > before:
        reading.unread.add("claims")
