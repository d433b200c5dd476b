"""What a fab costs where, over ten years, by part and with its interval.

Owns the joining of the shipped claims: capital and building from `waferway.finance`, cash cost of
a wafer from the atlas. What no claim gives for a country is taken from the first country and
named. Three metrics stand side by side, because published figures differ by metric.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from waferway.calendar import day
from waferway.errors import InputError, RangeError, nearest
from waferway.evidence.dated import claims_about, holds, shipped
from waferway.finance.fab_claims import fab_in_country
from waferway.finance.places import FabCost, explain_gap, fab_cost
from waferway.finance.sensitivity import draw, from_claim
from waferway.planning.summary import money

__all__ = ["NODES", "FabCountries", "fab_countries"]

NODES = {"3nm": "tech.n3.cash-cost", "2nm": "tech.n2.cash-cost"}
"""Node of a fab, and the claim of the cash cost of its wafer in Taiwan."""
PROBABILITIES = (0.1, 0.5, 0.9)
METRICS = ("total", "tco_per_wafer", "operating_cost_per_wafer", "wafer_cost")
PARTS = ("building", "equipment", "operations", "incentives")


@dataclass(frozen=True)
class FabCountries:
    """Cost of one fab in several countries.

    Attributes
    ----------
    rows : tuple of dict
        Per country: P10, P50, P90 of each part, of the total and of the three metrics per wafer;
        ``gap_parts``: why its total cost per wafer differs from that of the first country, by
        factor, at central values (they add up to ``gap``); ``assumed``: what no claim gives.
    node, years, rate, start : what was asked
    """

    rows: tuple[dict[str, Any], ...]
    node: str
    years: float
    rate: float
    start: dt.date

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"node": self.node, "years": self.years, "rate": self.rate,
                "start": self.start.isoformat(), "countries": list(self.rows)}  # fmt: skip

    def __str__(self) -> str:
        lines = [
            f"A fab of 50,000 wafers a month at {self.node}, {self.years:g} years of operation, "
            f"at {self.rate:.1%}:", "present cost by part (P50), and per usable wafer "
            "(P10 / P50 / P90).", "",
            f"{'':<5}{'building':>10}{'equipment':>11}{'operations':>12}{'incentives':>12}"
            f"{'per wafer, all in':>28}",
        ]  # fmt: skip
        for row in self.rows:
            parts = "".join(
                f"{money(row[name]['p50']):>{width}}"
                for name, width in zip(PARTS, (10, 11, 12, 12), strict=True)
            )
            spread = " / ".join(f"{row['tco_per_wafer'][q]:,.0f}" for q in ("p10", "p50", "p90"))
            lines.append(f"{row['country']:<5}{parts}{spread:>28}")
        for row in self.rows[1:]:
            biggest = sorted(row["gap_parts"].items(), key=lambda pair: -abs(pair[1]))
            said = ", ".join(f"{name} {usd:+,.0f}" for name, usd in biggest if abs(usd) >= 1)
            lines.append(f"{row['country']} against {self.rows[0]['country']}: "
                         f"{row['gap']:+,.0f} a wafer: {said or 'nothing'}")  # fmt: skip
        for row in self.rows:
            if row["assumed"]:
                lines.append(f"{row['country']}: no claim gives {', '.join(row['assumed'])}; "
                             "taken from the first country")  # fmt: skip
        return "\n".join(lines)


def fab_countries(
    countries: Sequence[str] = ("TW", "KR", "JP", "US"),
    node: str = "2nm",
    start: str | dt.date = "2026-06-01",
    *,
    years: float = 10.0,
    rate: float | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> FabCountries:
    """Total cost of a fab by country, with its parts and interval.

    Parameters
    ----------
    countries : sequence of str
        ISO codes; the first is what the others are held against.
    node : {"3nm", "2nm"}
    start : date or str
        Start of construction, a day or a period label; decides which credits are earned.
    years : float, above 0
    rate : float, optional
        Per year; default: the shipped claim of TSMC's cost of capital.
    draws, seed : int

    Returns
    -------
    FabCountries

    Raises
    ------
    InputError
        If a country has no claim of its time of building.
    RangeError
        If the node is unknown, `start` is no day, or `years` is not above 0.

    Examples
    --------
    >>> found = fab_countries(("TW", "US"), draws=200)
    >>> [row["country"] for row in found.rows], found.rows[1]["assumed"]
    (['TW', 'US'], [])
    """
    from waferway.atlas.world import world

    if node not in NODES:
        close = nearest(node, NODES)
        raise RangeError(f'"{node}" is no node with claims; use {" or ".join(NODES)}'
                         + (f" (did you mean {close[0]}?)" if close else ""))  # fmt: skip
    if not 0 < years < float("inf"):
        raise RangeError(f"years is {years}; it must be above 0, and finite")
    begin = day(start)
    facts, atlas = shipped("waferway.finance"), world().evidence
    wacc = facts["fin-wacc-tsmc-1"].central
    used_rate = float(wacc if rate is None and wacc is not None else rate or 0.0)
    costs: list[FabCost] = []
    centres: list[Any] = []
    rows: list[dict[str, Any]] = []
    for country in countries:
        name = NODES[node] + (".us" if country == "US" else "")
        cash = draw({"cash": from_claim(atlas[name])}, draws, seed)["cash"]
        assumed = []
        if country not in ("TW", "US"):
            assumed.append("operating cost")
        ratio = [c for c in claims_about(facts, "construction_ratio", f"country:{country}")
                 if holds(c, begin)]  # fmt: skip
        factor = None
        if country != "TW" and not ratio:
            assumed.append("the price of a building")
            factor = 1.0
        place = fab_in_country(
            country, f"{node}-50000-wafers-per-month", begin, fixed_per_year=0.0,
            variable_per_wafer=cash, wafers_per_month=50_000, reference_wafers=50_000,
            construction_factor=factor, draws=draws, seed=seed,
        )  # fmt: skip
        costs.append(fab_cost(place, used_rate, years=years))
        centre: dict[str, Any] = {
            f: float(np.median(np.asarray(getattr(place, f), dtype=float)))
            for f in place.__dataclass_fields__
            if f not in ("name", "claims")
        }
        centres.append(replace(place, **centre))
        gap = explain_gap(centres[0], centres[-1], used_rate, years=years)
        rows.append(
            {"country": country,
             **{part: _spread(costs[-1].parts[part]) for part in PARTS},
             **{metric: _spread(getattr(costs[-1], metric)) for metric in METRICS},
             "gap": float(sum(float(x) for x in gap.values())),
             "gap_parts": {k: float(x) for k, x in gap.items()},
             "assumed": assumed, "claims": [*place.claims, name]}
        )  # fmt: skip
    if not rows:
        raise InputError([], "no country was named")
    return FabCountries(tuple(rows), node, years, used_rate, begin)


def _spread(values: Any) -> dict[str, float]:
    found = np.quantile(np.asarray(values, dtype=float), PROBABILITIES)
    return {f"p{p * 100:.0f}": float(x) + 0.0 for p, x in zip(PROBABILITIES, found, strict=True)}
