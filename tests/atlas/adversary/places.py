"""Points swapped, lost, mirrored or abroad."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tests.atlas.adversary.book import (
    Book,
    Plant,
    catalogue_figures,
    network_figures,
    num,
    pick,
    plant,
    show,
    table_file,
)

WIDE = ("US", "CN", "IN", "CA", "JP", "BR", "AU", "RU", "SE", "MX")


def _at(
    table: str, network: bool, change: Callable[[float, float], tuple[float, float]], coherent: bool
) -> Plant:
    def do(book: Book, rng: np.random.Generator) -> bool:
        rows = [r for r in book.rows(table_file(table, network)) if not math.isnan(num(r["lat"]))]
        row = pick(rng, rows)
        assert isinstance(row, dict)
        new = change(num(row["lat"]), num(row["lon"]))
        where = row.get("country") or next(
            (
                r["country"]
                for r in book.rows("catalogue/facility.csv")
                if r["name"] == row.get("facility")
            ),
            "",
        )
        if new[0] == num(row["lat"]) + 12 and where in WIDE and coherent:
            return False  # still in its country: nothing else says where it stands
        find = network_figures if network else catalogue_figures
        for column, value in zip(("lat", "lon"), new, strict=True):
            figure = next(f for f in find(book, table, column) if f.row is row)
            old = figure.value
            figure.scale(1, False)
            row[column] = show(value)
            if coherent:
                for name, claim in figure.claims:
                    claim["value"] = show(value)
                    for bound, off in (("low", -1), ("high", 1)):
                        if claim.get(bound):
                            claim[bound] = show(value + off * abs(num(claim[bound]) - old))
                    book.touch(name, claim)
        return True

    return do


_MOVES: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "swapped": lambda a, b: (b, a),
    "latitude 267195": lambda a, b: (267195, b),
    "latitude x 100": lambda a, b: (a * 100, b),
    "longitude x 10": lambda a, b: (a, b * 10),
    "south for north": lambda a, b: (-a, b),
    "west for east": lambda a, b: (a, -b),
    "zero": lambda a, b: (0.0, 0.0),
    "ten degrees north": lambda a, b: (a + 12, b),
    "decimal comma lost": lambda a, b: (float(f"{a:.4f}".replace(".", "")), b),
    "antipode": lambda a, b: (-a, b - 180 if b > 0 else b + 180),
}
for _move, _change in _MOVES.items():
    for _table, _net in (
        ("facility", False),
        ("facility_point", False),
        ("site", True),
        ("party", True),
    ):
        for _way in (False, True):
            plant(f"point {_move}: {_table}{', coherent' if _way else ''}", _net)(
                _at(_table, _net, _change, _way)
            )


@plant("point of a plant abroad")
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = book.rows("catalogue/facility.csv")
    row, other = pick(rng, rows), pick(rng, rows)
    assert isinstance(row, dict) and isinstance(other, dict)
    if row["country"] == other["country"] or math.isnan(num(other["lat"])):
        return False
    return _at("facility", False, lambda a, b: (num(other["lat"]), num(other["lon"])), True)(
        book, rng
    ) and any(
        r["country"] != other["country"] and r["lat"] == show(num(other["lat"])) for r in rows
    )


@plant("another country for a plant")
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = [r for r in book.rows("catalogue/facility.csv") if num(r["lat"]) == num(r["lat"])]
    row, other = pick(rng, rows), pick(rng, rows)
    assert isinstance(row, dict) and isinstance(other, dict)
    if row["country"] == other["country"]:
        return False
    book.set("catalogue/facility.csv", row, country=other["country"])
    return True


@plant("another country for a site", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = book.rows("site.csv")
    row, other = pick(rng, rows), pick(rng, rows)
    assert isinstance(row, dict) and isinstance(other, dict)
    if row["country"] == other["country"] or not row["lat"]:
        return False
    book.set("site.csv", row, country=other["country"])
    return True
