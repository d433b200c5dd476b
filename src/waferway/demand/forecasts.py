"""Published forecasts beside the fan: what others said, when, and what the fan says of it.

Owns the comparison. Power follows from the fan's own claims on kW and gain; spending is need at the
fan's price; capital is spending times a claimed factor. A quantity the fan does not have is listed
with the reason, never converted in silence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import end_of, period
from waferway.demand.assumptions import read_assumptions
from waferway.demand.fan import Fan
from waferway.demand.given import claims_given
from waferway.demand.observed import observed_sales
from waferway.demand.sites import kilowatt
from waferway.evidence.claims import Claim, Evidence

__all__ = ["compare_forecasts"]

Floats = NDArray[np.float64]
COLUMNS = ("forecast", "known_from", "quantity", "period", "unit", "low", "value", "high",
           "p05", "p50", "p95", "above", "factor", "outcome", "reason", "claim_id")  # fmt: skip


def compare_forecasts(fan: Fan, evidence: Evidence | None = None) -> pd.DataFrame:
    """Table of published forecasts beside the fan.

    Parameters
    ----------
    fan : Fan
        On the basis in which forecasts count H100 equivalents.
    evidence : Evidence, optional

    Returns
    -------
    DataFrame
        forecast, known_from, quantity, period, unit, low, value, high (as published), p05, p50,
        p95 (of the fan), above (share of paths at or above what was said), factor (what converts
        the fan into the unit), outcome (observed, for years to 2024), reason (why a cell is empty),
        claim_id; in the order in which they were made.

    Examples
    --------
    >>> from waferway.demand import fan
    >>> table = compare_forecasts(fan(until="2027Q4", paths=50))
    >>> table.iloc[0]["forecast"]
    'jpmorgan-2023-08'
    """
    facts = claims_given(evidence)
    rows = []
    for claim in facts.values():
        if not claim.subject.startswith("forecast:"):
            continue
        said = [claim.low, claim.value, claim.high]
        if claim.form == "quantiles":
            said = [claim.p05, claim.p50, claim.p95]
        ours, reason = _of_fan(fan, claim, facts)
        outcome = _outcome(claim, facts)
        rows.append({
            "forecast": claim.subject.removeprefix("forecast:"), "known_from": claim.known_from,
            "quantity": claim.metric, "period": claim.valid_text or "", "unit": claim.unit,
            "low": _number(said[0]), "value": _number(said[1]), "high": _number(said[2]),
            **ours, "outcome": outcome,
            "reason": "" if outcome == outcome else reason, "claim_id": claim.claim_id,
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["known_from", "claim_id"], ignore_index=True)


def _number(value: object) -> float:
    return float("nan") if value is None else float(str(value))


def _of_fan(fan: Fan, claim: Claim, facts: Evidence) -> tuple[dict[str, object], str]:
    values, reason = _comparable(fan, claim, facts)
    if values is None:
        return {**dict.fromkeys(("p05", "p50", "p95", "above"), float("nan")), "factor": ""}, reason
    cut = np.quantile(values, [0.05, 0.5, 0.95])
    said = claim.central if claim.central is not None else float("nan")
    return {
        **dict(zip(("p05", "p50", "p95"), cut.tolist(), strict=True)),
        "above": float(np.mean(values >= said)), "factor": FACTORS.get(claim.metric, ""),
    }, ""  # fmt: skip


FACTORS = {
    "power added": "power.per-h100e, power.gain",
    "site power of an H100 equivalent": "power.per-h100e, power.gain",
    "spending on accelerators in a year": "price.2025, price.fall",
    "growth of spending a year": "price.2024, price.2025, price.fall",
    "capital for compute, all in": "price.2025, price.fall, capital.over-chips",
}
"""Claims that turn compute into the unit of a forecast."""


def _comparable(fan: Fan, claim: Claim, facts: Evidence) -> tuple[Floats | None, str]:
    """Paths of the quantity a forecast is about, or why there are none."""
    first, _, last = (claim.valid_text or "").partition("/")
    start, end = period(first).start.year, end_of(last or first).year - 1
    years = [int(q[:4]) for q in fan.quarters]
    whole = {y for y in years if years.count(y) == 4}
    if claim.metric == "stock of compute":
        return _stock(fan, first)
    if claim.metric == "growth of stock a year":
        ends = [_at_end(fan, fan.stock, y) for y in (start, end)]
        if ends[0] is None or ends[1] is None:
            return None, "before the years of the fan" if start < years[0] else AFTER
        return np.asarray((ends[1] / ends[0]) ** (1.0 / max(end - start, 1))), ""
    if claim.metric in REASONS:
        return None, REASONS[claim.metric]
    if claim.metric not in MONEY_AND_POWER:
        return None, "no such quantity in the fan"
    begins = start + 1 if claim.metric == "growth of spending a year" else start
    if not set(range(begins, end + 1)) <= whole:
        return None, "outside the years of the fan"
    inside = np.array([start <= y <= end for y in years])
    last_year = np.array([y == end for y in years])
    bought = fan.paths()
    if claim.metric == "sales of compute in a year":
        return np.asarray(bought[:, inside].sum(axis=1)), ""
    if claim.metric == "power added":
        before = _at_end(fan, fan.power_gw, start - 1)
        if before is None:
            return None, "outside the years of the fan"
        return np.asarray(fan.power_gw[:, np.flatnonzero(inside)[-1]] - before), ""
    if claim.metric == "site power of an H100 equivalent":
        middles = np.array([int(q[:4]) + (int(q[5]) - 0.5) / 4.0 for q in fan.quarters])
        drawn = int(fan.manifest["paths"]), int(fan.manifest["seed"])
        each = kilowatt(read_assumptions(facts), middles, 0, *drawn)
        sums = (each * bought)[:, inside].sum(axis=1), bought[:, inside].sum(axis=1)
        return np.asarray(sums[0] / sums[1]), ""
    spent = bought * fan.price_usd
    if claim.metric == "capital for compute, all in":
        factor = facts["capital.over-chips"].central or float("nan")
        return np.asarray(spent[:, inside].sum(axis=1) * factor), ""
    yearly = spent[:, last_year].sum(axis=1)
    if claim.metric == "spending on accelerators in a year":
        return np.asarray(yearly), ""
    return np.asarray((yearly / read_assumptions(facts).spending_usd) ** (1.0 / (end - 2024))), ""


AFTER = "after the years of the fan"
MONEY_AND_POWER = (
    "sales of compute in a year", "power added", "site power of an H100 equivalent",
    "capital for compute, all in", "spending on accelerators in a year",
    "growth of spending a year",
)  # fmt: skip
REASONS = {
    "units sold": "the fan counts compute, not units",
    "logic wafers for generative AI at 3 nm and below": "wafers follow from a plan",
    "HBM market": "memory follows from a plan",
    "power in use": "before the fan: 6.5 M H100e at power.per-h100e are 8.9 GW",
    "share of AI in TSMC's revenue": "the fan has no revenue of TSMC",
}


def _at_end(fan: Fan, values: Floats, year: int) -> Floats | None:
    """Values at the end of a year, if the fan reaches it."""
    label = f"{year}Q4"
    return values[:, fan.quarters.index(label)] if label in fan.quarters else None


def _stock(fan: Fan, first: str) -> tuple[Floats | None, str]:
    """Stock at the end of the quarter before a month ends, as far as the fan reaches."""
    when = period(first)
    label = f"{when.end.year if when.end.month > 1 else when.end.year - 1}Q" + str(
        (when.end.month - 2) // 3 + 1 if when.end.month > 1 else 4
    )
    if label in fan.quarters:
        return fan.stock[:, fan.quarters.index(label)], ""
    return None, "outside the years of the fan"


def _outcome(claim: Claim, facts: Evidence) -> float:
    """Units observed in the year of a forecast of units; missing for years after 2024."""
    chips = claim.qualifiers.get("chips", "").split()
    if (
        claim.metric != "units sold"
        or not chips
        or period(claim.valid_text or "").start.year > 2024
    ):
        return float("nan")
    frame = observed_sales(evidence=facts).frame
    frame = frame[frame["chip"].isin(chips)]
    inside = [str(q).startswith(claim.valid_text or "") for q in frame["quarter"]]
    return float(frame[inside]["units"].sum())
