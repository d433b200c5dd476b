"""Hypothesis strategies that several rooms share.

`network_tables` draws the rows of a small sound network, `networks` builds it. Chains are of
one to three stages (each stage makes its item from that of the stage before), so every item has
a source and every recipe a line; everything else is optional and random.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from waferway.evidence.claims import Claim, Evidence, Source
from waferway.network.network import Network

Rows = dict[str, list[dict[str, Any]]]

COUNTRIES = ("TW", "KR", "US", "JP", "NO")
PERIODS = ("2025Q1", "2025H2", "2026", "2026-05", "2027-03-31", "2028Q4")

# Any text a person may put into a label, kept as it is by reading: no blanks at its ends.
labels = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(str.strip)
amounts = st.floats(0, 1e12, allow_subnormal=False)
shares = st.floats(0, 1)
days = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))


@st.composite
def profiles(draw: st.DrawFn, values: st.SearchStrategy[float] = amounts) -> Any:
    """A cell that may be dated: a number, an interval, or periods with either."""
    form = draw(st.sampled_from(["plain", "interval", "dated"]))
    if form == "plain":
        return draw(values)
    if form == "interval":
        return draw(intervals(values))
    chosen = draw(st.lists(st.sampled_from(PERIODS), min_size=1, max_size=3, unique=True))
    return {period: draw(st.one_of(values, intervals(values))) for period in sorted(chosen)}


@st.composite
def intervals(draw: st.DrawFn, values: st.SearchStrategy[float] = amounts) -> dict[str, float]:
    """Bounds with or without a value between them."""
    low, value, high = sorted(draw(st.tuples(values, values, values)))
    named = {"low": low, "value": value, "high": high}
    dropped = draw(st.sampled_from(["", "low", "value", "high"]))
    return {name: number for name, number in named.items() if name != dropped}


@st.composite
def network_tables(draw: st.DrawFn) -> Rows:
    """Rows of a small sound network."""
    rows: Rows = {}
    rows["party"] = [
        {"name": f"party{n}", "kind": draw(st.sampled_from(["foundry", "lab", "memory"])),
         "country": draw(st.sampled_from(["", *COUNTRIES])), "label": draw(labels)}
        for n in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    parties = st.sampled_from([row["name"] for row in rows["party"]])
    rows["site"] = [
        {"name": f"site{n}", "party": draw(parties), "country": draw(st.sampled_from(COUNTRIES)),
         "power_mw": draw(st.none() | profiles())}
        for n in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    sites = st.sampled_from(["", *(row["name"] for row in rows["site"])])
    _chain(draw, rows, parties, sites)
    _uses(draw, rows, parties)
    return {name: table for name, table in rows.items() if table}


def _chain(draw: st.DrawFn, rows: Rows, parties: Any, sites: Any) -> None:
    """Stages of a chain, each with its item, technology, recipe, lines and modules."""
    nouns = ("wafer", "die", "package")
    stages = draw(st.integers(1, 3))
    for name in ("item", "technology", "recipe", "recipe_item", "line", "module"):
        rows[name] = []
    for n in range(stages):
        item, technology, recipe = f"item{n}", f"tech{n}", f"make{n}"
        rows["item"].append({"name": item, "unit": nouns[n], "kind": nouns[n]})
        rows["technology"].append({"name": technology, "capacity_unit": f"{nouns[n]}/month"})
        rows["recipe"].append(
            {"name": recipe, "technology": technology, "cycle_days": draw(st.floats(0, 200)),
             "needs_right": draw(st.booleans()), "from_date": draw(st.none() | days)}
        )  # fmt: skip
        rows["recipe_item"].append(
            {"recipe": recipe, "role": "out", "item": item,
             "quantity_per_start": draw(st.floats(0.1, 100)),
             "good_fraction": draw(profiles(shares))}
        )  # fmt: skip
        if n:
            rows["recipe_item"].append(
                {"recipe": recipe, "role": "in", "item": f"item{n - 1}",
                 "quantity_per_start": draw(st.floats(0.1, 10))}
            )  # fmt: skip
        for k in range(draw(st.integers(1, 2))):
            line = f"line{n}.{k}"
            rows["line"].append(
                {"name": line, "technology": technology, "party": draw(parties),
                 "site": draw(sites), "capacity": draw(st.none() | profiles())}
            )  # fmt: skip
            if draw(st.booleans()):
                rows["module"].append(_module(draw, line))


def _module(draw: st.DrawFn, line: str) -> dict[str, Any]:
    first = draw(shares)
    return {
        "name": f"{line}+", "line": line, "size": draw(amounts), "capex_usd": draw(profiles()),
        "lead_days": draw(st.floats(0, 1500)), "total": draw(st.none() | st.integers(0, 9)),
        "ramp": {"age 0": draw(shares), "age 6": draw(shares)},
        "payments": {"age 0": first, "age 12": 1 - first},
    }  # fmt: skip


def _uses(draw: st.DrawFn, rows: Rows, parties: Any) -> None:
    """Demand, lanes, money, branches and a scenario."""
    last = rows["item"][-1]["name"]
    on_basis = draw(st.booleans())
    if on_basis:
        rows["weight"] = [{"basis": "H100e", "item": last, "weight": draw(st.floats(0.1, 9))}]
    target = {"basis": "H100e"} if on_basis else {"item": last}
    rows["demand"] = [
        {"name": "need", "party": draw(parties), "label": draw(labels), **target,
         "region": draw(st.sampled_from(["", "US", "europe"])), "quantity": draw(profiles()),
         "value_usd": draw(amounts), "must_serve": draw(st.booleans())}
    ]  # fmt: skip
    rows["lane"] = [{"from_place": "any", "to_place": "any", "days": draw(st.floats(0, 60))}]
    rows["fund"] = [
        {
            "name": "round",
            "amount_usd": draw(amounts | intervals()),
            "purpose": draw(labels) or "any",
        }
        for _ in range(draw(st.integers(0, 1)))
    ]
    if draw(st.booleans()):
        chance = draw(shares)
        rows["branch"] = [
            {"name": "high", "probability": chance},
            {"name": "low", "probability": 1 - chance},
        ]
        rows["profile"] = [
            {"table": "demand", "key": "need", "column": "quantity", "period": "2029Q1",
             "branch": "high", "value": draw(amounts)}
        ]  # fmt: skip
    rows["scenario"] = [{"name": "less", "description": draw(labels)}]
    rows["change"] = [
        {"scenario": "less", "order": 1, "table": "demand", "key": "n*", "column": "quantity",
         "period": draw(st.sampled_from(["", *PERIODS])), "operation": "multiply", "value": "50 %"}
    ]  # fmt: skip


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """A source and up to three claims, each value with its unit."""
    claims = [
        Claim(
            claim_id=f"c-{n}", subject=draw(labels) or "line", metric="capacity", kind="count",
            form="point", value=draw(st.decimals(0, 1e9, allow_nan=False, places=3)), unit="wafer",
            modality="estimate", grade="C", method="imputed:peer" if n == 2 else "hand",
            source_id="s-1", quote=draw(labels) or None,
            qualifiers=draw(st.sampled_from([{}, {"region": "world", "wafer_mm": "300"}])),
            derived_from=("c-0",) if n == 1 else (),
        )
        for n in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    return Evidence(claims, [Source(source_id="s-1", publisher="x", title=draw(labels) or "x")])


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """A small sound network, some of its cells citing claims."""
    rows = draw(network_tables())
    known = draw(evidence())
    if len(known):
        rows["cite"] = [
            {"table": "module", "key": row["name"], "column": "size",
             "claim_id": draw(st.sampled_from(sorted(known)))}
            for row in rows.get("module", [])
        ]  # fmt: skip
    settings = {
        "title": draw(labels),
        "discount_rate": draw(shares),
        "price_year": draw(st.none() | st.integers(2000, 2040)),
        "tail_months": draw(st.integers(0, 24)),
        "start": "2025Q1",
    }
    return Network.build(rows, settings, known)
