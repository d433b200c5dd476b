"""Rules on single cells of the catalogue, from the declarations: form, range, order, reference."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from waferway.atlas.catalogue_schema import CATALOGUE, MISSING, quantities
from waferway.atlas.gate.folder import AtlasFolder, Row, fault, number, span
from waferway.atlas.sheets import key_of
from waferway.errors import Fault, Place, nearest
from waferway.network.countries import COUNTRIES
from waferway.network.declaration import Attribute, Table

__all__ = ["cells"]

_ORDERS = (("low", "value", "high"), ("p05", "p50", "p95"))


def cells(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults of form: columns, keys, kinds, ranges, order of bounds, names of other rows."""
    for name, table in CATALOGUE.items():
        if name not in atlas.catalogue:
            if atlas.catalogue:
                yield Fault(
                    Place(str(atlas.inner)),
                    f"{name}.csv is missing",
                    table.meaning,
                    "an empty table has its heading",
                    "heading",
                )
            continue
        sheet = atlas.catalogue[name]
        yield from _heading(atlas, name, table)
        seen: dict[str, int] = {}
        for at, cells_of in sheet:
            row = Row(sheet, at)
            if sheet.widths[at] != len(sheet.columns):
                yield fault(
                    "width", row, "", f"{sheet.widths[at]} cells, {len(sheet.columns)} columns"
                )
            key = key_of(cells_of, table.key)
            if key in seen:
                yield fault(
                    "repeated-id",
                    row,
                    table.key[0],
                    f"{name} {key} is given twice",
                    f"first in line {sheet.place(seen[key]).line}",
                    "give one row, or another id",
                )
            seen.setdefault(key, at)
            for attribute in table.attributes:
                if attribute.name in sheet.columns:
                    yield from _cell(atlas, row, name, attribute)
            yield from _bounds(row, table)
            yield from _own(row, name)


def _own(row: Row, table: str) -> Iterator[Fault]:
    """What we say ourselves is a judgement, however sure we are."""
    if row["source_id"] == "waferway" and row["grade"] != "D":
        yield fault(
            "grade",
            row,
            "grade",
            f"{table} rests on our own word and is graded {row['grade']}",
            "own estimates are D",
            "cite the page that says it, or grade it D",
        )


def _heading(atlas: AtlasFolder, name: str, table: Table) -> Iterator[Fault]:
    sheet = atlas.catalogue[name]
    for column in sorted({c for c in sheet.columns if sheet.columns.count(c) > 1}):
        yield Fault(sheet.place(-1), f"{name} has the column {column} twice", kind="heading")
    for column in sheet.columns:
        if column not in table:
            guess = nearest(column, table.columns)
            yield Fault(
                sheet.place(-1),
                f"{name} has no column {column}",
                suggestion=f"did you mean {guess[0]}?" if guess else "",
                kind="heading",
            )
    for column in table.columns:
        if column not in sheet.columns:
            yield Fault(sheet.place(-1), f"{name} lacks the column {column}", kind="heading")


def _cell(atlas: AtlasFolder, row: Row, table: str, a: Attribute) -> Iterator[Fault]:
    text = row[a.name]
    if not text:
        if a.required:
            yield fault("required", row, a.name, f"{table}.{a.name} is empty", a.meaning)
        return
    if a.numeric:
        yield from _number(row, table, a, text)
    elif a.kind == "choice" and text not in a.choices:
        guess = nearest(text, a.choices)
        yield fault(
            "choice",
            row,
            a.name,
            f'{table}.{a.name} is "{text}"',
            f"one of {', '.join(a.choices)}",
            f"did you mean {guess[0]}?" if guess else "",
        )
    elif a.kind in ("date", "period") and span(text) is None:
        yield fault(
            "date",
            row,
            a.name,
            f'{table}.{a.name} is "{text}", no date',
            "",
            "write 2024, 2024-H2, 2024Q3, 2024-03 or 2024-03-18",
        )
    elif a.kind == "date" and len(text) != 10:
        yield fault("date", row, a.name, f'{table}.{a.name} is "{text}"; a day is needed')
    elif a.kind == "reference":
        yield from _reference(atlas, row, table, a, text)


def _number(row: Row, table: str, a: Attribute, text: str) -> Iterator[Fault]:
    if text in MISSING:
        return
    value = number(text)
    if math.isnan(value):
        yield fault(
            "number",
            row,
            a.name,
            f'{table}.{a.name} is "{text}", no number',
            "",
            f"a number in {a.unit or 'units'}, or one of: {', '.join(MISSING)}",
        )
        return
    low = -math.inf if a.low is None else a.low
    high = math.inf if a.high is None else a.high
    if not low <= value <= high:
        yield fault(
            "range",
            row,
            a.name,
            f"{table}.{a.name} is {text}",
            f"it is {a.meaning or a.name}, in {a.unit}: from {low:g} to {high:g}",
            "is the unit right (thousands, a quarter for a month, another currency)?",
        )


def _reference(
    atlas: AtlasFolder, row: Row, table: str, a: Attribute, text: str
) -> Iterator[Fault]:
    valid: set[str] = set()
    for target in a.refers[0].split() if len(a.refers) == 1 else a.refers:
        if target == "country_code":
            valid |= set(COUNTRIES)
        elif target == "source":
            valid |= atlas.source_ids
        elif target in atlas.catalogue:
            valid |= set(atlas.catalogue[target].by_name)
        else:
            valid.add(target)
    if text not in valid:
        guess = nearest(text, valid)
        yield fault(
            "reference",
            row,
            a.name,
            f'{table}.{a.name} names "{text}", which is no {" or ".join(a.refers[0].split())}',
            "",
            f"did you mean {guess[0]}?" if guess else "",
        )


def _bounds(row: Row, table: Table) -> Iterator[Fault]:
    for quantity, columns in quantities(table).items():
        central = columns.get("value") or columns["p50"]
        if not row[central.name] and central.name in row.sheet.columns:
            yield fault(
                "blank",
                row,
                central.name,
                f"{table.name}.{central.name} is blank",
                "missing is never blank",
                f"a number, or one of: {', '.join(MISSING)}",
            )
        for attribute in columns.values():
            if attribute is not central and row[attribute.name] in MISSING:
                yield fault(
                    "number",
                    row,
                    attribute.name,
                    f"{table.name}.{attribute.name} is a word",
                    "a bound is a number, or blank where no interval is stated",
                )
        for order in _ORDERS:
            given = [(columns[b].name, row.number(columns[b].name)) for b in order if b in columns]
            kept = [(name, value) for name, value in given if not math.isnan(value)]
            for (left, a), (right, b) in itertools.pairwise(kept):
                if a > b:
                    yield fault(
                        "order",
                        row,
                        right,
                        f"{table.name}.{right} is {b:g}, below {left} {a:g}",
                        f"bounds of {quantity} must rise",
                    )
