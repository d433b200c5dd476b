"""Sums, stocks and products that do not hold."""

from __future__ import annotations

import numpy as np

from tests.atlas.adversary.book import (
    SPREAD,
    Book,
    Figure,
    catalogue_figures,
    network_figures,
    num,
    pick,
    plant,
)
from waferway.atlas.catalogue import claim_id
from waferway.atlas.catalogue_schema import CATALOGUE


@plant("shares of a market sum to 212 %, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = catalogue_figures(book, "share", "share")
    groups: dict[tuple[str, ...], list[Figure]] = {}
    for f in figures:
        groups.setdefault((f.row["of"], f.row["period"], f.row["modality"]), []).append(f)
    whole = [g for g in groups.values() if sum(f.value for f in g) > 0.7 and len(g) > 1]
    group = pick(rng, whole)
    assert isinstance(group, list)
    factor = 2.12 / sum(f.value for f in group)
    for f in [f for f in group if f.value > 0]:
        f.scale(min(factor, 1 / f.value), True)
    return sum(f.value for f in group) > 1.1


@plant("holder joined twice, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    """One holder under two names: the shares sum to more than all."""
    figures = [f for f in catalogue_figures(book, "share", "share") if f.value >= 0.3 and f.claims]
    groups: dict[tuple[str, ...], float] = {}
    key = ("of", "period", "modality")
    for f in figures:
        k = tuple(f.row[c] for c in key)
        groups[k] = groups.get(k, 0.0) + f.value
    figures = [f for f in figures if groups[tuple(f.row[c] for c in key)] > 0.75]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    new = book.append(one.sheet, {**one.row, "holder": one.row["holder"] + "-group"})
    name, claim = one.claims[0]
    k = "/".join(new[c] for c in CATALOGUE["share"].key)
    book.append(name, {**claim, "claim_id": claim_id("share", k, "share"), "subject": f"share:{k}"})
    book.touch(one.sheet, one.row)
    return True


@plant("shares of a plant above all, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [f for f in catalogue_figures(book, "facility_owner", "share") if f.claims]
    sums: dict[str, float] = {}
    for f in figures:
        sums[f.row["facility"]] = sums.get(f.row["facility"], 0.0) + f.value
    one = pick(rng, [f for f in figures if f.value < 0.7 and sums[f.row["facility"]] > 0.9])
    assert isinstance(one, Figure)
    one.scale(min(1 / one.value, 1.5), True)
    return True


@plant("stakes above all", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [f for f in network_figures(book, "stake", "share") if f.claims]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(1.5 / one.value, True)
    return True


@plant("stock falls while nothing retires, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for f in catalogue_figures(book, "holding", "units")
        if f.claims and f.row["period"] > "2022Q2" and f.value > 1000
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    before = [
        num(r["units_p50"])
        for r in book.rows(one.sheet)
        if r["owner"] == one.row["owner"]
        and r["designer"] == one.row["designer"]
        and r["period"] < one.row["period"]
    ]
    if not before or max(before) * 0.6 < 1:
        return False
    # Of the medians: the low end of a quarter may lie under the median of the one before.
    factor = max(before) * 0.6 / num(one.row["units_p50"])
    one.scale(factor, True)
    for other in catalogue_figures(book, "holding", "h100e"):
        if other.row is one.row:
            other.scale(factor, True)
    return True


@plant("equivalents without the units, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [f for f in catalogue_figures(book, "volume", "h100e") if f.claims]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(float(rng.choice([2.0, 0.5, 3.958])), True)
    return True


@plant("dollars that are not the amount at the rate, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for f in catalogue_figures(book, "award", "amount_usd")
        if f.row["currency"] != "USD" and num(f.row["amount"]) == num(f.row["amount"])
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(num(one.row["amount"]) / one.value, True)
    return True


@plant("another currency for an amount")
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = [
        r
        for r in book.rows("catalogue/award.csv")
        if num(r["amount"]) == num(r["amount"]) and num(r["amount_usd"]) == num(r["amount_usd"])
    ]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    money = [c for c in ("JPY", "KRW", "TWD", "USD") if c != row["currency"]]
    book.set("catalogue/award.csv", row, currency=str(pick(rng, money)))
    return True


@plant("EUR amount taken over as dollars")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for f in catalogue_figures(book, "award", "amount_usd")
        if f.row["currency"] == "USD" and num(f.row["amount"]) == num(f.row["amount"])
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(1.08, True)
    return True


@plant("memory stacks that do not hold the memory, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for f in catalogue_figures(book, "accelerator", "memory_stacks")
        if f.value >= 4 and num(f.row["memory_gb"]) > 0
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(float(rng.choice([0.25, 2.0])), True)
    return True


@plant("two figures changed places, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    a, b = pick(
        rng,
        [
            ("memory_gb", "tdp_w"),
            ("fp8_tflops", "bf16_tflops"),
            ("bandwidth_tb_s", "memory_gb"),
            ("die_mm2", "tdp_w"),
        ],
    )
    left = [
        f
        for f in catalogue_figures(book, "accelerator", a)
        if f.row[a].replace(".", "").isdigit() and f.row[b].replace(".", "").isdigit() and f.claims
    ]
    one = pick(rng, left)
    assert isinstance(one, Figure)
    two = next(f for f in catalogue_figures(book, "accelerator", b) if f.row is one.row)
    ratio = two.value / one.value
    if (1 / SPREAD < ratio < SPREAD and {a, b} != {"fp8_tflops", "bf16_tflops"}) or ratio == 1:
        return False
    if one.believable(ratio) and two.believable(1 / ratio) and a != "fp8_tflops":
        return False
    one.scale(ratio, True)
    two.scale(1 / ratio, True)
    return True


@plant("one die as the area of all, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for f in catalogue_figures(book, "accelerator", "die_mm2")
        if num(f.row["compute_dies"]) >= 2
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(num(one.row["compute_dies"]), True)
    return True


@plant("number of dies, coherent")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for f in catalogue_figures(book, "accelerator", "compute_dies")
        if num(f.row["die_mm2"]) > 400
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(4.0, True)
    return True
