"""Bases and kinds of wafers that mix, bounds out of order, faults of the planned network."""

from __future__ import annotations

import re

import numpy as np

from tests.atlas.adversary.book import (
    Book,
    Figure,
    catalogue_figures,
    cited_claims,
    network_figures,
    num,
    pick,
    plant,
    show,
    some,
)


@plant("200 mm as 300 mm")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/capacity.csv"
    rows = [r for r in book.rows(name) if r["process"] or r["of"] in ("tsmc", "world")]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    book.set(name, row, wafer_mm="200" if row["wafer_mm"] == "300" else "300")
    return True


@plant("wafer size that none has")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/capacity.csv"
    row = some(book, rng, name)
    assert row
    book.set(name, row, wafer_mm=str(pick(rng, ["", "30", "3000", "12", "305"])))
    return True


@plant("200 mm counted as 300 mm in a world")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for f in catalogue_figures(book, "capacity", "wafers_per_month")
        if f.claims and not f.believable(2.25)
    ]
    if not figures:
        return False
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(2.25, True)
    return True


@plant("one kind of wafers as another: capacity")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/capacity.csv"
    kinds = {r["name"]: r["kind"] for r in book.rows("catalogue/facility.csv")}
    rows = [r for r in book.rows(name) if r["process"] or kinds.get(r["of"])]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    units = ["wafer:logic", "wafer:dram", "wafer:hbm", "wafer:cowos", "wafer:nand"]
    new = str(pick(rng, [u for u in units if u != row["unit"]]))
    if not row["process"] and {new, row["unit"]} <= {"wafer:dram", "wafer:hbm"}:
        return False  # a memory plant may make both
    book.set(name, row, unit=new)
    return True


@plant("one kind of wafers as another: process")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/process.csv"
    row = some(book, rng, name)
    assert row
    book.set(
        name,
        row,
        unit={"wafer:logic": "wafer:cowos", "wafer:cowos": "wafer:logic"}.get(
            row["unit"], "wafer:logic"
        ),
    )
    return True


