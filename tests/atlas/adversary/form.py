"""Repeated rows, dangling names, claims that say too little, circles, text in cells."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np

from tests.atlas.adversary.book import (
    Book,
    Figure,
    Plant,
    catalogue_figures,
    cited_claims,
    num,
    pick,
    plant,
    show,
    some,
    table_file,
)
from waferway.atlas.catalogue_schema import CATALOGUE, quantities
from waferway.network.schema import TABLES

_C_TABLES = [t for t in CATALOGUE if t not in ("facility_point",)]
_N_TABLES = [t for t in TABLES if t not in ("profile", "cite", "change", "lane", "setting")]


def _repeat(network: bool, other: bool) -> Plant:
    def do(book: Book, rng: np.random.Generator) -> bool:
        tables = [
            t
            for t in (_N_TABLES if network else _C_TABLES)
            if table_file(t, network) in book.sheets
        ]
        name = table_file(str(pick(rng, tables)), network)
        row = some(book, rng, name)
        if row is None:
            return False
        new = book.append(name, row)
        book.touch(name, row)
        if other:
            columns = [
                c
                for c, v in new.items()
                if not math.isnan(num(v))
                and c not in ("from_date", "date", "period", "year", "order", "step")
            ]
            if not columns:
                return False
            column = str(pick(rng, columns))
            new[column] = show(num(new[column]) * 1.3)
        return True

    return do


for _net in (False, True):
    plant(f"repeated id: {'net' if _net else 'catalogue'}", _net)(_repeat(_net, False))
    plant(f"repeated id, other value: {'net' if _net else 'catalogue'}", _net)(_repeat(_net, True))


def _claim_file(book: Book, rng: np.random.Generator, network: bool) -> str:
    if not network:
        return "catalogue/claim.csv"
    return str(pick(rng, [n for n in book.sheets if "/" not in n and n.startswith("claim")]))


def _repeat_claim(network: bool, fresh_id: bool) -> Plant:
    def do(book: Book, rng: np.random.Generator) -> bool:
        found = [
            (n, r)
            for n, r in cited_claims(book, network)
            if r["method"] == "hand" and not math.isnan(num(r["value"])) and num(r["value"])
        ]
        name, row = pick(rng, found)  # type: ignore[misc]
        new = book.append(name, row)
        book.touch(name, row)
        factor = float(rng.choice([1.5, 2.0, 5.0]))
        for column in ("low", "value", "high"):
            if new.get(column):
                new[column] = show(num(new[column]) * factor)
        if fresh_id:
            new["claim_id"] += "-again"
        return True

    return do


for _net in (False, True):
    _what = "net" if _net else "catalogue"
    plant(f"duplicated claim, same id, other value: {_what}", _net)(_repeat_claim(_net, False))
    plant(f"duplicated claim, own id, other value: {_what}", _net)(_repeat_claim(_net, True))


def _dangle(network: bool) -> Plant:
    def do(book: Book, rng: np.random.Generator) -> bool:
        declared = TABLES if network else CATALOGUE
        cells = []
        for table in declared:
            name = table_file(table, network)
            if name not in book.sheets or table in ("profile", "change"):
                continue
            for a in declared[table].attributes:
                if a.kind == "reference" and a.name in book.sheets[name][0]:
                    cells.append((name, a.name))
        name, column = pick(rng, cells)  # type: ignore[misc]
        rows = [r for r in book.rows(name) if r.get(column)]
        if not rows:
            return False
        row = pick(rng, rows)
        assert isinstance(row, dict)
        old = row[column]
        new = str(pick(rng, ["no-such-thing", old + "x", old[:-1] or "q", old.upper() + "1"]))
        book.set(name, row, **{column: new})
        return True

    return do


for _net in (False, True):
    plant(f"dangling reference: {'net' if _net else 'catalogue'}", _net)(_dangle(_net))


@plant("dangling citation", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    row = some(book, rng, "cite.csv")
    assert row
    book.set("cite.csv", row, claim_id=row["claim_id"] + ".gone")
    return True


@plant("citation of another claim", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    row, other = some(book, rng, "cite.csv"), some(book, rng, "cite.csv")
    assert row and other
    numbers = {
        r["claim_id"]: (r["value"], r["unit"])
        for n in book.sheets
        if "/" not in n and n.startswith("claim")
        for r in book.rows(n)
    }
    if numbers[row["claim_id"]] == numbers[other["claim_id"]]:
        return False
    book.set("cite.csv", row, claim_id=other["claim_id"])
    return True


@plant("citation missing", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    cell = [(r["table"], r["key"], r["column"], r["period"]) for r in book.rows("cite.csv")]
    single = [r for r, c in zip(book.rows("cite.csv"), cell, strict=True) if cell.count(c) == 1]
    row = pick(rng, single)
    assert isinstance(row, dict)
    book.set("cite.csv", row, key="", claim_id=row["claim_id"])
    book.rows("cite.csv").remove(row)
    return True


for _net in (False, True):
    for _column, _values in {
        "source_id": ("no-such-source",),
        "derived_from": ("no-such-claim",),
        "unit": ("",),
        "grade": ("", "E", "a"),
        "locator": ("",),
        "method": ("",),
        "known_from": ("", "31.12.2023", "2023-13-01"),
        "modality": ("maybe",),
        "kind": ("number",),
    }.items():

        def _do(
            book: Book,
            rng: np.random.Generator,
            column: str = _column,
            values: tuple[str, ...] = _values,
            network: bool = _net,
        ) -> bool:
            found = [
                (n, r)
                for n, r in cited_claims(book, network)
                if column in book.sheets[n][0]
                and r["method"] == "hand"
                and (r.get(column) or column == "derived_from")
            ]
            if not found:
                return False
            name, row = pick(rng, found)  # type: ignore[misc]
            book.set(name, row, **{column: str(pick(rng, list(values)))})
            return True

        if not (_column == "derived_from" and not _net):
            plant(f"claim without proper {_column}: {'net' if _net else 'catalogue'}", _net)(_do)


def _unit(old: str) -> list[str]:
    pairs = [
        ("month", "quarter"),
        ("month", "year"),
        ("GB", "GiB"),
        ("MW", "kW"),
        ("W", "kW"),
        ("USD", "EUR"),
        ("USD", "KRW"),
        ("TB/s", "GB/s"),
        ("mm2", "cm2"),
        ("day", "week"),
        ("wafer:logic", "wafer:cowos"),
        ("wafer:hbm", "wafer:dram"),
        ("die", "package"),
        ("package", "die"),
        ("TFLOP/s", "GFLOP/s"),
        ("wafer/month", "wafer/year"),
        ("unit", "die"),
        ("H100e", "unit"),
        ("kW", "MW"),
    ]
    return [
        re.sub(rf"(?<![A-Za-z]){re.escape(a)}(?![A-Za-z])", b, old)
        for a, b in pairs
        if re.search(rf"(?<![A-Za-z]){re.escape(a)}(?![A-Za-z])", old)
    ]


for _net in (False, True):

    def _other_unit(book: Book, rng: np.random.Generator, network: bool = _net) -> bool:
        found = [
            (n, r)
            for n, r in cited_claims(book, network)
            if _unit(r["unit"]) and num(r["value"] or r.get("p50")) != 0
        ]
        name, row = pick(rng, found)  # type: ignore[misc]
        book.set(name, row, unit=str(pick(rng, _unit(row["unit"]))))
        return True

    plant(f"claim in another unit: {'net' if _net else 'catalogue'}", _net)(_other_unit)

for _table, _column, _net in (
    ("organisation", "parent", False),
    ("facility", "parent", False),
    ("accelerator", "predecessor", False),
    ("award", "supersedes", False),
    ("scenario", "parent", True),
):
    for _length in (1, 2, 3):

        def _circle(
            book: Book,
            rng: np.random.Generator,
            name: str = table_file(_table, _net),
            column: str = _column,
            length: int = _length,
        ) -> bool:
            rows = book.rows(name)
            chosen = [rows[i] for i in rng.choice(len(rows), length, replace=False)]
            for one, up in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
                book.set(name, one, **{column: up["name"]})
            return True

        plant(f"circle of {_length}: {_table}.{_column}", _net)(_circle)

for _said, _rewrite in {
    "comma in a number": lambda v: (
        f"{float(v):,.2f}" if float(v) > 1000 else v.replace(".", ",") if "." in v else v + ",0"
    ),
    "k for thousand": lambda v: f"{show(float(v) / 1000)}k",
    "unit in the cell": lambda v: f"{v} units",
    "percent sign": lambda v: f"{v}%",
    "zero for unknown": lambda v: "0",
    "n/a": lambda v: "n/a",
    "NaN": lambda v: "nan",
    "infinite": lambda v: "inf",
    "negative": lambda v: "-" + v,
    "spreadsheet error": lambda v: "#REF!",
    "about": lambda v: "~" + v,
    "blank": lambda v: "",
}.items():

    def _text(
        book: Book,
        rng: np.random.Generator,
        rewrite: Callable[[str], str] = _rewrite,
        said: str = _said,
    ) -> bool:
        table = str(
            pick(
                rng,
                [
                    "accelerator",
                    "capacity",
                    "volume",
                    "award",
                    "process",
                    "rack",
                    "holding",
                    "share",
                    "facility",
                ],
            )
        )
        quantity = str(pick(rng, list(quantities(CATALOGUE[table]))))
        figures = catalogue_figures(book, table, quantity)
        if not figures:
            return False
        one = pick(rng, figures)
        assert isinstance(one, Figure)
        columns = [c for c in one.columns if num(one.row.get(c)) == num(one.row.get(c))]
        central = [c for c in columns if not c.endswith(("_low", "_high"))]
        if (
            not central
            or (said == "negative" and quantity in ("lat", "lon"))
            or (said == "zero for unknown" and not num(one.row[central[0]]))
        ):
            return False
        book.set(one.sheet, one.row, **{central[0]: rewrite(one.row[central[0]])})
        return True

    plant(f"text: {_said}")(_text)


@plant("lookalike letter in a name")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = str(
        pick(
            rng,
            [
                "catalogue/facility.csv",
                "catalogue/volume.csv",
                "catalogue/capacity.csv",
                "catalogue/accelerator_part.csv",
            ],
        )
    )
    row = some(book, rng, name)
    assert row
    column = book.sheets[name][0][0]
    if "a" not in row[column]:
        return False
    book.set(name, row, **{column: row[column].replace("a", "\u0430", 1)})
    return True


@plant("blank inside a name", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    name = str(pick(rng, ["line.csv", "item.csv", "recipe.csv"]))
    row = some(book, rng, name)
    assert row
    book.set(
        name,
        row,
        name=row["name"].replace("-", " - ", 1) if "-" in row["name"] else row["name"] + " x",
    )
    return True


@plant("row cut short")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = str(
        pick(rng, ["catalogue/accelerator.csv", "catalogue/volume.csv", "catalogue/award.csv"])
    )
    at = int(rng.integers(len(book.rows(name))))
    book.touched.add((name, at))

    def cut(text: str) -> str:
        lines = text.split("\n")
        lines[at + 1] = ",".join(lines[at + 1].split(",")[:6])
        return "\n".join(lines)

    book.raw[name] = cut
    return not any("\n" in v for r in book.rows(name) for v in r.values() if v)


@plant("byte that is no UTF-8")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/organisation.csv"
    row = some(book, rng, name)
    assert row
    book.set(name, row, label=row["label"] + "\udce9")
    return True
