"""Figures of demand: the fan of need by quarter, past sales and published forecasts beside it.

Owns how a fan is drawn. Computes nothing: every mark is a row of a frame of the fan, of observed
sales or of published forecasts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from waferway.calendar import period
from waferway.report.drawing import SERIES, Spec, framed
from waferway.report.figure import Figure

if TYPE_CHECKING:
    from waferway.demand.fan import Fan
    from waferway.evidence.claims import Evidence

__all__ = ["demand_figure"]

MILLION = 1e6
NINE, HALF, MEDIAN = "nine in ten paths", "half of the paths", "median"
PAST, SAID = "sales, observed", "forecasts of sales, a quarter of the year"


def demand_figure(
    fan: Fan, party: str | None = None, segment: str | None = None,
    evidence: Evidence | None = None,
) -> Figure:  # fmt: skip
    """The fan of need by quarter: bands of 50 and 90 %, and the median.

    For all parties and segments together, sales to 2024 and published forecasts of sales as well.

    Parameters
    ----------
    fan : Fan
    party, segment : str, optional
        As `Fan.quantiles` takes them.
    evidence : Evidence, optional
        Claims on sales and forecasts; the shipped ones when absent.

    Returns
    -------
    Figure

    Examples
    --------
    >>> from waferway.demand import fan
    >>> demand_figure(fan(until="2026Q4", paths=50, seed=1), "google").name
    'demand-google'
    """
    edge = segment == "edge"
    frame = fan.quantiles(party, segment).reset_index()
    scale, unit = (1e3, "thousand wafers a month") if edge else (MILLION, "million a quarter")
    numbers = ["p05", "p25", "p50", "p75", "p95"]
    drawn = frame.copy()
    drawn[numbers] = drawn[numbers] / scale
    drawn["at"] = [f"{p[:4]}-{3 * int(p[5]) - 1:02d}-15" for p in drawn["period"]]
    first, last = frame.iloc[0], frame.iloc[-1]
    who = " ".join(part for part in (party, segment) if part) or "the world"
    times = last["p50"] / first["p50"]
    title = (f"{who[:1].upper()}{who[1:]} would buy {times:,.0f} times as much in "
             f"{last['period']} as in {first['period']}")  # fmt: skip
    basis = "N3-class wafers" if edge else fan.basis
    beside = pd.DataFrame(columns=["at", "value", "low", "high", "what", "name"])
    if party is None and segment is None:
        beside = _beside(fan, evidence)
    return Figure(
        "-".join(["demand", *(part for part in (party, segment) if part)]), title,
        f"Need by quarter, {basis}, {unit}, on a scale of powers of ten: the line is the median, "
        "the dark band holds half of the paths, the light band nine in ten"
        + ("; dots are observed sales, bars published forecasts of sales in a year, over four."
           if len(beside) else "."),
        lambda width: _fan(drawn, beside, title, unit, width), _table(frame, scale, unit),
        menu="Demand",
    )  # fmt: skip


def _beside(fan: Fan, evidence: Evidence | None) -> pd.DataFrame:
    """Past sales by quarter and forecasts of sales in a year, million a quarter."""
    from waferway.demand.forecasts import compare_forecasts
    from waferway.demand.observed import observed_sales

    table = observed_sales(fan.basis, evidence).by_class().sum(axis=1) / MILLION
    rows = [{"at": f"{str(q)[:4]}-{3 * int(str(q)[5]) - 1:02d}-15", "value": float(v), "what": PAST,
             "name": ""} for q, v in table.items()]  # fmt: skip
    if fan.basis == "h100e-8bit-dense":
        said = compare_forecasts(fan, evidence)
        for row in said[said["quantity"] == "sales of compute in a year"].to_dict("records"):
            rows.append({
                "at": f"{period(str(row['period'])).start.year}-07-01",
                "value": row["value"] / 4.0 / MILLION, "low": row["low"] / 4.0 / MILLION,
                "high": row["high"] / 4.0 / MILLION, "what": SAID, "name": row["forecast"],
            })  # fmt: skip
    return pd.DataFrame(rows, columns=["at", "value", "low", "high", "what", "name"])


def _fan(drawn: pd.DataFrame, beside: pd.DataFrame, title: str, unit: str, width: int) -> Spec:
    x = {
        "field": "at",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%Y", "tickCount": "year"},
    }
    y_axis = {
        "type": "quantitative",
        "scale": {"type": "log"},
        "title": unit,
        "axis": {"tickCount": 4},
    }
    shown = [NINE, HALF, MEDIAN, *dict.fromkeys(beside["what"])]
    colours = {NINE: SERIES[0], HALF: SERIES[0], MEDIAN: SERIES[0], PAST: SERIES[1],
               SAID: SERIES[2]}  # fmt: skip
    depth = {NINE: 0.22, HALF: 0.5}

    def named(what: str) -> Spec:
        scale = {"domain": shown, "range": [colours[one] for one in shown]}
        legend = {"symbolOpacity": {"expr": f"{depth}[datum.label] || 1".replace("'", '"')},
                  "symbolType": "square", "orient": "top", "title": None, "columns": 3,
                  "labelLimit": 260}  # fmt: skip
        return {"datum": what, "type": "nominal", "scale": scale, "legend": legend}

    def band(low: str, high: str, what: str, opacity: float) -> Spec:
        return {
            "mark": {"type": "area", "opacity": opacity, "line": False},
            "encoding": {"x": x, "y": {"field": low, **y_axis}, "y2": {"field": high},
                         "color": named(what)},
        }  # fmt: skip

    layers = [
        band("p05", "p95", NINE, 0.22), band("p25", "p75", HALF, 0.35),
        {"mark": {"type": "line", "strokeWidth": 2},
         "encoding": {"x": x, "y": {"field": "p50", **y_axis}, "color": named(MEDIAN)}},
    ]  # fmt: skip
    for what in (PAST, SAID):
        part = beside[beside["what"] == what].dropna(axis=1, how="all")
        if len(part):
            layers += _marks(part, what, x, y_axis, named(what))
    return framed(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "title": {"text": title, "anchor": "start", "fontSize": 14, "color": "currentColor",
                      "limit": width},
            "data": {"values": drawn.to_dict(orient="records")},
            "height": 300,
            "layer": layers,
        },
        width,
    )  # fmt: skip


def _marks(part: pd.DataFrame, what: str, x: Spec, y_axis: Spec, colour: Spec) -> list[Spec]:
    """Dots, and bars with names where there are bounds."""
    data = {"values": part.to_dict(orient="records")}
    dots: Spec = {
        "data": data,
        "mark": {"type": "point", "filled": True, "size": 40, "opacity": 1},
        "encoding": {"x": x, "y": {"field": "value", **y_axis}, "color": colour},
    }
    if what == PAST:
        return [dots]
    bars: Spec = {"data": data, "mark": {"type": "rule", "strokeWidth": 2},
                  "encoding": {"x": x, "y": {"field": "low", **y_axis}, "y2": {"field": "high"},
                               "color": colour}}  # fmt: skip
    names: Spec = {"data": data, "mark": {"type": "text", "align": "right", "dx": -7,
                                          "fontSize": 11, "color": "currentColor"},
                   "encoding": {"x": x, "y": {"field": "low", **y_axis},
                                "text": {"field": "name", "type": "nominal"}}}  # fmt: skip
    return [bars, dots, names]


def _table(frame: pd.DataFrame, scale: float, unit: str) -> pd.DataFrame:
    table = frame.rename(columns={
        "period": "quarter", "p05": "5 %", "p25": "25 %", "p50": f"median, {unit}",
        "p75": "75 %", "p95": "95 %"})  # fmt: skip
    for name in table.columns[1:]:
        table[name] = table[name] / scale
    return table
