"""The fan and its comparison in plain text and plain data."""

from __future__ import annotations

from typing import Any

import pandas as pd

from waferway.demand.fan import EDGE_UNIT, Fan
from waferway.demand.forecasts import compare_forecasts
from waferway.demand.worth import Worth, worth_of_serving
from waferway.evidence.claims import Evidence

__all__ = ["comparison_text", "fan_json", "fan_text", "plain", "worth_text"]


def fan_text(fan: Fan, party: str | None = None, segment: str | None = None,
             step: str = "year") -> str:  # fmt: skip
    """One fan as a table of at most 80 columns.

    Examples
    --------
    >>> from waferway.demand import fan
    >>> print(fan_text(fan(until="2025Q2", paths=9), segment="training").splitlines()[0])
    Compute that would be bought a year, all parties, training, h100e-8bit-dense
    """
    edge = segment == "edge"
    table = fan.quantiles(party, segment, step)
    what = "N3-class wafers wanted a month" if edge else f"Compute that would be bought a {step}"
    who = [party or "all parties", segment or "all segments", EDGE_UNIT if edge else fan.basis]
    lines = [f"{what}, {', '.join(who)}",
             f"{'':>8}" + "".join(f"{name:>14}" for name in table.columns)]  # fmt: skip
    for label, row in table.iterrows():
        lines.append(f"{label!s:>8}" + "".join(f"{value:>14,.0f}" for value in row))
    if not edge and party is None and segment is None:
        held = fan.stock_quantiles()
        lines += ["", "Stock in use at the end of the quarter"]
        for label in [q for q in fan.quarters if q.endswith("Q4")]:
            lines.append(f"{label!s:>8}" + "".join(f"{v:>14,.0f}" for v in held.loc[label]))
    return "\n".join(lines)


def comparison_text(table: pd.DataFrame) -> str:
    """Published forecasts beside the fan, as a table of at most 80 columns."""
    lines = [f"{'forecast':<23}{'for':<10}{'said':>9}{'fan p05':>9}{'p50':>9}{'p95':>9}"
             f"{'outcome':>9}"]  # fmt: skip
    for row in table.to_dict("records"):
        said = row["value"] if row["value"] == row["value"] else row["low"]
        cells = [said, row["p05"], row["p50"], row["p95"], row["outcome"]]
        lines.append(f"{row['forecast']:<23}{row['period']:<10}"
                     + "".join(f"{_short(cell):>9}" for cell in cells))  # fmt: skip
        above = row["above"]
        share = f"; {above:.0%} of paths reach it" if above == above else ""
        lines.append(f"   {row['quantity']}, {row['unit']}{share}")
        if row["factor"]:
            lines.append(f"   (converted by {row['factor']})")
        if row["reason"]:
            lines.append(f"   ({row['reason']})")
    return "\n".join(lines)


def worth_text(worth: Worth) -> str:
    """The step curve of one year as a table.

    Examples
    --------
    >>> from waferway.demand import worth_of_serving
    >>> print(worth_text(worth_of_serving(2024)).splitlines()[0])
    Worth of serving compute in 2024, USD per H100 equivalent
    """
    lines = [f"Worth of serving compute in {worth.year}, USD per H100 equivalent",
             f"{'step':<16}{'share of need':>14}{'low':>10}{'best':>10}{'high':>10}"]  # fmt: skip
    for row in worth.frame.to_dict("records"):
        lines.append(f"{row['step']:<16}{row['share']:>14.0%}{row['low_usd']:>10,.0f}"
                     f"{row['usd']:>10,.0f}{row['high_usd']:>10,.0f}")  # fmt: skip
    return "\n".join(lines)


def fan_json(
    fan: Fan, party: str | None = None, segment: str | None = None,
    evidence: Evidence | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What ``waferway demand --json`` prints: fan, published forecasts, worth by year."""
    years = sorted({int(quarter[:4]) for quarter in fan.quarters})
    worth = [
        {"year": year, **row}
        for year in years
        for row in worth_of_serving(year, evidence).frame.to_dict(orient="records")
    ]
    return fan.to_json(party, segment) | {
        "forecasts": plain(compare_forecasts(fan, evidence)), "worth": worth,
    }  # fmt: skip


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain data: missing numbers become None, days text."""
    rows: list[dict[str, Any]] = []
    for row in table.to_dict("records"):
        rows.append({
            str(name): None if value is None or value != value
            else value if isinstance(value, int | float | str) else str(value)
            for name, value in row.items()
        })  # fmt: skip
    return rows


def _short(value: float) -> str:
    if value != value:
        return "-"
    for size, sign in ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g} {sign}"
    return f"{value:.3g}"
