"""Read one table of a network from CSV, keeping the line on which each row begins."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from waferway.errors import Place
from waferway.evidence.formula_text import unguarded
from waferway.network.gathering import Reading, file_text
from waferway.network.intake import RawTable
from waferway.network.positions import InCsv
from waferway.network.schema import TABLES

__all__ = ["read_csv_table"]


def read_csv_table(path: Path, reading: Reading) -> None:
    """Read one table from CSV."""
    table = reading.translate.table(path.stem)
    text = file_text(path, reading.faults)
    if text is None:
        reading.not_whole(table)
        return
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    first: list[int] = []
    line = 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                first.append(line + 1)
            line = reader.line_num
    except csv.Error as error:
        reading.not_whole(table)
        reading.faults.add(
            Place(str(path), reader.line_num, 1), f"not CSV: {error}", "",
            "write a quote inside a quoted cell twice", "csv",
        )  # fmt: skip
        return
    if not rows:
        reading.not_whole(table)
        reading.faults.add(
            Place(str(path), 1, 1), "the file has no heading",
            suggestion=f"columns of {table}: {', '.join(TABLES[table].columns)}",
            kind="csv",
        )  # fmt: skip
        return
    heading = [reading.translate.column(table, name.strip()) for name in rows[0]]
    order: dict[str, int] = {}
    for ordinal, name in enumerate(heading):
        if name in order:
            place = InCsv(str(path), lines, [1], {name: ordinal}).place(0, name)
            reading.faults.add(
                place, f"column {name} is given twice", "", "keep one of them",
                "duplicate-column",
            )  # fmt: skip
        order[name] = ordinal
    body = [(at, row) for at, row in zip(first[1:], rows[1:], strict=True)]
    for at, row in body:
        if len(row) != len(heading):
            reading.not_whole(table)
            reading.faults.add(
                Place(str(path), at, 1),
                f"the row has {len(row)} cells, the heading has {len(heading)}",
                "",
                "put a cell that contains a comma in double quotes"
                if len(row) > len(heading)
                else "write a comma for each empty cell",
                "csv",
            )
    whole = [[unguarded(cell) for cell in row] for _, row in body if len(row) == len(heading)]
    starts = [at for at, row in body if len(row) == len(heading)]
    columns = zip(*whole, strict=True) if whole else [()] * len(heading)
    cells = {name: list(cells) for name, cells in zip(heading, columns, strict=True)}
    origin = InCsv(str(path), lines, starts, order)
    reading.raw.append(RawTable(table, cells, len(whole), origin))
