"""Faults of data entry, planted at random, and honest edits, made at random.

Written from the declarations of the tables and from what people get wrong, without a look at the
rules of the gate, so that its score says something of faults the rules were not made for. A slip
of a figure comes in two ways: in the cell alone, and *coherent*, in the cell and in its claim as
by somebody who misread the page. `Figure.believable` is the stated limit: a coherent slip that
stays within what comparable rows show, widened by `SPREAD`, and that no second figure contradicts,
is as good as a true value to any rule; such slips are drawn again, and counted.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from waferway.atlas.catalogue import claim_id
from waferway.atlas.catalogue_schema import CATALOGUE, quantities
from waferway.network.schema import TABLES

Row = dict[str, str]
SPREAD = 3.0


@dataclass
class Book:
    """All sheets of an atlas, changed in memory and written beside links to the rest."""

    folder: Path
    sheets: dict[str, tuple[list[str], list[Row]]]
    touched: set[tuple[str, int]] = field(default_factory=set)
    raw: dict[str, Callable[[str], str]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Book:
        sheets = {}
        for path in sorted([*folder.glob("*.csv"), *folder.glob("catalogue/*.csv")]):
            with path.open(encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file)
                rows = [dict(row) for row in reader]
                sheets[str(path.relative_to(folder))] = (list(reader.fieldnames or []), rows)
        return cls(folder, sheets)

    def fresh(self) -> Book:
        return Book(
            self.folder, {n: (c, [dict(r) for r in rows]) for n, (c, rows) in self.sheets.items()}
        )

    def rows(self, name: str) -> list[Row]:
        return self.sheets[name][1]

    def touch(self, name: str, row: Row) -> None:
        at = next(i for i, r in enumerate(self.rows(name)) if r is row)
        self.touched.add((name, at))

    def set(self, sheet: str, row: Row, /, **cells: str) -> None:
        row.update(cells)
        self.touch(sheet, row)

    def append(self, name: str, row: Row) -> Row:
        rows = self.rows(name)
        rows.append({c: row.get(c, "") for c in self.sheets[name][0]})
        self.touched.add((name, len(rows) - 1))
        return rows[-1]

    def write(self, to: Path) -> Path:
        (to / "catalogue").mkdir(parents=True)
        changed = {name for name, _ in self.touched} | set(self.raw)
        for path in [*self.folder.iterdir(), *(self.folder / "catalogue").iterdir()]:
            name = str(path.relative_to(self.folder))
            if path.is_file() and name not in changed:
                (to / name).symlink_to(path)
        for name in changed:
            columns, rows = self.sheets[name]
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
            said = self.raw.get(name, str)(text.getvalue())
            (to / name).write_bytes(said.encode("utf-8", "surrogateescape"))
        return to


def show(value: float) -> str:
    return format(float(f"{value:.9g}"), "f").rstrip("0").rstrip(".") if value else "0"


def num(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return math.nan


@dataclass
class Figure:
    """One quantity of one row with all cells and claims that say it."""

    book: Book
    sheet: str
    row: Row
    quantity: str
    columns: list[str]
    claims: list[tuple[str, Row]]
    also: list[tuple[str, Row, list[str]]]  # profile rows

    @property
    def value(self) -> float:
        return next(
            (v for c in self.columns if not math.isnan(v := num(self.row.get(c)))), math.nan
        )

    def scale(self, factor: float, coherent: bool) -> None:
        for column in self.columns:
            if not math.isnan(v := num(self.row.get(column))):
                self.book.set(self.sheet, self.row, **{column: show(v * factor)})
        for name, row, columns in self.also:
            for column in columns:
                if not math.isnan(v := num(row.get(column))):
                    self.book.set(name, row, **{column: show(v * factor)})
        if coherent:
            for name, row in self.claims:
                for column in ("low", "value", "high", "p05", "p50", "p95"):
                    if not math.isnan(v := num(row.get(column))):
                        self.book.set(name, row, **{column: show(v * factor)})

    def believable(self, factor: float) -> bool:
        """Whether the slipped value is within what comparable rows show, widened."""
        peers = [
            v
            for row in self.book.rows(self.sheet)
            if row is not self.row
            and _class(self.sheet, row, self.quantity)
            == _class(self.sheet, self.row, self.quantity)
            for c in self.columns
            if not math.isnan(v := num(row.get(c)))
        ]
        new = self.value * factor
        return not peers or min(peers) / SPREAD <= new <= max(peers) * SPREAD


RATES = ("fp4_tflops", "fp8_tflops", "int8_tops", "bf16_tflops")


def usual_ladder(figure: Figure, factor: float) -> bool:
    """Whether a rate times a factor stands to the others, and to power, as elsewhere."""

    def ladder(row: Row, k: float) -> dict[str, float]:
        value = num(row[figure.quantity]) * k
        return {
            c: value / num(row[c])
            for c in (*RATES, "tdp_w")
            if c != figure.quantity and num(row[c]) > 0 and value > 0
        }

    mine = ladder(figure.row, factor)
    for column, ratio in mine.items():
        seen = [
            r[column]
            for row in figure.book.rows(figure.sheet)
            if row is not figure.row and column in (r := ladder(row, 1.0))
        ]
        if seen and not min(seen) <= ratio <= max(seen):
            return False
    return True


def _class(sheet: str, row: Row, quantity: str) -> tuple[str, ...]:
    """What rows are comparable by: kind and unit, and the thing itself in a series."""
    if sheet == "profile.csv":
        return (row["table"], row["key"], row["column"])
    by = (
        "kind",
        "unit",
        "counted",
        "currency",
        "form",
        "accelerator",
        "designer",
        "role",
        "measure",
    )
    if sheet.endswith(("volume.csv", "holding.csv")):
        by = ("accelerator", "designer", "owner")
    return tuple(row.get(c, "") for c in by)


def catalogue_figures(book: Book, table: str, quantity: str) -> list[Figure]:
    sheet, declared = f"catalogue/{table}.csv", CATALOGUE[table]
    columns = [a.name for a in quantities(declared)[quantity].values()]
    by_id = {row["claim_id"]: row for row in book.rows("catalogue/claim.csv")}
    found = []
    for row in book.rows(sheet):
        if all(math.isnan(num(row.get(c))) for c in columns):
            continue
        key = "/".join(row.get(c, "") for c in declared.key)
        claim = by_id.get(claim_id(table, key, quantity))
        claims = [("catalogue/claim.csv", claim)] if claim else []
        found.append(Figure(book, sheet, row, quantity, columns, claims, []))
    return found


def network_figures(book: Book, table: str, column: str, dated: bool = False) -> list[Figure]:
    claims: dict[str, tuple[str, Row]] = {}
    for name in book.sheets:
        if "/" not in name and name.startswith("claim"):
            claims.update({row["claim_id"]: (name, row) for row in book.rows(name)})
    cited: dict[tuple[str, str, str, str], list[tuple[str, Row]]] = {}
    for cite in book.rows("cite.csv"):
        cell = (cite["table"], cite["key"], cite["column"], cite["period"])
        if cite["claim_id"] in claims:
            cited.setdefault(cell, []).append(claims[cite["claim_id"]])
    found = []
    if dated:
        for row in book.rows("profile.csv"):
            if row["table"] == table and row["column"] == column and row.get("value"):
                cell = (table, row["key"], column, row["period"])
                found.append(
                    Figure(
                        book,
                        "profile.csv",
                        row,
                        column,
                        ["low", "value", "high"],
                        cited.get(cell, []),
                        [],
                    )
                )
        return found
    for row in book.rows(f"{table}.csv"):
        if math.isnan(num(row.get(column))):
            continue
        key = "/".join(row.get(c, "") for c in TABLES[table].key)
        found.append(
            Figure(
                book,
                f"{table}.csv",
                row,
                column,
                [column],
                cited.get((table, key, column, ""), []),
                [],
            )
        )
    return found


Plant = Callable[[Book, np.random.Generator], bool]
PLANTS: dict[str, tuple[bool, Plant]] = {}  # by name: needs the network, plant


def plant(name: str, network: bool = False) -> Callable[[Plant], Plant]:
    def keep(function: Plant) -> Plant:
        assert name not in PLANTS
        PLANTS[name] = (network, function)
        return function

    return keep


def pick(rng: np.random.Generator, among: list) -> object:  # type: ignore[type-arg]
    return among[int(rng.integers(len(among)))]


def some(book: Book, rng: np.random.Generator, name: str) -> Row | None:
    rows = book.rows(name)
    return rows[int(rng.integers(len(rows)))] if rows else None


def table_file(table: str, network: bool) -> str:
    return f"{table}.csv" if network else f"catalogue/{table}.csv"


def cited_claims(book: Book, network: bool) -> list[tuple[str, Row]]:
    """Claims that a cell of the atlas rests on."""
    if not network:
        return [
            (f.claims[0])
            for t in CATALOGUE
            for q in quantities(CATALOGUE[t])
            for f in catalogue_figures(book, t, q)
            if f.claims
        ]
    used = {r["claim_id"] for r in book.rows("cite.csv")}
    return [
        (n, r)
        for n in book.sheets
        if "/" not in n and n.startswith("claim")
        for r in book.rows(n)
        if r["claim_id"] in used
    ]


Edit = Callable[[Book, np.random.Generator], bool]
EDITS: dict[str, tuple[bool, Edit]] = {}


def edit(name: str, network: bool = False) -> Callable[[Edit], Edit]:
    def keep(function: Edit) -> Edit:
        EDITS[name] = (network, function)
        return function

    return keep
