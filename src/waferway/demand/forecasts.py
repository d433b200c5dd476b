"""Published forecasts beside the fan: what others said, when, and what the fan says of it.

Owns the comparison. A forecast whose quantity the fan does not have is listed with the reason,
never converted in silence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import end_of, period
from waferway.demand.fan import Fan
from waferway.demand.given import claims_given
from waferway.demand.observed import observed_sales
from waferway.evidence.claims import Claim, Evidence

__all__ = ["compare_forecasts"]

Floats = NDArray[np.float64]
COLUMNS = ("forecast", "known_from", "quantity", "period", "unit", "low", "value", "high",
           "p05", "p50", "p95", "outcome", "reason", "claim_id")  # fmt: skip


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
        p95 (of the fan), outcome (observed, for years to 2024), reason (why a cell is empty),
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
        ours, reason = _of_fan(fan, claim)
        outcome = _outcome(claim, facts)
        rows.append({
            "forecast": claim.subject.removeprefix("forecast:"), "known_from": claim.known_from,
            "quantity": claim.metric, "period": claim.valid_text or "", "unit": claim.unit,
            "low": _number(claim.low), "value": _number(claim.value),
            "high": _number(claim.high), **ours, "outcome": outcome,
            "reason": "" if outcome == outcome else reason, "claim_id": claim.claim_id,
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["known_from", "claim_id"], ignore_index=True)


def _number(value: object) -> float:
    return float("nan") if value is None else float(str(value))


def _of_fan(fan: Fan, claim: Claim) -> tuple[dict[str, float], str]:
    values, reason = _comparable(fan, claim)
    if values is None:
        return dict.fromkeys(("p05", "p50", "p95"), float("nan")), reason
    cut = np.quantile(values, [0.05, 0.5, 0.95])
    return dict(zip(("p05", "p50", "p95"), cut.tolist(), strict=True)), ""


def _comparable(fan: Fan, claim: Claim) -> tuple[Floats | None, str]:
    """Paths of the quantity a forecast is about, or why there are none."""
    first, _, last = (claim.valid_text or "").partition("/")
    start, end = period(first).start.year, (end_of(last or first)).year
    have = [int(q[:4]) for q in fan.quarters]
    years = np.array(have)
    if claim.metric == "stock of compute":
        when = period(first)
        label = f"{when.end.year if when.end.month > 1 else when.end.year - 1}Q" + str(
            (when.end.month - 2) // 3 + 1 if when.end.month > 1 else 4
        )
        if label in fan.quarters:
            return fan.stock[:, fan.quarters.index(label)], ""
        return None, "outside the years of the fan"
    if claim.metric == "growth of stock a year":
        if start >= have[0] and end - 1 <= have[-1] and start < 2025 + len(have) // 4:
            a = fan.stock[:, fan.quarters.index(f"{start}Q4")]
            b = fan.stock[:, fan.quarters.index(f"{end - 1}Q4")]
            return (b / a) ** (1.0 / max(end - 1 - start, 1)), ""
        return None, "before the years of the fan"
    if claim.metric == "sales of compute in a year":
        if np.any(years == start):
            return np.asarray(fan.paths()[:, years == start].sum(axis=1)), ""
        return None, "outside the years of the fan"
    reasons = {
        "units sold": "the fan counts compute, not units",
        "growth of spending a year": "the fan has budgets as an input",
        "power added": "the fan counts compute, not power",
        "logic wafers for generative AI at 3 nm and below": "wafers follow from a plan",
        "HBM market": "memory follows from a plan",
    }
    return None, reasons.get(claim.metric, "no such quantity in the fan")


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
