"""Figures of demand: the fan of need by year, with published forecasts beside it.

Owns how a fan is drawn. Computes nothing: every mark is a row of a frame of the fan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from waferway.report.drawing import SERIES, Spec, framed
from waferway.report.figure import Figure

if TYPE_CHECKING:
    from waferway.demand.fan import Fan

__all__ = ["demand_figure"]

MILLION = 1e6


def demand_figure(fan: Fan, party: str | None = None, segment: str | None = None) -> Figure:
    """The fan of need by quarter: bands of 50 and 90 %, and the median.

    Parameters
    ----------
    fan : Fan
    party, segment : str, optional
        As `Fan.quantiles` takes them.

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
    return Figure(
        "-".join(["demand", *(part for part in (party, segment) if part)]), title,
        f"Need by quarter, {basis}, {unit}, on a scale of powers of ten: the line is the median, "
        "the dark band holds half of the paths, the light band nine in ten.",
        lambda width: _fan(drawn, unit, width), _table(frame, scale, unit),
        menu="Demand",
    )  # fmt: skip


def _fan(drawn: pd.DataFrame, unit: str, width: int) -> Spec:
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
    colour = SERIES[0]

    def band(low: str, high: str, opacity: float) -> Spec:
        return {
            "mark": {"type": "area", "color": colour, "opacity": opacity, "line": False},
            "encoding": {"x": x, "y": {"field": low, **y_axis}, "y2": {"field": high}},
        }

    line = {
        "mark": {"type": "line", "color": colour, "strokeWidth": 2},
        "encoding": {"x": x, "y": {"field": "p50", **y_axis}},
    }
    return framed(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "data": {"values": drawn.to_dict(orient="records")},
            "height": 300,
            "layer": [band("p05", "p95", 0.22), band("p25", "p75", 0.35), line],
        },
        width,
    )


def _table(frame: pd.DataFrame, scale: float, unit: str) -> pd.DataFrame:
    table = frame.rename(columns={
        "period": "quarter", "p05": "5 %", "p25": "25 %", "p50": f"median, {unit}",
        "p75": "75 %", "p95": "95 %"})  # fmt: skip
    for name in table.columns[1:]:
        table[name] = table[name] / scale
    return table
