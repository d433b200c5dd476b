"""Edits that an honest keeper of the atlas makes: none of them is a fault."""

from __future__ import annotations

import numpy as np

from tests.atlas.adversary.book import (
    Book,
    Figure,
    Row,
    catalogue_figures,
    edit,
    network_figures,
    num,
    pick,
    show,
    some,
)
from waferway.atlas.catalogue import claim_id
from waferway.atlas.catalogue_schema import CATALOGUE, quantities


def _claimed(book: Book, table: str, row: Row, like: Row, **known: str) -> None:
    """Claims for every number of a new row of the catalogue, in the manner of an old one."""
    declared = CATALOGUE[table]
    old = "/".join(like[c] for c in declared.key)
    new = "/".join(row[c] for c in declared.key)
    by_id = {r["claim_id"]: r for r in book.rows("catalogue/claim.csv")}
    for quantity, columns in quantities(declared).items():
        claim = by_id.get(claim_id(table, old, quantity))
        numbers = {
            b: row[a.name] for b, a in columns.items() if num(row[a.name]) == num(row[a.name])
        }
        if claim is None or not numbers:
            continue
        said = {b: numbers.get(b, "") for b in ("low", "value", "high", "p05", "p50", "p95")}
        central = {b: v for b, v in said.items() if b in ("value", "p50") and v}
        for b in ("low", "high", "p05", "p95"):
            if not said[b] and claim.get(b) and central and num(claim[b]) == num(claim[b]):
                base = num(claim.get("value") or claim.get("p50"))
                said[b] = (
                    show(num(next(iter(central.values()))) * num(claim[b]) / base)
                    if base == base and base
                    else ""
                )
        book.append(
            "catalogue/claim.csv",
            {
                **claim,
                **said,
                "claim_id": claim_id(table, new, quantity),
                "subject": f"{table}:{new}",
                "rank": "normal",
                "rank_reason": claim["rank_reason"]
                if claim["method"].startswith("imputed")
                else "",
                **known,
            },
        )