@plant("one kind of wafers as another: technology", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    row = some(book, rng, "technology.csv")
    assert row
    kinds = ["wafer:logic/month", "wafer:cowos/month", "wafer:hbm/month", "wafer:dram/month"]
    book.set(
        "technology.csv",
        row,
        capacity_unit=str(pick(rng, [k for k in kinds if k != row["capacity_unit"]])),
    )
    return True


@plant("interposer wafers as logic starts, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/capacity.csv"
    kinds = {r["name"]: r["kind"] for r in book.rows("catalogue/facility.csv")}
    rows = [
        r
        for r in book.rows(name)
        if r["unit"] == "wafer:cowos" and (kinds.get(r["of"]) == "packaging" or r["process"])
    ]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    figure = next(
        f for f in catalogue_figures(book, "capacity", "wafers_per_month") if f.row is row
    )
    for claims, claim in figure.claims:
        book.set(
            claims,
            claim,
            **{
                c: claim[c]
                .replace("wafer-cowos", "wafer-logic")
                .replace("wafer:cowos", "wafer:logic")
                for c in ("claim_id", "subject")
            },
        )
    book.set(name, row, unit="wafer:logic")
    return True


for _net in (False, True):

    def _swap(book: Book, rng: np.random.Generator, network: bool = _net) -> bool:
        """Low above high in the row and the claim."""
        figures = (
            [
                f
                for t, q in (
                    ("accelerator", "price_usd"),
                    ("process", "wafer_price_usd"),
                    ("country", "run_cost_factor"),
                    ("capacity", "wafers_per_month"),
                    ("award", "amount"),
                    ("rate", "per_usd"),
                )
                for f in catalogue_figures(book, t, q)
            ]
            if not network
            else [
                f
                for t, q in (
                    ("line", "capacity"),
                    ("demand", "quantity"),
                    ("recipe_item", "good_fraction"),
                )
                for f in network_figures(book, t, q, True)
            ]
        )
        figures = [
            f
            for f in figures
            if f.row.get(f.columns[0])
            and f.row.get(f.columns[-1])
            and f.row[f.columns[0]] != f.row[f.columns[-1]]
        ]
        one = pick(rng, figures)
        assert isinstance(one, Figure)
        low, high = one.columns[0], one.columns[-1]
        book.set(one.sheet, one.row, **{low: one.row[high], high: one.row[low]})
        for name, claim in one.claims:
            book.set(name, claim, low=claim["high"], high=claim["low"])
        return True

    plant(f"low above high, coherent: {'net' if _net else 'catalogue'}", _net)(_swap)

    def _outside(book: Book, rng: np.random.Generator, network: bool = _net) -> bool:
        figures = (
            [
                f
                for t, q in (
                    ("accelerator", "price_usd"),
                    ("process", "wafer_price_usd"),
                    ("rate", "per_usd"),
                    ("volume", "units"),
                    ("holding", "units"),
                )
                for f in catalogue_figures(book, t, q)
            ]
            if not network
            else [
                f
                for t, q in (
                    ("line", "capacity"),
                    ("demand", "quantity"),
                    ("recipe_item", "good_fraction"),
                )
                for f in network_figures(book, t, q, True)
            ]
        )
        figures = [
            f
            for f in figures
            if f.row.get(f.columns[1]) and f.row.get(f.columns[2]) and num(f.row[f.columns[2]]) > 0
        ]
        one = pick(rng, figures)
        assert isinstance(one, Figure)
        book.set(one.sheet, one.row, **{one.columns[1]: show(num(one.row[one.columns[2]]) * 1.01)})
        for name, claim in one.claims:
            mode, top = ("p50", "p95") if claim.get("p95") else ("value", "high")
            if claim.get(top):
                book.set(name, claim, **{mode: show(num(claim[top]) * 1.01)})
        return True

    plant(f"mode outside the interval, coherent: {'net' if _net else 'catalogue'}", _net)(_outside)


@plant("missing basis: capacity")
def _(book: Book, rng: np.random.Generator) -> bool:
    row = some(book, rng, "catalogue/capacity.csv")
    assert row
    book.set("catalogue/capacity.csv", row, basis="")
    return True


@plant("missing basis: claim on a capacity")
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = [r for r in book.rows("catalogue/claim.csv") if r["basis"]]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    book.set("catalogue/claim.csv", row, basis="")
    return True


@plant("missing basis: claim on a capacity of the network", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    found = [(n, r) for n, r in cited_claims(book, True) if r.get("basis")]
    name, row = pick(rng, found)  # type: ignore[misc]
    book.set(name, row, basis="")
    return True


@plant("missing basis: line", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = [r for r in book.rows("line.csv") if r["basis"]]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    book.set("line.csv", row, basis="")
    return True


@plant("plan as measured output, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/capacity.csv"
    rows = [
        r
        for r in book.rows(name)
        if int(r["period"][:4]) >= 2027
        or (r["basis"] == "announced" and r["known_from"][:4] < r["period"][:4])
    ]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    figure = next(
        f for f in catalogue_figures(book, "capacity", "wafers_per_month") if f.row is row
    )
    for claims, claim in figure.claims:
        book.set(
            claims,
            claim,
            basis="measured_output",
            claim_id=claim["claim_id"].replace(row["basis"], "measured_output"),
            subject=claim["subject"].replace(row["basis"], "measured_output"),
        )
    book.set(name, row, basis="measured_output")
    return True


@plant("period twice", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    row = some(book, rng, "profile.csv")
    assert row
    book.append("profile.csv", {**row, "value": show(num(row["value"]) * 1.1)})
    book.touch("profile.csv", row)
    return True


@plant("fiscal period in a profile", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = [r for r in book.rows("profile.csv") if re.fullmatch(r"\d{4}Q\d", r["period"])]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    book.set("profile.csv", row, period="FY" + row["period"])
    return True


@plant("yield above one, coherent", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f for f in network_figures(book, "recipe_item", "good_fraction", True) if f.value > 0.3
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(1.2 / one.value * 1.0001, True)
    return True


@plant("dies of two reticles, coherent", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    """Gross dies a wafer ten times too many."""
    figures = [
        f
        for f in network_figures(book, "recipe_item", "quantity_per_start")
        if f.row["role"] == "out"
        and f.row["item"].startswith("die:")
        and f.claims
        and f.value * 10 > 600
        and not f.believable(10.0)
    ]
    if not figures:
        return False
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(10.0, True)
    return True


@plant("input that the line cannot make", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    row = some(book, rng, "line_recipe.csv")
    tech = {r["name"]: r["technology"] for r in book.rows("recipe.csv")}
    of = {r["name"]: r["technology"] for r in book.rows("line.csv")}
    assert row
    others = [r for r, t in tech.items() if t != of[row["line"]]]
    book.set("line_recipe.csv", row, recipe=str(pick(rng, others)))
    return True
