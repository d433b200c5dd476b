"""Scenarios with one assumption changed: how much of an answer rests on it.

Owns which assumption of which scenario is changed, and the table that says what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from waferway.network.network import Network
from waferway.planning.plan import Plan
from waferway.studies.scenario_study import ScenarioStudy
from waferway.studies.scenarios import run_scenario

__all__ = ["VARIED", "run_variations", "variation_table"]

Edit = Callable[[Network], Network]


def _said(name: str, old: str, new: str, column: str = "value") -> Edit:
    """Another text in the changes of a scenario; at least one must hold the old one."""

    def edit(network: Network) -> Network:
        change = network.table("change").copy()
        mine = (change["scenario"] == name) & change[column].str.contains(old, regex=False)
        if not mine.any():
            raise ValueError(f"no change of {name} says {old}")
        change.loc[mine, column] = change.loc[mine, column].str.replace(old, new, regex=False)
        return network.with_tables({"change": change})

    return edit


def _scaled(name: str, column: str, factor: float) -> Edit:
    """A number that a scenario sets, times a factor, wherever it sets it."""

    def more(found: re.Match[str]) -> str:
        return f"{column}={float(found[1]) * factor:.0f}"

    def edit(network: Network) -> Network:
        change = network.table("change").copy()
        mine = change["scenario"] == name
        rows = mine & (change["operation"] == "row")
        cells = mine & (change["operation"] == "set") & (change["column"] == column)
        change.loc[rows, "value"] = [
            re.sub(rf"{column}=([0-9.e+]+)", more, value) for value in change.loc[rows, "value"]
        ]
        change.loc[cells, "value"] = [
            f"{float(value) * factor:.0f}" for value in change.loc[cells, "value"]
        ]
        return network.with_tables({"change": change})

    return edit


def _both(*edits: Edit) -> Edit:
    def edit(network: Network) -> Network:
        for one in edits:
            network = one(network)
        return network

    return edit


def _no_power_limit(network: Network) -> Network:
    return network.with_scenario("no-power-limit")


_POWER = ("power never binds, in both", _no_power_limit)
_TW, _TWO = "taiwan-closure", "hbm-two-suppliers"
VARIED: dict[str, list[tuple[str, Edit]]] = {
    _TW: [
        ("closed for half a year, to June 2027", _both(
            _said(_TW, "to_date=2027-12-31", "to_date=2027-06-30"),
            _said(_TW, "2027Q1/2028Q4", "2027Q1/2028Q2", "period"))),
        ("closed for two years, to December 2028", _both(
            _said(_TW, "to_date=2027-12-31", "to_date=2028-12-31"),
            _said(_TW, "2027Q1/2028Q4", "2027Q1/2029Q4", "period"))),
    ],
    _TWO: [
        ("Samsung out, not SK hynix", _said(_TWO, "party=skhynix", "party=samsung")),
        ("out for half a year, to June 2027",
         _said(_TWO, "to_date=2027-12-31", "to_date=2027-06-30")),
    ],
    "hbm-slip": [
        ("new lines half a year late", _said("hbm-slip", "365", "180")),
        ("new lines two years late", _said("hbm-slip", "365", "730")),
        _POWER,
    ],
    "no-chips-act": [_POWER],
    "korea-2047": [("every fab of the cluster a third cheaper",
                    _scaled("korea-2047", "capex_usd", 2 / 3))],
    "openai-26gw": [
        ("a megawatt worth 25 million dollars, not 50",
         _said("openai-26gw", "value_usd=50000000", "value_usd=25000000")),
        _POWER,
    ],
}  # fmt: skip


def run_variations(
    network: Network, name: str, gap: float, departed: dict[str, Plan]
) -> list[dict[str, Any]]:
    """A scenario planned again under each of its other assumptions.

    `departed` are the plans of what it departs from, as `run_scenario` made them: an assumption
    of the scenario does not change them.
    """
    out = []
    for says, edit in VARIED.get(name, []):
        base = {} if edit is _no_power_limit else departed
        study = run_scenario(edit(network), name, gap, departed=base)
        out.append({"says": says, **_effect(study)})
    return out


def _effect(study: ScenarioStudy) -> dict[str, Any]:
    """First and last plan: compute of all years, and the year that differs most."""
    left = study.others()
    frame: pd.DataFrame = left if len(left) else study.compute()
    first, last = frame.iloc[:, 0], frame.iloc[:, -1]
    share = last / first - 1.0
    year = share.abs().idxmax()
    return {
        "before_million": round(float(first.sum()), 1),
        "after_million": round(float(last.sum()), 1),
        "worst_year": int(year),
        "worst_share": round(float(share[year]), 4),
        "first_ordered": _first_ordered(study),
        "served": [{"label": a["label"], "share": a["share"]} for a in study.asks],
        "gaps": [p["gap"] for p in study.plans],
    }


def _first_ordered(study: ScenarioStudy) -> int:
    """Modules ordered of those that the first plan orders none of."""
    first, last = study.plans[0]["orders"], study.plans[-1]["orders"]
    return sum(n for name, n in last.items() if not first.get(name))


def variation_table(study: ScenarioStudy, varied: list[dict[str, Any]]) -> str:
    """What came of each other assumption, beside the scenario as it is; empty where none is."""
    if not varied:
        return ""
    asks = bool(study.asks)
    whose = " to others" if asks else ""
    heads = ["", f"first plan{whose}", f"last plan{whose}", "difference", "year that differs most",
             "modules not in the first plan"]  # fmt: skip
    heads += [a["label"] for a in study.asks]
    lines = [
        f"One assumption changed at a time, compute{whose} of all years in million {study.basis}:",
        "",
        f"| {' | '.join(heads)} |",
        "|---|" + "---:|" * (len(heads) - 1),
    ]
    for row in [{"says": "as above", **_effect(study)}, *varied]:
        before, after = row["before_million"], row["after_million"]
        cells = [
            row["says"], f"{before:,.1f}", f"{after:,.1f}", f"{after / before - 1:+.1%}",
            f"{row['worst_year']}: {row['worst_share']:+.1%}", str(row["first_ordered"]),
            *(f"{a['share']:.1%} served" for a in row["served"]),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