@edit("value moved within its interval")
def _(book: Book, rng: np.random.Generator) -> bool:
    """Not of holdings: owners must hold what was sold, so that one is not restated alone."""
    cells = [
        (t, q)
        for t in (
            "accelerator",
            "process",
            "volume",
            "award",
            "capacity",
            "share",
            "input",
            "country",
        )
        for q in quantities(CATALOGUE[t])
        if len(quantities(CATALOGUE[t])[q]) == 3
    ]
    figures = [
        f
        for t, q in cells
        for f in catalogue_figures(book, t, q)
        if f.claims
        and all(num(f.row[c]) == num(f.row[c]) for c in f.columns)
        and f.claims[0][1]["method"] == "hand"
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    low, mid, high = (num(one.row[c]) for c in one.columns)
    new = mid + float(rng.uniform(-0.3, 0.3)) * (
        (high - mid) if rng.random() < 0.5 else (mid - low)
    )
    new = show(min(max(new, low), high))
    book.set(one.sheet, one.row, **{one.columns[1]: new})
    name, claim = one.claims[0]
    book.set(name, claim, **{"p50" if claim.get("p50") else "value": new})
    return True


@edit("figure restated by two per cent")
def _(book: Book, rng: np.random.Generator) -> bool:
    cells = [
        ("accelerator", "price_usd"),
        ("process", "wafer_price_usd"),
        ("capacity", "wafers_per_month"),
        ("data_centre", "power_mw"),
        ("deal", "value_usd"),
        ("award", "investment_usd"),
        ("rack", "power_kw"),
        ("country", "build_days"),
        ("accelerator", "transistors"),
    ]
    figures = [f for t, q in cells for f in catalogue_figures(book, t, q) if f.claims]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(float(rng.uniform(0.98, 1.02)), True)
    return True


@edit("new accelerator")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/accelerator.csv"
    rows = [
        r
        for r in book.rows(name)
        if r["fp8_tflops"].replace(".", "").isdigit() and r["launched"] and r["launched"] >= "2023"
    ]
    like = pick(rng, rows)
    assert isinstance(like, dict)
    new = {
        **like,
        "name": like["name"] + "-b",
        "label": like["label"] + " B",
        "item": "",
        "predecessor": like["name"],
        "announced": "2026-09",
        "launched": "2026-10",
        "known_from": "2026-10-31",
    }
    up = float(rng.uniform(1.05, 1.35))
    for column in ("fp4_tflops", "fp8_tflops", "int8_tops", "bf16_tflops"):
        for end in ("_low", "", "_high"):
            if new[column + end].replace(".", "").isdigit():
                new[column + end] = show(num(new[column + end]) * up)
    for end in ("_low", "", "_high"):
        if new["tdp_w" + end].isdigit():
            new["tdp_w" + end] = show(round(num(new["tdp_w" + end]) * float(rng.uniform(1, 1.15))))
    row = book.append(name, new)
    _claimed(book, "accelerator", row, like, known_from="2026-10-31", valid_text="2026-10")
    return True


@edit("new plant")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/facility.csv"
    rows = [
        r
        for r in book.rows(name)
        if num(r["lat"]) == num(r["lat"])
        and not r["parent"]
        and not r["site"]
        and r["precision"] == "town"
    ]
    like = pick(rng, rows)
    assert isinstance(like, dict)
    new = {
        **like,
        "name": like["name"] + "-p2",
        "label": like["label"] + " phase 2",
        "lat": show(num(like["lat"]) + float(rng.uniform(-0.02, 0.02))),
        "lon": show(num(like["lon"]) + float(rng.uniform(-0.02, 0.02))),
    }
    row = book.append(name, new)
    _claimed(book, "facility", row, like)
    book.append(
        "catalogue/facility_event.csv",
        {
            "facility": row["name"],
            "event": "ground_breaking",
            "date": "2026-06",
            "modality": "reported",
            "known_from": "2026-06-30",
            "source_id": like["source_id"],
            "grade": "C",
        },
    )
    book.append(
        "catalogue/facility_event.csv",
        {
            "facility": row["name"],
            "event": "production",
            "date": str(rng.integers(2028, 2031)),
            "modality": "planned",
            "known_from": "2026-06-30",
            "source_id": like["source_id"],
            "grade": "C",
        },
    )
    return True


@edit("new claim on the same thing from another source")
def _(book: Book, rng: np.random.Generator) -> bool:
    figures = [
        f
        for t, q in (
            ("accelerator", "price_usd"),
            ("process", "wafer_price_usd"),
            ("capacity", "wafers_per_month"),
            ("process", "defects_per_cm2"),
        )
        for f in catalogue_figures(book, t, q)
        if f.claims and f.claims[0][1]["method"] == "hand" and f.claims[0][1]["value"]
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    name, claim = one.claims[0]
    other = some(book, rng, "catalogue/source.csv")
    assert other
    if other["source_id"] == claim["source_id"]:
        return False
    book.append(
        name,
        {
            **claim,
            "claim_id": claim["claim_id"] + ".other-view",
            "source_id": other["source_id"],
            "value": show(num(claim["value"]) * float(rng.uniform(0.75, 1.3))),
            "low": "",
            "high": "",
            "rank": "normal",
            "rank_reason": "",
            "known_from": "2026-11-01",
            "grade": "C",
        },
    )
    if claim["rank"] != "preferred":
        book.set(name, claim, rank="preferred", rank_reason="states the number")
    return True


@edit("new quarter of sales")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/volume.csv"
    rows = [r for r in book.rows(name) if r["period"] == "2024Q4"]
    like = pick(rng, rows)
    assert isinstance(like, dict)
    up = float(rng.uniform(0.7, 1.4))
    new = {**like, "period": "2025Q1"}
    for column in new:
        if column.startswith(("units_", "h100e_")):
            new[column] = show(round(num(new[column]) * up))
    row = book.append(name, new)
    _claimed(book, "volume", row, like, valid_text="2025-Q1")
    return True


@edit("new capacity of a later year")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/capacity.csv"
    rows = [r for r in book.rows(name) if r["wafers_per_month"].replace(".", "").isdigit()]
    last = {(r["of"], r["unit"], r["process"]): r for r in sorted(rows, key=lambda r: r["period"])}
    like = pick(rng, list(last.values()))  # growth starts from the newest figure
    assert isinstance(like, dict)
    new = {**like, "period": "2029", "basis": "announced", "known_from": "2026-11-01"}
    up = float(rng.uniform(1.0, 1.8))
    for end in ("_low", "", "_high"):
        if num(new["wafers_per_month" + end]) > 0:
            new["wafers_per_month" + end] = show(round(num(new["wafers_per_month" + end]) * up))
    row = book.append(name, new)
    _claimed(
        book,
        "capacity",
        row,
        like,
        basis="announced",
        valid_text="2029",
        known_from="2026-11-01",
        modality="planned",
    )
    return True


@edit("new award")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/award.csv"
    rows = [r for r in book.rows(name) if num(r["amount_usd"]) > 0 and not r["supersedes"]]
    like = pick(rng, rows)
    assert isinstance(like, dict)
    new = {**like, "name": like["name"] + "-b"}
    up = float(rng.uniform(0.6, 1.0))
    for column in new:
        if column.startswith("amount") and num(new[column]) > 0:
            new[column] = show(num(new[column]) * up)
    row = book.append(name, new)
    _claimed(book, "award", row, like)
    return True


@edit("new milestone, status and owner")
def _(book: Book, rng: np.random.Generator) -> bool:
    row = some(book, rng, "catalogue/facility_status.csv")
    assert row
    if row["as_of"] >= "2026-11-20":
        return False
    book.append(
        "catalogue/facility_status.csv", {**row, "as_of": "2026-11-21", "known_from": "2026-11-21"}
    )
    return True


@edit("new organisation")
def _(book: Book, rng: np.random.Generator) -> bool:
    like = some(book, rng, "catalogue/organisation.csv")
    assert like
    book.append(
        "catalogue/organisation.csv",
        {
            **like,
            "name": like["name"] + "-japan",
            "label": like["label"] + " Japan",
            "country": "JP",
            "parent": like["name"],
            "party": "",
        },
    )
    return True


@edit("rows in another order")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = str(pick(rng, [n for n in book.sheets if n.startswith("catalogue/")]))
    rows = book.rows(name)
    order = rng.permutation(len(rows))
    rows[:] = [rows[i] for i in order]
    book.touched.add((name, 0))
    return True


@edit("a reader's note")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = str(pick(rng, ["catalogue/facility.csv", "catalogue/award.csv", "catalogue/deal.csv"]))
    row = some(book, rng, name)
    assert row
    book.set(name, row, note="read again, 2026: unchanged")
    return True


@edit("network value moved within its interval", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    table, column = pick(rng, [("line", "capacity"), ("demand", "quantity")])
    figures = [
        f
        for f in network_figures(book, table, column, True)
        if f.claims
        and num(f.row["low"]) < num(f.row["value"]) < num(f.row["high"])
        and all(num(claim["value"]) == num(f.row["value"]) for _, claim in f.claims)
    ]
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    low, mid, high = (num(one.row[c]) for c in ("low", "value", "high"))
    new = show(mid + float(rng.uniform(-0.3, 0.3)) * min(high - mid, mid - low))
    book.set(one.sheet, one.row, value=new)
    for name, claim in one.claims:
        book.set(name, claim, value=new)
    return True


@edit("network figure restated by two per cent", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    table, column = pick(
        rng,
        [
            ("item", "value_usd"),
            ("module", "capex_usd"),
            ("line", "variable_usd"),
            ("outturn", "quantity"),
            ("stake", "price_usd"),
            ("offer_step", "price_usd"),
        ],
    )
    figures = [f for f in network_figures(book, table, column) if len(f.claims) == 1]
    cited: dict[str, int] = {}
    for r in book.rows("cite.csv"):
        cited[r["claim_id"]] = cited.get(r["claim_id"], 0) + 1
    figures = [f for f in figures if cited[f.claims[0][1]["claim_id"]] == 1]
    if not figures:
        return False
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    one.scale(float(rng.uniform(0.98, 1.02)), True)
    return True


@edit("new site and line", True)
def _(book: Book, rng: np.random.Generator) -> bool:
    rows = [r for r in book.rows("site.csv") if num(r["lat"]) == num(r["lat"])]
    like = pick(rng, rows)
    assert isinstance(like, dict)
    new = book.append(
        "site.csv", {**like, "name": like["name"] + "-b", "label": like["label"] + ", next door"}
    )
    for figure in [f for c in ("lat", "lon") for f in network_figures(book, "site", c)]:
        if figure.row is like:
            for name, claim in figure.claims:
                fresh = {
                    **claim,
                    "claim_id": f"site.{new['name']}.{figure.quantity}",
                    "subject": f"site.{new['name']}",
                }
                book.append(name, fresh)
                book.append(
                    "cite.csv",
                    {
                        "table": "site",
                        "key": new["name"],
                        "column": figure.quantity,
                        "claim_id": fresh["claim_id"],
                    },
                )
    return True
